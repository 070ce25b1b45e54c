"""Whoever changes plan files in a pull request is told what the rules say: at each push, on its lines."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.town import Town

TASKS = """# Tasks: Parcel search

## Phase 1: Setup

- [ ] T001 Create the index in src/parcels/search.py
- [ ] T002 [P] Add the query parser in src/parcels/query.py
- [ ] T003 [P] Add ranking to src/parcels/query.py (depends on T009)

```sh
make test
"""
SOUND = TASKS.replace("to src/parcels/query.py (depends on T009)", "in src/parcels/ranking.py") + "```\n"
CHECK = "groundplan / contract"


def proposed(town: Town, files: dict[str, str | bytes | None], branch: str = "plan-search") -> int:
    """A pull request by Maya with these files."""
    main = town.act("GET", "/git/ref/heads/main")["object"]["sha"]
    town.act("POST", "/git/refs", ref=f"refs/heads/{branch}", sha=main)
    town.commit(branch, files)
    pull = town.act("POST", "/pulls", title="Plan the search", head=branch, base="main", body="")
    number = int(pull["number"])
    noticed(town, number)
    return number


def noticed(town: Town, number: int) -> None:
    town.notice(number)
    town.run()


def runs(town: Town, number: int) -> list[dict[str, Any]]:
    """The check runs at the pull request's head, as people see them."""
    head = town.act("GET", f"/pulls/{number}")["head"]["sha"]
    return list(town.act("GET", f"/commits/{head}/check-runs")["check_runs"])


def told_of(town: Town, run: dict[str, Any]) -> list[tuple[str, int, str]]:
    told = town.act("GET", f"/check-runs/{run['id']}/annotations?per_page=100")
    return [(one["path"], one["start_line"], one["title"]) for one in told]


def test_a_plan_of_another_tool_is_checked_on_its_lines(town: Town) -> None:
    number = proposed(town, {"specs/001-search/tasks.md": TASKS})
    [run] = runs(town, number)
    assert run["name"] == CHECK
    assert run["conclusion"] == "neutral", "what other tools wrote binds nobody"
    told = {*told_of(town, run)}
    assert {("specs/001-search/tasks.md", 7, rule) for rule in ("PLN303", "PLN308")} <= told
    assert ("specs/001-search/tasks.md", 9, "PLN005") in told, "the code block does not end"


def test_every_push_is_checked_again(town: Town) -> None:
    number = proposed(town, {"specs/001-search/tasks.md": TASKS})
    town.commit("plan-search", {"specs/001-search/tasks.md": SOUND})
    noticed(town, number)
    [run] = runs(town, number)
    assert run["conclusion"] == "success"
    assert len(town.checks()) == 2
    noticed(town, number)
    assert len(town.checks()) == 2, "a second delivery of the same push adds nothing"


def test_a_pull_request_without_plan_files_is_left_alone(town: Town) -> None:
    number = proposed(town, {"src/parcels/search.py": "x = 1\n"})
    assert runs(town, number) == []
    assert [call for call in town.calls() if call.method != "GET" and "graphql" not in call.path] == [
        call for call in town.calls() if "access_tokens" in call.path
    ]


def test_peoples_edits_of_our_plan_are_checked_and_bind(town: Town) -> None:
    issue = town.ask()
    [pull] = town.pulls()
    contract = f".agent/planning-output-{issue}.json"
    text = town.file(pull["head"]["ref"], contract)
    assert text is not None
    town.commit(pull["head"]["ref"], {contract: text.replace('"max_diff_scope": ', '"max_diff_scope": -', 1)})
    noticed(town, pull["number"])
    [run] = runs(town, pull["number"])
    assert run["conclusion"] == "failure"
    told = told_of(town, run)
    assert (contract, "PLN803") in {(path, rule) for path, _, rule in told}
    lines = text.splitlines()
    assert all("max_diff_scope" in lines[line - 1] for path, line, rule in told if rule == "PLN803")


def test_our_own_fresh_plan_has_one_check_run(town: Town) -> None:
    town.ask()
    [pull] = town.pulls()
    noticed(town, pull["number"])
    assert len(runs(town, pull["number"])) == 1


def test_more_findings_than_one_request_takes_are_continued(town: Town) -> None:
    lines = [f"- [ ] T{n:03} [P] Change src/parcels/shared.py again, part {n}" for n in range(1, 90)]
    text = "# Tasks: Many\n\n## Phase 1: All\n\n" + "\n".join(lines) + "\n"
    number = proposed(town, {"specs/001-many/tasks.md": text})
    [run] = runs(town, number)
    assert run["output"]["annotations_count"] > 50


@pytest.mark.parametrize("text", [b"\xff\xfe\x00broken", b"", b"{" * 5000], ids=["binary", "empty", "deep"])
def test_rubbish_in_a_plan_file_is_said_and_breaks_nothing(town: Town, text: bytes) -> None:
    number = proposed(town, {".agent/planning-output-7.json": text})
    [run] = runs(town, number)
    assert run["conclusion"] == "failure"
    assert run["output"]["summary"]


def test_a_closed_pull_request_is_not_checked(town: Town) -> None:
    number = proposed(town, {"specs/001-search/tasks.md": TASKS})
    town.close_pull(number)
    town.commit("plan-search", {"specs/001-search/tasks.md": SOUND})
    before = len(town.checks())
    noticed(town, number)
    assert len(town.checks()) == before
