"""What a repository chose in `.github/groundplan.yml` holds: for the format, for the rules, and from the base
only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.config import CONFIG_PATH, ConfigFile
from bot.recon.tree import in_memory
from bot.situation import Request
from tests.scenarios.test_pull_requests import CHECK, TASKS, noticed, proposed, runs, told_of
from tests.scenarios.town import Town
from workers.inspecting import inspection

PLAN = "specs/001-search/tasks.md"
CONTRACT = ".agent/planning-output-7.json"
FORMATS = "formats:\n  labels:\n    'plan:functional': functional\n    'plan:steps': steps\n"
ASIDE = "lint:\n  suppress:\n    - rule: PLN303\n      reason: our numbers go on elsewhere\n"
BROKEN = "lint:\n  supress: []\n  links: 3\n"


def rules(town: Town, number: int) -> set[str]:
    [run] = runs(town, number)
    return {rule for _, _, rule in told_of(town, run)}


def test_a_label_asks_for_a_functional_plan(town: Town) -> None:
    town.commit("main", {CONFIG_PATH: FORMATS})
    number = town.open_issue()
    town.label(number, "plan:functional")
    town.ask_again(number)
    [pull] = town.pulls()
    [spec] = [
        one for one in town.act("GET", f"/pulls/{pull['number']}/files") if "plan_output" in one["filename"]
    ]
    assert spec["status"] == "added"
    assert town.labels(number) == ["plan:functional"]
    assert "Plan ready for review" in town.status(number)


def test_labels_at_odds_are_answered_and_the_next_wish_is_met(town: Town) -> None:
    town.commit("main", {CONFIG_PATH: FORMATS})
    number = town.open_issue()
    town.label(number, "plan:functional")
    town.label(number, "plan:steps")
    town.ask_again(number)
    assert "The labels ask for different formats" in town.status(number)
    assert town.pulls() == []
    town.unlabel(number, "plan:functional")
    town.ask_again(number)
    assert "Plan ready for review" in town.status(number)


def test_nothing_is_planned_under_a_broken_configuration(town: Town) -> None:
    town.commit("main", {CONFIG_PATH: BROKEN})
    number = town.ask()
    status = town.status(number)
    assert "Planning is blocked" in status
    said = "lint.supress: there is no such key, the nearest is lint.suppress. 1 more in that file."
    assert f"{CONFIG_PATH}:2:3: {said}" in status
    assert "correct the file on the default branch" in status
    assert town.labels(number) == []
    assert (town.pulls(), town.branches(), town.bill) == ([], ["main"], [])
    town.commit("main", {CONFIG_PATH: ASIDE})
    town.ask_again(number)
    assert "Plan ready for review" in town.status(number)


@pytest.mark.parametrize(
    "files",
    [
        {CONFIG_PATH: b"\0\1\2"},
        {CONFIG_PATH: "#" * 600_000},
        {CONFIG_PATH: "#" * 300_000},
        {f"{CONFIG_PATH}/in": "a folder\n"},
    ],
    ids=["binary", "cut by GitHub", "long", "folder"],
)
def test_whatever_else_stands_there_is_broken_too(town: Town, files: dict[str, str | bytes | None]) -> None:
    town.commit("main", files)
    assert f"{CONFIG_PATH}:1:1: it is" in town.status(town.ask())
    assert town.pulls() == []


def test_one_that_breaks_while_a_plan_is_written_keeps_it_back(town: Town) -> None:
    def breaks() -> None:
        town.commit("main", {CONFIG_PATH: BROKEN})
        town.notice(number)

    town.while_planning(breaks)
    number = town.open_issue()
    town.ask_again(number)
    assert "Planning is blocked" in town.status(number)
    assert town.pulls() == []


def test_the_base_sets_rules_aside_for_the_pull_requests_to_it(town: Town) -> None:
    town.commit("main", {CONFIG_PATH: ASIDE})
    number = proposed(town, {PLAN: TASKS})
    assert "PLN308" in rules(town, number)
    assert "PLN303" not in rules(town, number)
    [run] = runs(town, number)
    assert "our numbers go on elsewhere" in run["output"]["summary"]


def test_the_head_sets_nothing_aside(town: Town) -> None:
    number = proposed(town, {PLAN: TASKS, CONFIG_PATH: ASIDE})
    assert {"PLN303", "PLN308"} <= rules(town, number)
    [run] = runs(town, number)
    assert run["output"]["title"].startswith("The configuration is sound; ")


def test_an_older_head_is_judged_by_the_newer_base(town: Town) -> None:
    town.commit("main", {CONFIG_PATH: ASIDE})
    number = proposed(town, {PLAN: TASKS})
    assert "PLN303" not in rules(town, number)
    town.commit("main", {CONFIG_PATH: "lint: {}\n"})
    town.commit("plan-search", {"README.md": "# Shop\n"})
    noticed(town, number)
    assert "PLN303" in rules(town, number)


def test_faults_of_a_new_configuration_are_told_on_their_lines(town: Town) -> None:
    number = proposed(town, {CONFIG_PATH: BROKEN})
    [run] = runs(town, number)
    assert (run["name"], run["conclusion"]) == (CHECK, "failure")
    assert run["output"]["title"] == "The configuration is broken"
    told = told_of(town, run)
    assert sorted((path, line) for path, line, _ in told) == [(CONFIG_PATH, 2), (CONFIG_PATH, 3)]
    town.commit("plan-search", {CONFIG_PATH: ASIDE.replace("PLN303", "PLN298")})
    noticed(town, number)
    [run] = runs(town, number)
    assert (run["conclusion"], run["output"]["title"]) == ("success", "The configuration is sound")
    assert told_of(town, run) == [(CONFIG_PATH, 3, "PLN099")]


def test_taking_the_configuration_away_is_nothing_to_check(town: Town) -> None:
    town.commit("main", {CONFIG_PATH: ASIDE})
    number = proposed(town, {CONFIG_PATH: None})
    assert runs(town, number) == []


@pytest.mark.parametrize(
    ("files", "conclusion"), [({PLAN: TASKS}, "neutral"), ({CONTRACT: "{}"}, "failure"), ({}, "success")]
)
def test_under_a_broken_base_no_plan_is_checked_but_what_mends_it_is(
    town: Town, files: dict[str, str | bytes | None], conclusion: str
) -> None:
    town.commit("main", {CONFIG_PATH: BROKEN})
    number = proposed(town, {**files, CONFIG_PATH: ASIDE})
    [run] = runs(town, number)
    assert run["conclusion"] == conclusion
    assert run["output"]["title"].startswith("The configuration is sound")
    if files:
        assert f"{CONFIG_PATH}:2:3" in run["output"]["summary"]
        assert [rule for _, _, rule in told_of(town, run)] == ["PLN001"]


def test_archives_may_leave_the_configuration_out() -> None:
    """GitHub's archives obey `export-ignore`, so the trees need not hold the file that holds."""
    head = in_memory({PLAN: TASKS})
    wish = Request("d", "a" * 40, "", 5, "", "", "acme/shop", kind="inspection", branch="b", paths=(PLAN,))
    told = {one.title for one in inspection(wish, head, head).annotations}
    chosen = replace(wish, config=ConfigFile(ASIDE))
    assert told - {one.title for one in inspection(chosen, head, head).annotations} == {"PLN303"}


