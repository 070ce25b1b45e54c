"""Situation → next step, as tables: every state an issue can be in, and the one thing to do about it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.branches import plan_branch
from bot.config import ConfigFile
from bot.controller import next_step
from bot.effects import Changeset, Commit, EnsureComment, EnsurePullRequest, File, Receipt
from bot.marks import Mark, Place, read_mark
from bot.situation import (
    Ask,
    Issue,
    Outcome,
    OwnComment,
    Planning,
    PlanPull,
    Repository,
    Situation,
    Subject,
    Trouble,
)
from bot.steps import Idle, PlanRequest, Policy, StopPlanning

SHA, HEAD = "a" * 40, "b" * 40
POLICY = Policy(secret="s3cret")
SUBJECT = Subject(77, 12)
ASK = Ask("LE_1", "mona", "needs-plan")


ISSUE = Issue(
    number=12,
    title="Export as JSON lines",
    body="- [ ] `export --jsonl` prints one object a line",
    state="open",
    locked=False,
    author="mona",
    labels=("needs-plan",),
    ask=ASK,
)


def asked(**changes: Any) -> Situation:
    """An open issue that somebody has just put the label on, with these fields of it or
    of the situation changed.
    """
    repository, quiet = Repository(77, "octo", "shop", "main", SHA), ConfigFile("labels: {states: false}\n")
    now = Situation(SUBJECT, repository, ISSUE, config=quiet, roles={"mona": "triage"})
    return changed(now, **changes)


def changed(now: Situation, **changes: Any) -> Situation:
    """The situation with other values; names of the issue's fields mean the issue's."""
    assert now.issue
    of_issue = {name: changes.pop(name) for name in list(changes) if hasattr(now.issue, name)}
    return replace(now, **{"issue": replace(now.issue, **of_issue), **changes})


def said(state: str, ask: str = "LE_1", **data: str) -> tuple[OwnComment, ...]:
    return (OwnComment(900, Mark("status", {"state": state, "ask": ask, **data}), ""),)


def planning(now: Situation, **changes: Any) -> Situation:
    """The same, with its plan asked for and acknowledged."""
    step = next_step(now, POLICY)
    assert isinstance(step, PlanRequest), step
    assert now.issue
    shown = replace(now.issue, labels=(*now.issue.labels, "plan/running"))
    told = said("planning", stage="")
    return replace(now, issue=shown, request=step.request, reacted=True, comments=told, **changes)


def with_outcome(now: Situation, kind: str = "plan") -> Situation:
    assert now.request
    outcome = Outcome(
        digest=now.request.digest,
        kind=kind,  # type: ignore[arg-type]
        body="Two tasks.",
        files=(File("IMPLEMENTATION_PLAN.md", "# Plan\n"),),
        pull_title="Plan: Export",
        pull_body="Refs #12",
        headline="Plan #12",
        check_ok=True,
    )
    return replace(now, outcome=outcome)


def pull(
    state: str = "open", ask: str = "LE_1", number: int = 13, digest: str = "", round_: int = 1
) -> PlanPull:
    mark = Mark("plan", {"ask": ask, "digest": digest})
    return PlanPull(number, plan_branch(12, round_), state, HEAD, "main", mark)  # type: ignore[arg-type]


def effects(step: object) -> list[str]:
    assert isinstance(step, Changeset), step
    return [type(effect).__name__ for effect in step.effects]


def status_of(step: object) -> Mark:
    assert isinstance(step, Changeset)
    comment = next(effect for effect in step.effects if isinstance(effect, EnsureComment))
    mark = read_mark(POLICY.secret, Place(77, 12), comment.body)
    assert mark, comment.body
    return mark


def test_a_fresh_ask_wants_a_plan_of_the_text_as_it_is_now() -> None:
    step = next_step(asked(), POLICY)
    assert isinstance(step, PlanRequest)
    assert (step.request.base_sha, step.request.ask, step.request.title) == (
        SHA,
        "LE_1",
        "Export as JSON lines",
    )


@pytest.mark.parametrize(
    "change",
    [{"title": "Another"}, {"body": "Another"}, {"ask": Ask("LE_2", "mona", "needs-plan")}],
    ids=["title", "body", "asked again"],
)
def test_changed_inputs_are_another_wish(change: dict[str, Any]) -> None:
    before = planning(asked())
    after = changed(before, **change)
    step = next_step(after, POLICY)
    assert isinstance(step, PlanRequest)
    assert before.request
    assert step.request.digest != before.request.digest


def test_a_moved_default_branch_is_not_another_wish() -> None:
    now = planning(asked())
    moved = replace(now, repository=replace(now.repository, head_sha=HEAD))
    assert isinstance(next_step(moved, POLICY), Idle)


def test_the_ask_is_acknowledged_once() -> None:
    now = replace(planning(asked()), reacted=False, comments=())
    assert effects(next_step(now, POLICY)) == ["React", "EnsureComment"]
    assert isinstance(
        next_step(replace(now, reacted=True, comments=said("planning", stage="")), POLICY), Idle
    )


def test_a_new_stage_is_shown_in_the_same_comment() -> None:
    now = replace(planning(asked()), stage="reviewing")
    step = next_step(now, POLICY)
    assert effects(step) == ["EnsureComment"]
    assert status_of(step).get("stage") == "reviewing"


def test_a_finished_plan_becomes_branch_commit_and_pull_request() -> None:
    step = next_step(with_outcome(planning(asked())), POLICY)
    assert effects(step) == ["EnsureBranch", "Commit", "EnsurePullRequest"]
    assert isinstance(step, Changeset)
    commit = next(effect for effect in step.effects if isinstance(effect, Commit))
    assert (commit.branch, commit.expected_head) == ("groundplan/plan-12", SHA)
    pull_request = next(effect for effect in step.effects if isinstance(effect, EnsurePullRequest))
    mark = read_mark(POLICY.secret, Place(77, 12), pull_request.body)
    assert mark
    assert mark.get("ask") == "LE_1"


def test_a_branch_that_somebody_else_filled_is_left_alone() -> None:
    now = replace(with_outcome(planning(asked())), branch_heads={"groundplan/plan-12": HEAD})
    step = next_step(now, POLICY)
    assert isinstance(step, Changeset)
    assert (
        next(effect for effect in step.effects if isinstance(effect, Commit)).branch == "groundplan/plan-12-2"
    )


def test_an_existing_branch_is_built_upon_never_moved() -> None:
    made = Receipt("branch:groundplan/plan-12", "created", sha=SHA)
    now = with_outcome(planning(asked()))
    now = replace(now, branch_heads={"groundplan/plan-12": HEAD}, receipts={made.key: made})
    step = next_step(now, POLICY)
    assert isinstance(step, Changeset)
    assert next(effect for effect in step.effects if isinstance(effect, Commit)).expected_head == HEAD


def test_a_second_plan_gets_its_own_branch() -> None:
    now = with_outcome(planning(asked(pulls=(pull("closed", ask="LE_0"),))))
    step = next_step(now, POLICY)
    assert isinstance(step, Changeset)
    assert (
        next(effect for effect in step.effects if isinstance(effect, Commit)).branch == "groundplan/plan-12-2"
    )


def test_a_standing_pull_request_is_checked_said_and_the_label_released() -> None:
    now = with_outcome(planning(asked()))
    assert now.outcome
    digest = now.outcome.digest
    commit = f"commit:groundplan/plan-12:{digest[:16]}"
    now = replace(now, pulls=(pull(digest=digest),), receipts={commit: Receipt(commit, "created", sha=HEAD)})
    step = next_step(now, POLICY)
    assert effects(step) == ["EnsureCheckRun", "EnsureComment", "RemoveLabel"]
    assert dict(status_of(step).fields) == {
        "state": "proposed",
        "ask": "LE_1",
        "pull": "13",
        "contract": "valid",
    }


def test_a_head_that_people_pushed_is_not_reported_as_ours() -> None:
    now = with_outcome(planning(asked()))
    assert now.outcome
    now = replace(now, pulls=(pull(digest=now.outcome.digest),))
    assert effects(next_step(now, POLICY)) == ["EnsureComment", "RemoveLabel"]


def test_after_losing_our_memory_a_standing_plan_is_only_released() -> None:
    now = asked(pulls=(pull(),), comments=said("proposed", pull="13", contract="valid"))
    assert effects(next_step(now, POLICY)) == ["RemoveLabel"]


@pytest.mark.parametrize(
    ("change", "state", "words"),
    [
        ({"state": "closed"}, "stopped", "closed"),
        ({"labels": ("needs-plan", "no-plan")}, "stopped", "`no-plan`"),
        ({"repository": Repository(77, "octo", "shop", "main", "")}, "blocked", "no commits"),
        ({"missing_permissions": ("contents: write",)}, "blocked", "`contents: write`"),
        ({"pulls": (pull(ask="LE_0"),)}, "", "#13 is still open"),
        ({"trouble": Trouble("ruleset", "A ruleset refuses the push.", "", "LE_1")}, "blocked", "ruleset"),
        (
            {"pulls": tuple(pull("closed", "LE_0", 13 + n, round_=n + 1) for n in range(4))},
            "blocked",
            "4 plans",
        ),
    ],
)
@pytest.mark.parametrize("when", ["before planning", "while planning"])
def test_what_cannot_be_planned_is_said_and_the_label_released(
    change: dict[str, Any], state: str, words: str, when: str
) -> None:
    now = asked()
    if when == "while planning":
        now = planning(now)
    now = changed(now, **change)
    step = next_step(now, POLICY)
    if when == "while planning":
        assert isinstance(step, StopPlanning)
        step = next_step(replace(now, request=None), POLICY)
    assert effects(step) == ["EnsureComment", "RemoveLabel"]
    said = state or ("blocked" if when == "while planning" else "")
    assert status_of(step).get("state") == said
    assert isinstance(step, Changeset)
    assert words in next(effect.body for effect in step.effects if isinstance(effect, EnsureComment))


def test_old_trouble_does_not_refuse_a_new_ask() -> None:
    now = asked(trouble=Trouble("ruleset", "A ruleset refuses the push.", "", "LE_0"))
    assert isinstance(next_step(now, POLICY), PlanRequest)


def test_a_locked_issue_is_only_released_since_nobody_may_speak_there() -> None:
    assert effects(next_step(asked(locked=True), POLICY)) == ["RemoveLabel"]


@pytest.mark.parametrize("kind", ["unready", "unneeded", "failed"])
def test_an_outcome_that_is_no_plan_is_said(kind: str) -> None:
    step = next_step(with_outcome(planning(asked()), kind), POLICY)
    assert effects(step) == ["EnsureComment", "RemoveLabel"]
    assert status_of(step).get("state") == kind


@pytest.mark.parametrize("state", ["unready", "unneeded", "failed", "stopped", "blocked"])
def test_an_answer_that_was_said_before_a_crash_is_not_said_again(state: str) -> None:
    assert effects(next_step(asked(comments=said(state)), POLICY)) == ["RemoveLabel"]


def test_an_answer_to_an_earlier_ask_does_not_answer_this_one() -> None:
    assert isinstance(next_step(asked(comments=said("failed", ask="LE_0")), POLICY), PlanRequest)


def test_a_label_taken_off_while_planning_stops_and_says_so() -> None:
    now = planning(asked())
    now = changed(now, labels=())
    assert isinstance(next_step(now, POLICY), StopPlanning)
    step = next_step(replace(now, request=None), POLICY)
    assert effects(step) == ["EnsureComment"]
    assert status_of(step).get("state") == "stopped"


def test_a_label_taken_off_after_the_pull_request_stands_is_not_a_stop() -> None:
    now = planning(asked())
    now = changed(now, labels=(), request=None, pulls=(pull(),))
    step = next_step(now, POLICY)
    assert effects(step) == ["EnsureComment"]
    assert status_of(step).get("state") == "proposed"


@pytest.mark.parametrize(("state", "word"), [("merged", "merged"), ("closed", "closed")])
def test_the_verdict_on_the_pull_request_is_said_once(state: str, word: str) -> None:
    now = asked(labels=(), pulls=(pull(state),), comments=said("proposed", pull="13"))
    step = next_step(now, POLICY)
    assert effects(step) == ["EnsureComment"]
    assert status_of(step).get("state") == word
    again = replace(now, comments=said(word, pull="13"))
    assert isinstance(next_step(again, POLICY), Idle)


@pytest.mark.parametrize(
    "now",
    [
        asked(labels=()),
        asked(labels=("bug",)),
        asked(labels=(), pulls=(pull(),), comments=said("proposed", pull="13")),
        replace(asked(), issue=None),
        asked(repository=Repository(77, "octo", "shop", "main", SHA, archived=True)),
    ],
    ids=["no label", "other label", "under review", "gone", "archived"],
)
def test_nothing_to_do(now: Situation) -> None:
    assert isinstance(next_step(now, POLICY), Idle)


def test_an_issue_that_goes_away_while_planning_stops_it() -> None:
    assert isinstance(next_step(replace(planning(asked()), issue=None), POLICY), StopPlanning)


# --- too often -------------------------------------------------------------------------------------------


def lately(*digests: str) -> tuple[Planning, ...]:
    return tuple(Planning(digest, f"1{at}:00 UTC") for at, digest in enumerate(digests))


SELDOM = replace(POLICY, runs_an_hour=2)


@pytest.mark.parametrize("number", [0, 1])
def test_a_planning_may_begin_while_there_is_room(number: int) -> None:
    now = replace(asked(), plannings=lately("a", "b")[:number])
    assert isinstance(next_step(now, SELDOM), PlanRequest)


@pytest.mark.parametrize(("digests", "free"), [("ab", "10:00"), ("abc", "11:00")])
def test_one_too_many_is_blocked_until_there_is_room_again(digests: str, free: str) -> None:
    step = next_step(replace(asked(), plannings=lately(*digests)), SELDOM)
    assert effects(step) == ["EnsureComment", "RemoveLabel"]
    assert status_of(step).get("state") == "blocked"
    comment = next(effect for effect in step.effects if isinstance(effect, EnsureComment))  # type: ignore[union-attr]
    assert f"put `needs-plan` on again after {free} UTC" in comment.body


def test_what_was_counted_goes_on_after_a_crash_and_is_published() -> None:
    wish = planning(asked()).request
    assert wish
    crowded = lately("a", wish.digest)
    assert isinstance(next_step(replace(asked(), plannings=crowded), SELDOM), PlanRequest)
    done = replace(with_outcome(planning(asked())), plannings=crowded)
    assert "EnsurePullRequest" in effects(next_step(done, SELDOM))


def test_a_changed_text_that_is_one_too_many_stops_the_planning_before_it_is_said() -> None:
    now = changed(planning(asked()), body="Another", plannings=lately("a", "b"))
    assert isinstance(next_step(now, SELDOM), StopPlanning)
