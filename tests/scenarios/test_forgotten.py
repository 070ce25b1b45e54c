"""Deliveries that come twice, late or never, and a Redis that comes back empty: the same end each time."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from tests.scenarios.town import START, Town

READY = "### 📝 Plan ready for review"
POINTS = {
    "before the first comment": ("POST", "/comments$", ""),
    "before the tarball": ("GET", "/tarball/", ""),
    "before the branch": ("POST", "/git/refs$", ""),
    "before the last word": ("PATCH", "/comments/", ""),
    "before the label goes": ("DELETE", "/labels/", ""),
}
AT_THE_PULL = {
    "before the pull request": ("POST", "/pulls$", ""),
    "before the check run": ("POST", "/check-runs$", ""),
}


@pytest.fixture(scope="module")
def undisturbed(built_town: Town) -> dict[str, Any]:
    built_town.reset()
    built_town.ask()
    return built_town.observable()


def forgets(town: Town, call: tuple[str, str, str]) -> int:
    number = town.open_issue()
    town.label(number)
    town.notice(number)
    with town.before(*call[:2], town.forget_everything, call[2]):
        town.run()
    town.clock.sleep(900)
    town.sweep()
    town.run()
    return number


@pytest.mark.parametrize("point", POINTS)
def test_redis_comes_back_empty(town: Town, undisturbed: dict[str, Any], point: str) -> None:
    forgets(town, POINTS[point])
    assert town.observable() == undisturbed


def test_a_commit_that_nobody_remembers_is_left_alone(town: Town, undisturbed: dict[str, Any]) -> None:
    """It could be anybody's: the plan goes to the next branch, once, with the same files."""
    forgets(town, ("POST", "/graphql$", "createCommitOnBranch"))
    seen = town.observable()
    [pull], [expected] = seen["pulls"], undisturbed["pulls"]
    assert pull["head"] == "groundplan/plan-1-2"
    assert pull == {**expected, "head": pull["head"]}
    assert seen["issues"] == undisturbed["issues"]


@pytest.mark.parametrize("point", AT_THE_PULL)
def test_redis_comes_back_empty_around_the_pull_request(town: Town, point: str) -> None:
    """What was not yet published is lost; what stands is found, and nothing is doubled."""
    number = forgets(town, AT_THE_PULL[point])
    assert town.status(number).startswith(f"{READY}\n\nThe plan is #2.")
    assert town.labels(number) == []
    assert len(town.pulls()) == 1
    assert town.branches() == ["groundplan/plan-1", "main"]


@pytest.mark.xfail(reason="the plan's summary and check are kept in Redis only, so they are lost with it")
@pytest.mark.parametrize("point", AT_THE_PULL)
def test_redis_lost_around_the_pull_request_loses_no_words(
    town: Town, undisturbed: dict[str, Any], point: str
) -> None:
    forgets(town, AT_THE_PULL[point])
    assert town.observable() == undisturbed


def test_redis_comes_back_empty_after_the_story(town: Town, undisturbed: dict[str, Any]) -> None:
    number = town.ask()
    town.forget_everything()
    town.notice(number)
    town.sweep()
    town.run()
    assert town.observable() == undisturbed


def test_no_delivery_ever_comes(town: Town, undisturbed: dict[str, Any]) -> None:
    number = town.open_issue()
    town.label(number)
    town.sweep()
    town.run()
    assert town.observable() == undisturbed
    town.merge(2)
    town.sweep()
    town.run()
    assert town.status(number).startswith("### ✅ Plan accepted")


def test_deliveries_come_twice_and_again_after_the_end(town: Town, undisturbed: dict[str, Any]) -> None:
    number = town.open_issue()
    town.notice(number)
    town.label(number)
    town.notice(number)
    town.notice(number)
    town.run()
    for _ in range(3):
        town.notice(number)
        town.run()
    assert town.observable() == undisturbed


def test_a_delivery_hours_late_acts_on_what_is_now(town: Town) -> None:
    number = town.open_issue()
    town.label(number)
    town.unlabel(number)
    town.clock.sleep(4.5 * 3_600)
    town.notice(number)
    town.run()
    assert town.comments(number) == []
    assert town.bill == []


def test_a_sweep_at_rest_changes_nothing(town: Town, undisturbed: dict[str, Any]) -> None:
    town.ask()
    writes = [one for one in town.calls() if one.write]
    for _ in range(3):
        town.clock.sleep(900)
        town.sweep()
        town.run()
    assert [one for one in town.calls() if one.write] == writes
    assert town.observable() == undisturbed


def test_three_days_of_labels_are_caught_up_with_within_the_pace(town: Town) -> None:
    numbers = [town.open_issue(f"Export number {one}") for one in range(6)]
    for number in numbers:
        town.label(number)
    town.clock.sleep(3 * 24 * 3_600)
    town.sweep()
    town.run()
    assert all(town.status(number).startswith(READY) for number in numbers)
    at = sorted(one.at for one in town.calls() if one.write and not one.path.endswith("/reactions"))
    assert at[0] > START
    assert all(later - earlier >= 0.99 for earlier, later in pairwise(at))


def test_the_mark_is_found_behind_many_comments(town: Town) -> None:
    number = town.ask()
    for one in range(120):
        town.act("POST", f"/issues/{number}/comments", body=f"Comment {one}")
    town.close_pull(2)
    town.forget_everything()
    town.ask_again(number)
    assert town.status(number).startswith(f"{READY}\n\nThe plan is #")