def unmakeable(town: Town, dies_at: frozenset[int] = frozenset()) -> list[dict[str, Any]]:
    """GitHub refuses every check run with annotations, so that each run over the pull request fails."""
    town.reset(dies_at=dies_at)
    town.sandbox.fault(method="POST", path="/check-runs$", body="PLN303", status=422, times=0)
    number = proposed(town, {PLAN: TASKS})
    town.failures.clear()
    return runs(town, number)


def test_a_check_that_cannot_be_made_ends_in_a_neutral_one_that_says_so(town: Town) -> None:
    [run] = unmakeable(town)
    assert (run["name"], run["conclusion"]) == (CHECK, "neutral")
    assert run["output"]["title"] == "The check could not be made"
    assert f"{town.repo.id}#" in run["output"]["summary"]
    assert town.parked() == 0


def test_the_last_word_is_said_once_whatever_crashes(town: Town) -> None:
    unmakeable(town)
    calls = list(town.boundary.calls)
    said = max(at for at, call in enumerate(calls) if call.startswith("GitHub POST") and "check-runs" in call)
    for at in range(said - 2, said + 3):
        for point in (2 * at, 2 * at + 1):
            [run] = unmakeable(town, frozenset({point}))
            assert run["output"]["title"] == "The check could not be made", (point, calls[at])


def test_after_the_last_word_the_next_wake_up_tries_again(town: Town) -> None:
    [run] = unmakeable(town)
    town.sandbox.api.faults.clear()
    number = int(town.pulls()[0]["number"])
    noticed(town, number)
    assert "neutral" in {one["conclusion"] for one in runs(town, number)}
    assert any(one["output"]["annotations_count"] for one in runs(town, number))
    assert run["output"]["annotations_count"] == 0
