"""After the first plan: it is merged, closed, thrown away or worked on, and then somebody asks again."""

from __future__ import annotations

import pytest

from tests.scenarios.town import BODY, Town

PLAN = "IMPLEMENTATION_PLAN.md"


def end(town: Town, how: str, pull: int) -> None:
    if how == "merged":
        town.merge(pull)
    elif how == "closed":
        town.close_pull(pull)
    else:
        town.act("DELETE", "/git/refs/heads/groundplan/plan-1")


SAID = {
    "merged": "### ✅ Plan accepted\n\nThe plan in #2 was merged.\n\n"
    f"**Next:** carry out the tasks in `{PLAN}` _(maintainers)_",
    "closed": "### ⏹️ Plan declined\n\nThe plan in #2 was closed without merging.\n\n"
    "**Next:** put `needs-plan` on for a new plan _(maintainers)_",
}
SAID["thrown away"] = SAID["closed"]


@pytest.mark.parametrize("how", SAID)
def test_the_end_of_a_plan_is_said_and_the_next_one_gets_its_own_branch(town: Town, how: str) -> None:
    number = town.ask()
    end(town, how, 2)
    town.notice(number)
    town.run()
    assert town.status(number) == SAID[how]
    town.ask_again(number)
    assert [pull["head"]["ref"] for pull in town.pulls()] == ["groundplan/plan-1", "groundplan/plan-1-2"]
    assert town.status(number).startswith("### 📝 Plan ready for review\n\nThe plan is #3.")
    marks = [
        line for line in (town.file("groundplan/plan-1-2", PLAN) or "").splitlines() if " begin " in line
    ]
    assert len(marks) == 1


@pytest.mark.parametrize("how", SAID)
def test_asked_again_before_anybody_noticed_the_end(town: Town, how: str) -> None:
    number = town.ask()
    end(town, how, 2)
    town.ask_again(number)
    assert town.status(number).startswith("### 📝 Plan ready for review\n\nThe plan is #3.")


def test_asked_again_while_the_first_plan_is_open(town: Town) -> None:
    number = town.ask()
    town.commit("groundplan/plan-1", {PLAN: "Maya's own words\r\n", "notes.md": b"\xff\x00"})
    head = town.repo.refs["refs/heads/groundplan/plan-1"]
    town.ask_again(number)
    [answer] = town.answers(number)
    assert answer == (
        "Plan pull request #2 is still open, and it may hold people's edits.\n\n"
        "**Next:** review it, or close it and then put `needs-plan` on again"
    )
    assert town.status_comment(number).startswith("### 📝 Plan ready for review")
    assert town.labels(number) == []
    assert (town.file("groundplan/plan-1", PLAN) or "").startswith("Maya's own words")
    head = town.repo.refs["refs/heads/groundplan/plan-1"]
    town.close_pull(2)
    town.notice(number)
    town.run()
    assert town.status_comment(number) == SAID["closed"]
    town.ask_again(number)
    assert [pull["head"]["ref"] for pull in town.pulls()] == ["groundplan/plan-1", "groundplan/plan-1-2"]
    assert town.repo.refs["refs/heads/groundplan/plan-1"] == head


def test_four_plans_are_enough(town: Town) -> None:
    number = town.ask()
    for pull in range(2, 6):
        town.close_pull(pull)
        town.notice(number)
        town.run()
        town.ask_again(number)
    assert [pull["head"]["ref"] for pull in town.pulls()] == [
        "groundplan/plan-1",
        "groundplan/plan-1-2",
        "groundplan/plan-1-3",
        "groundplan/plan-1-4",
    ]
    assert "This issue has had 4 plans." in town.status(number)
    assert town.labels(number) == []


def test_a_branch_of_our_name_that_people_made_is_not_built_upon(town: Town) -> None:
    sha = town.act("GET", "/git/ref/heads/main")["object"]["sha"]
    town.act("POST", "/git/refs", ref="refs/heads/groundplan/plan-1", sha=sha)
    head = town.commit("groundplan/plan-1", {"theirs.md": "theirs\n"})
    town.ask()
    assert town.repo.refs["refs/heads/groundplan/plan-1"] == head
    assert [pull["head"]["ref"] for pull in town.pulls()] == ["groundplan/plan-1-2"]


def test_two_issues_at_once_each_get_their_own_section(town: Town) -> None:
    first = town.open_issue()
    second = town.open_issue("Export orders as XML", BODY.replace("jsonl", "xml"))
    for number in (first, second):
        town.label(number)
        town.notice(number)
    town.run()
    assert [pull["head"]["ref"] for pull in town.pulls()] == ["groundplan/plan-1", "groundplan/plan-2"]
    for number, pull in ((first, 3), (second, 4)):
        assert town.status(number).startswith(f"### 📝 Plan ready for review\n\nThe plan is #{pull}.")
        text = town.file(f"groundplan/plan-{number}", PLAN) or ""
        assert [line.split()[2] for line in text.splitlines() if " begin " in line] == [str(number)]
        changed = [one["filename"] for one in town.act("GET", f"/pulls/{pull}/files")]
        assert f".agent/planning-output-{number}.json" in changed


def test_the_second_plan_keeps_the_first_one_that_was_merged(town: Town) -> None:
    first = town.ask()
    town.merge(2)
    second = town.ask("Export orders as XML", BODY.replace("jsonl", "xml"))
    text = town.file(f"groundplan/plan-{second}", PLAN) or ""
    assert [line.split()[2] for line in text.splitlines() if " begin " in line] == [str(first), str(second)]
    town.merge(town.pulls()[-1]["number"])
    assert town.file("main", PLAN) == text
