"""IMPLEMENTATION_PLAN.md over time: somebody breaks it, plans finish, titles and formats change."""

from __future__ import annotations

import json

from bot.plan.contract import contract_path, contract_text, plan_from_contract
from tests.scenarios.town import BODY, TITLE, Town

PLAN = "IMPLEMENTATION_PLAN.md"


def paths(town: Town, ref: str) -> set[str]:
    tree = town.act("GET", f"/git/trees/{ref}?recursive=1")["tree"]
    return {one["path"] for one in tree if one["type"] == "blob"}


def test_a_lost_mark_is_answered_with_its_line_and_mended(town: Town) -> None:
    town.ask()
    town.merge(2)
    sound = town.file("main", PLAN) or ""
    lines = sound.split("\n")
    [begin] = [at for at, line in enumerate(lines) if " begin " in line]
    broken = "\n".join(line for line in lines if "groundplan:plan 1 end" not in line)
    town.commit("main", {PLAN: broken})
    second = town.ask("Export orders as XML", BODY.replace("jsonl", "xml"))
    said = town.status(second)
    assert f"{PLAN}, line {begin + 1}: the section of issue 1 begins here and does not end." in said
    assert town.file("main", PLAN) == broken
    assert len(town.pulls()) == 1
    town.commit("main", {PLAN: sound})
    town.ask_again(second)
    assert "Plan ready for review" in town.status(second)


def test_a_finished_plan_is_folded_by_the_next_one(town: Town) -> None:
    first = town.ask()
    town.merge(2)
    contract = plan_from_contract(town.file("main", contract_path(first)) or "")
    roadmap = contract.roadmap
    done = tuple(one.model_copy(update={"status": "done"}) for one in roadmap.milestones)
    finished = contract.model_copy(update={"roadmap": roadmap.model_copy(update={"milestones": done})})
    town.commit("main", {contract_path(first): contract_text(finished)})
    second = town.ask("Export orders as XML", BODY.replace("jsonl", "xml"))
    text = town.file(f"groundplan/plan-{second}", PLAN) or ""
    assert [line.split()[2] for line in text.splitlines() if " begin contract" in line] == [str(second)]
    assert f"- [#{first}](../../issues/{first}) {TITLE} · [contract]({contract_path(first)})" in text


def test_a_new_title_takes_the_old_folder_away_and_edits_stay(town: Town) -> None:
    number = town.ask()
    town.merge(2)
    old = {path for path in paths(town, "main") if path.startswith(f"specs/{number}-")}
    edited = next(path for path in old if path.endswith("/tasks.md"))
    town.commit("main", {edited: (town.file("main", edited) or "") + "\nMaya: mind the queue.\n"})
    town.act("PATCH", f"/issues/{number}", title="Write orders as JSON lines")
    town.ask_again(number)
    pull = town.pulls()[-1]
    there = paths(town, pull["head"]["sha"])
    assert there & old == {edited}
    assert any(path.startswith(f"specs/{number}-write-orders") for path in there)
    body = town.act("GET", f"/pulls/{pull['number']}")["body"]
    assert f"Kept, for somebody edited them since the earlier plan: `{edited}`" in body
    assert all(f"`{path}`" in body for path in old)
    town.notice(pull["number"])
    town.run()
    checks = town.act("GET", f"/commits/{pull['head']['sha']}/check-runs")["check_runs"]
    assert [one["conclusion"] for one in checks] == ["success"]
    assert json.loads(town.file(pull["head"]["ref"], contract_path(number)) or "")["groundplan"]["title"]
