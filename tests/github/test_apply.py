"""The effects engine against the sandbox: what each effect does, and that no crash makes it happen twice."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any, get_args

import httpx
import pytest

from bot.effects import (
    AddLabels,
    Annotation,
    Changeset,
    Commit,
    Effect,
    EnsureBranch,
    EnsureCheckRun,
    EnsureComment,
    EnsureIssue,
    EnsurePullRequest,
    File,
    OutsideClosedSet,
    React,
    RemoveLabel,
)
from bot.errors import Fenced, Transient, UserError
from tests.github.crashing import Effects, crashed, seen, start_over, straight, wrong_ends
from tests.github.workbench import FULL_NAME, SETTLE, Bench
from workers.github.apply import PERFORMERS, apply

BRANCH = "groundplan/plan-1"


def a_branch(bench: Bench) -> EnsureBranch:
    return EnsureBranch(BRANCH, bench.head)


def a_commit(bench: Bench, name: str = "d1", text: str = "plan\n") -> Commit:
    return Commit(BRANCH, name, bench.head, "Plan #1", "Refs #1", (File("IMPLEMENTATION_PLAN.md", text),))


def a_pull(bench: Bench, text: str = "The plan.") -> EnsurePullRequest:
    return EnsurePullRequest(
        BRANCH, "main", "Plan: add a widget", bench.body("plan", text, ask="LE_1", digest="d1")
    )


def a_comment(bench: Bench, state: str = "planning") -> EnsureComment:
    return EnsureComment(1, "status", bench.body("status", f"Now {state}.", state=state))


def a_check(bench: Bench, annotations: int = 0) -> EnsureCheckRun:
    notes = tuple(Annotation("app.py", n + 1, "notice", f"T{n}", f"M{n}") for n in range(annotations))
    return EnsureCheckRun("groundplan / contract", bench.head, "d1", "success", "Valid", "All well.", notes)


def an_issue(bench: Bench) -> EnsureIssue:
    return EnsureIssue("T-1", "Do the first task", bench.body("issue", "Do it.", name="T-1"), ("task",))


def one_of_each(bench: Bench) -> list[Effect]:
    return [
        React(1, "eyes"),
        a_comment(bench),
        a_branch(bench),
        a_commit(bench),
        a_pull(bench),
        a_check(bench, annotations=120),
        AddLabels(1, ("planned", "c#d")),
        RemoveLabel(1, "needs-plan", "LE_1"),
        an_issue(bench),
    ]


def ask_for_plan(bench: Bench) -> None:
    with bench.sandbox.person("mona") as mona:
        mona.post(f"/repos/{FULL_NAME}/issues/1/labels", json={"labels": ["needs-plan"]}).raise_for_status()


def comments(bench: Bench) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = bench.sandbox.observable(FULL_NAME)["issues"][0]["comments"]
    return listed


# The table


def test_every_effect_has_its_performer() -> None:
    assert set(PERFORMERS) == set(get_args(Effect))


# Each effect, once and again


def test_one_of_each_is_made_as_it_says(bench: Bench) -> None:
    ask_for_plan(bench)
    receipts = bench.apply(*one_of_each(bench))
    seen = bench.sandbox.observable(FULL_NAME)
    issue = next(one for one in seen["issues"] if one["title"] == "Add a widget")
    child = next(one for one in seen["issues"] if one["title"] == "Do the first task")
    assert issue["labels"] == ["c#d", "planned"]
    assert issue["reactions"] == [("groundplan[bot]", "eyes")]
    assert [comment["body"].splitlines()[0] for comment in issue["comments"]] == ["Now planning."]
    assert (child["author"], child["labels"]) == ("groundplan[bot]", ["task"])
    assert [pull["title"] for pull in seen["pulls"]] == ["Plan: add a widget"]
    assert bench.sandbox.read(FULL_NAME, BRANCH, "IMPLEMENTATION_PLAN.md") == "plan\n"
    assert [(run["conclusion"], len(run["annotations"])) for run in seen["checks"]] == [("success", 120)]
    assert {receipt.outcome for receipt in receipts} <= {"created", "updated"}
    pull = receipts[4]
    assert bench.repo.issues[pull.number].pull is not None
    assert receipts[3].sha == bench.repo.refs[f"refs/heads/{BRANCH}"]


def test_a_second_run_changes_nothing_and_writes_nothing(bench: Bench) -> None:
    ask_for_plan(bench)
    effects = one_of_each(bench)
    first = bench.apply(*effects)
    before = bench.sandbox.observable(FULL_NAME)
    bench.sandbox.api.journal.clear()
    again = bench.apply(*effects)
    assert bench.sandbox.api.journal.writes() == []
    assert bench.sandbox.observable(FULL_NAME) == before
    assert [(one.number, one.id) for one in again] == [(one.number, one.id) for one in first]


@pytest.mark.parametrize("lag", [0.0, 20.0])
def test_with_the_ledger_lost_everything_is_found_again(bench: Bench, lag: float) -> None:
    ask_for_plan(bench)
    effects = one_of_each(bench)
    bench.apply(*effects)
    before = bench.sandbox.observable(FULL_NAME)
    bench.redis.flushall()
    bench.clock.sleep(lag + 1.0)
    bench.sandbox.world.lag = lag
    again = bench.apply(*effects)
    assert bench.sandbox.observable(FULL_NAME) == before
    assert {receipt.outcome for receipt in again} <= {"adopted", "created", "unchanged"}


# Crashes: the heart of it


KINDS: dict[str, Effects] = {
    "react": lambda bench: [React(1, "eyes")],
    "comment": lambda bench: [a_comment(bench)],
    "comment update": lambda bench: [a_comment(bench), a_comment(bench, "proposed")],
    "branch": lambda bench: [a_branch(bench)],
    "commit": lambda bench: [a_branch(bench), a_commit(bench)],
    "pull request": lambda bench: [a_branch(bench), a_commit(bench), a_pull(bench)],
    "pull request update": lambda bench: [
        a_branch(bench),
        a_commit(bench),
        a_pull(bench),
        replace(a_pull(bench), body=bench.body("plan", "Better.", ask="LE_1", digest="d2")),
    ],
    "check run": lambda bench: [a_check(bench, annotations=60)],
    "add labels": lambda bench: [AddLabels(1, ("planned", "c#d"))],
    "remove label": lambda bench: [RemoveLabel(1, "needs-plan", "LE_1")],
    "issue": lambda bench: [an_issue(bench)],
    "all": one_of_each,
}


ONCE = [(kind, (0.0, 20.0)[at % 2]) for at, kind in enumerate(KINDS)]  # fresh and lagging lists in turn
BOTH = [(kind, lag) for kind in KINDS for lag in (0.0, 20.0)]


@pytest.mark.parametrize(("kind", "lag"), BOTH if os.environ.get("GROUNDPLAN_FULL") else ONCE)
def test_a_crash_at_any_request_ends_as_if_there_had_been_none(bench: Bench, kind: str, lag: float) -> None:
    ask_for_plan(bench)
    wrong, crashes, tried = wrong_ends(bench, KINDS[kind], lag)
    assert wrong == []
    assert crashes == tried


FULL = pytest.mark.skipif(not os.environ.get("GROUNDPLAN_FULL"), reason="needs GROUNDPLAN_FULL=1")
IN_FULL = [
    pytest.param(kind, marks=[pytest.mark.full, FULL]) for kind in ("issue", "check run", "comment update")
]


@pytest.mark.parametrize("kind", ["comment", *IN_FULL])
def test_two_crashes_in_a_row_end_right_too(bench: Bench, kind: str) -> None:
    ask_for_plan(bench)
    first, now = bench.sandbox.snapshot(), bench.clock.now
    bench.site()
    start_over(bench, first, now, keep="gp:token")
    wanted, count = straight(bench, KINDS[kind], 20.0)
    bench.close()
    wrong, crashes = [], 0
    points = [(at, after) for at in range(count + 2) for after in (False, True)]
    for one in points:
        for two in points:
            start_over(bench, first, now, keep="gp:token")
            crashes += crashed(bench, KINDS[kind], *one)
            crashes += crashed(bench, KINDS[kind], *two)
            bench.apply_until_done(*KINDS[kind](bench))
            bench.close()
            if seen(bench) != wanted:
                wrong.append((one, two))
    assert wrong == []
    assert crashes > len(points) ** 2 // 2


# Runs that were overtaken, and what is not ours


def test_an_overtaken_run_writes_nothing_more(bench: Bench) -> None:
    stale = bench.site()
    bench.take_over()
    with pytest.raises(Fenced):
        apply(Changeset("late", (a_comment(bench), React(1, "eyes"))), stale)
    assert bench.sandbox.api.journal.writes() == []


def test_a_run_overtaken_between_two_effects_stops_there(bench: Bench) -> None:
    site = bench.site()

    def take_over(_: object) -> None:
        if bench.sandbox.api.journal.writes():
            bench.take_over()

    with bench.sandbox.before_call(take_over), pytest.raises(Fenced):
        apply(Changeset("slow", (a_branch(bench), a_comment(bench), React(1, "eyes"))), site)
    assert [entry.operation for entry in bench.sandbox.api.journal.writes()] == [
        "POST /repos/{owner}/{repo}/git/refs"
    ]


def test_nothing_outside_the_closed_set_is_written_and_nothing_before_it(bench: Bench) -> None:
    evil = replace(a_commit(bench), files=(File(".github/workflows/x.yml", "on: push"),))
    with pytest.raises(OutsideClosedSet):
        bench.apply(a_comment(bench), evil)
    assert bench.sandbox.api.journal.writes() == []


def test_forged_marks_are_nobodys_comment(bench: Bench) -> None:
    ours = a_comment(bench)
    elsewhere = bench.body("status", "From issue 2.", number=2, state="planning")
    wrong_key = bench.body("status", "Guessed.", secret="another secret", state="planning")
    with bench.sandbox.person("mallory") as mallory:
        for body in (ours.body, elsewhere, wrong_key):
            mallory.post(f"/repos/{FULL_NAME}/issues/1/comments", json={"body": body}).raise_for_status()
    bench.sandbox.api.journal.clear()
    bench.apply(ours)
    assert [one["author"] for one in comments(bench)] == ["mallory"] * 3 + ["groundplan[bot]"]
    assert [one["body"] for one in comments(bench)[:3]] == [ours.body, elsewhere, wrong_key]


def test_a_mark_of_another_issue_in_our_own_comment_does_not_count(bench: Bench) -> None:
    """Our bot quoted somebody who had copied a mark of ours from elsewhere."""
    quoted = EnsureComment(1, "help", bench.body("help", "You wrote: " + bench.body("status", "x", number=2)))
    bench.apply(quoted, a_comment(bench))
    assert len(comments(bench)) == 2


def test_a_comment_of_ours_without_a_mark_is_another_one(bench: Bench) -> None:
    bench.apply(EnsureComment(1, "hello", "Plain words."), a_comment(bench))
    assert [one["body"].splitlines()[0] for one in comments(bench)] == ["Plain words.", "Now planning."]


def test_our_comment_is_found_behind_a_hundred_others(bench: Bench) -> None:
    with bench.sandbox.person("mona") as mona:
        for n in range(130):
            mona.post(
                f"/repos/{FULL_NAME}/issues/1/comments", json={"body": f"chatter {n}"}
            ).raise_for_status()
    bench.apply(a_comment(bench))
    bench.redis.flushall()
    bench.apply(a_comment(bench, "proposed"))
    assert [one["body"].splitlines()[0] for one in comments(bench)[130:]] == ["Now proposed."]


def test_a_comment_that_people_deleted_is_written_again(bench: Bench) -> None:
    receipt = bench.apply(a_comment(bench))[0]
    with bench.sandbox.person("acme") as owner:
        owner.delete(f"/repos/{FULL_NAME}/issues/comments/{receipt.id}").raise_for_status()
    began = bench.clock.now
    bench.apply(a_comment(bench, "proposed"))
    assert [one["body"].splitlines()[0] for one in comments(bench)] == ["Now proposed."]
    assert bench.clock.now - began < SETTLE, "a clean 404 leaves nothing to wait for"


def test_our_own_duplicates_are_swept_and_only_they(bench: Bench) -> None:
    with bench.sandbox.person("mona") as mona:
        mona.post(f"/repos/{FULL_NAME}/issues/1/comments", json={"body": a_comment(bench).body})
    for _ in range(3):
        bench.sandbox.world.lag = 1_000.0
        bench.apply(a_comment(bench))
        bench.redis.flushall()
    assert len(comments(bench)) == 4
    bench.sandbox.world.lag = 0.0
    bench.apply(a_comment(bench))
    assert [one["author"] for one in comments(bench)] == ["mona", "groundplan[bot]"]


def test_an_issue_somebody_else_marked_is_not_adopted(bench: Bench) -> None:
    child = an_issue(bench)
    with bench.sandbox.person("mallory") as mallory:
        mallory.post(
            f"/repos/{FULL_NAME}/issues", json={"title": "Mine", "body": child.body}
        ).raise_for_status()
    assert bench.apply(child)[0].outcome == "created"


# People at work on the same things


def test_a_commit_of_people_is_never_overwritten(bench: Bench) -> None:
    bench.apply(a_branch(bench))
    theirs = bench.sandbox.commit(FULL_NAME, BRANCH, {"notes.md": "mine"}, author="mona")
    with pytest.raises(Transient):
        bench.apply(a_commit(bench))
    assert bench.repo.refs[f"refs/heads/{BRANCH}"] == theirs
    bench.apply(replace(a_commit(bench), expected_head=theirs))
    assert bench.sandbox.read(FULL_NAME, BRANCH, "notes.md") == "mine"
    assert bench.sandbox.read(FULL_NAME, BRANCH, "IMPLEMENTATION_PLAN.md") == "plan\n"


def test_our_commit_is_known_below_commits_of_people(bench: Bench) -> None:
    sha = bench.apply(a_branch(bench), a_commit(bench))[1].sha
    theirs = bench.sandbox.commit(FULL_NAME, BRANCH, {"notes.md": "mine"}, author="mona")
    bench.redis.flushall()
    again = bench.apply(replace(a_commit(bench), expected_head=theirs))[0]
    assert (again.sha, again.outcome) == (sha, "adopted")
    assert bench.repo.refs[f"refs/heads/{BRANCH}"] == theirs


def test_a_key_copied_from_another_plan_adopts_nothing(bench: Bench) -> None:
    bench.apply(a_branch(bench), a_commit(bench))
    head = bench.repo.refs[f"refs/heads/{BRANCH}"]
    second = replace(a_commit(bench, "d2", "another\n"), expected_head=head)
    assert bench.apply(second)[0].outcome == "created"


def test_what_people_write_into_the_pull_request_stays(bench: Bench) -> None:
    number = bench.apply(a_branch(bench), a_commit(bench), a_pull(bench))[2].number
    theirs = f"Seen.\n\n{bench.repo.issues[number].body}\n\nPS: I like it."
    with bench.sandbox.person("mona") as mona:
        mona.patch(f"/repos/{FULL_NAME}/pulls/{number}", json={"body": theirs}).raise_for_status()
    bench.redis.flushall()
    bench.apply(a_pull(bench))
    assert bench.repo.issues[number].body == theirs


def test_a_closed_pull_request_is_not_opened_again(bench: Bench) -> None:
    number = bench.apply(a_branch(bench), a_commit(bench), a_pull(bench))[2].number
    with bench.sandbox.person("mona") as mona:
        mona.patch(f"/repos/{FULL_NAME}/pulls/{number}", json={"state": "closed"}).raise_for_status()
    with pytest.raises(Transient):
        bench.apply(a_pull(bench))
    assert [pull["state"] for pull in bench.sandbox.observable(FULL_NAME)["pulls"]] == ["closed"]


def test_a_pull_request_of_somebody_else_is_said_and_left(bench: Bench) -> None:
    bench.apply(a_branch(bench), a_commit(bench))
    with bench.sandbox.person("mona") as mona:
        body = {"head": BRANCH, "base": "main", "title": "Mine"}
        mona.post(f"/repos/{FULL_NAME}/pulls", json=body).raise_for_status()
    with pytest.raises(UserError) as said:
        bench.apply(a_pull(bench))
    assert said.value.code == "pull-exists"


def test_a_label_that_is_off_already_is_fine(bench: Bench) -> None:
    assert bench.apply(RemoveLabel(1, "needs-plan", "LE_1"))[0].outcome == "unchanged"


def test_a_label_put_on_again_is_not_taken_off_by_a_late_retry(bench: Bench) -> None:
    ask_for_plan(bench)
    bench.apply(RemoveLabel(1, "needs-plan", "LE_1"))
    ask_for_plan(bench)
    bench.apply(RemoveLabel(1, "needs-plan", "LE_1"))
    assert bench.sandbox.observable(FULL_NAME)["issues"][0]["labels"] == ["needs-plan"]


@pytest.mark.parametrize("label", ["c#d", "what?x=1", "../../labels", "50%", "a/b", "ünï cødé"])
def test_any_label_is_one_path_part(bench: Bench, label: str) -> None:
    bench.apply(AddLabels(1, (label,)))
    assert bench.sandbox.observable(FULL_NAME)["issues"][0]["labels"] == [label]
    bench.apply(RemoveLabel(1, label, "LE_1"))
    assert bench.sandbox.observable(FULL_NAME)["issues"][0]["labels"] == []


# What GitHub refuses


def test_a_ruleset_that_refuses_the_branch_is_named(bench: Bench) -> None:
    rules = [{"type": "creation"}, {"type": "required_signatures"}]
    bench.sandbox.world.add_ruleset(bench.repo, "tidy", ["groundplan/*"], rules)
    with pytest.raises(UserError) as said:
        bench.apply(a_branch(bench))
    assert said.value.code == "protected-branch"
    assert "`creation`, `required_signatures`" in said.value.reason
    assert "restricted" in said.value.reason


def test_a_ruleset_that_refuses_the_commit_is_named(bench: Bench) -> None:
    rule = {
        "type": "file_path_restriction",
        "parameters": {"restricted_file_paths": ["IMPLEMENTATION_PLAN.md"]},
    }
    bench.sandbox.world.add_ruleset(bench.repo, "no plans", ["~ALL"], [rule])
    with pytest.raises(UserError) as said:
        bench.apply(a_branch(bench), a_commit(bench))
    assert said.value.code == "protected-branch"
    assert "`file_path_restriction`" in said.value.reason


@pytest.mark.parametrize(
    ("permission", "effect"),
    [
        ("issues", a_comment),
        ("contents", a_branch),
        ("checks", a_check),
        ("issues", an_issue),
        ("issues", lambda bench: React(1, "eyes")),
    ],
)
def test_a_missing_permission_is_named_and_nothing_stays_in_doubt(
    bench: Bench, permission: str, effect: Callable[[Bench], Effect]
) -> None:
    bench.sandbox.installation(FULL_NAME).permissions[permission] = "read"
    with pytest.raises(UserError) as said:
        bench.apply(effect(bench))
    assert (said.value.code, f"{permission}: write" in said.value.reason) == ("missing-permission", True)
    bench.sandbox.installation(FULL_NAME).permissions[permission] = "write"
    bench.redis.delete(*bench.redis.keys("gp:installation:*"))
    assert bench.apply(effect(bench))[0].outcome == "created"


def test_a_locked_conversation_and_an_archived_repository_are_said(bench: Bench) -> None:
    bench.repo.archived = True
    with pytest.raises(UserError) as said:
        bench.apply(a_comment(bench))
    assert said.value.code == "archived"


def test_an_issue_that_is_gone_is_said(bench: Bench) -> None:
    bench.repo.issues[1].deleted = True
    with pytest.raises(UserError) as said:
        bench.apply(a_comment(bench))
    assert said.value.code == "gone"


def test_a_branch_that_people_delete_meanwhile_is_made_again(bench: Bench) -> None:
    bench.apply(a_branch(bench))
    del bench.repo.refs[f"refs/heads/{BRANCH}"]
    with pytest.raises(Transient):
        bench.apply(a_commit(bench))
    bench.apply(a_branch(bench), a_commit(bench))
    assert bench.sandbox.read(FULL_NAME, BRANCH, "IMPLEMENTATION_PLAN.md") == "plan\n"


# Faults that leave the outcome open, and limits


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", ["status", "cut", "html", "malformed"])
@pytest.mark.parametrize("effect", [a_comment, an_issue, a_check], ids=["comment", "issue", "check"])
def test_a_lost_answer_never_doubles(
    bench: Bench, kind: str, when: str, effect: Callable[[Bench], Effect]
) -> None:
    bench.sandbox.world.lag = 30.0
    bench.sandbox.fault(kind, method="POST", path="/(comments|issues|check-runs)$", when=when)
    began = bench.clock.now
    bench.apply_until_done(effect(bench))
    seen = bench.sandbox.observable(FULL_NAME)
    assert len(comments(bench)) + len(seen["issues"]) - 1 + len(seen["checks"]) == 1
    assert bench.clock.now - began >= SETTLE


def test_a_clean_refusal_does_not_make_us_wait(bench: Bench) -> None:
    bench.sandbox.fault("status", method="POST", path="/comments$", status=422)
    with pytest.raises(UserError):
        bench.apply(a_comment(bench))
    assert bench.apply(a_comment(bench))[0].outcome == "created"


@pytest.mark.parametrize(("retry_after", "least"), [(90, 90.0), (None, 60.0)])
def test_a_secondary_limit_silences_the_whole_installation(
    bench: Bench, retry_after: int | None, least: float
) -> None:
    bench.sandbox.fault("secondary", method="POST", path="/comments$", retry_after=retry_after)
    with pytest.raises(Transient) as limited:
        bench.apply(a_comment(bench))
    assert limited.value.delay == pytest.approx(least)
    sent = len(bench.sandbox.api.journal.entries)
    bench.clock.sleep(least - 10.0)
    for attempt in (bench.look, lambda: bench.apply(React(1, "eyes"))):
        with pytest.raises(Transient):
            attempt()
    assert len(bench.sandbox.api.journal.entries) == sent
    bench.clock.sleep(10.0)
    bench.apply(a_comment(bench))
    assert len(comments(bench)) == 1


def test_a_token_that_was_revoked_is_replaced_once_and_the_body_sent_again(bench: Bench) -> None:
    bench.apply(React(1, "eyes"))
    bench.sandbox.fault("revoke", method="POST", path="/comments$")
    bench.apply(a_comment(bench))
    assert [one["body"] for one in comments(bench)] == [a_comment(bench).body]


def test_two_refused_tokens_are_the_end(bench: Bench) -> None:
    bench.sandbox.fault("unauthorized", method="POST", path="/comments$", times=0)
    with pytest.raises(UserError) as said:
        bench.apply(a_comment(bench))
    assert said.value.code == "unauthorized"
    tries = [entry for entry in bench.sandbox.api.journal.entries if entry.path.endswith("/comments")]
    assert [entry.method for entry in tries] == ["GET", "POST", "POST"]


def test_writes_keep_a_second_between_them(bench: Bench) -> None:
    ask_for_plan(bench)
    bench.sandbox.api.journal.clear()
    bench.apply(*one_of_each(bench))
    writes = bench.sandbox.api.journal.writes()
    assert writes[0].path.endswith("/reactions"), "which keeps no distance to others, but they do to it"
    times = [entry.at for entry in writes]
    assert min(b - a for a, b in pairwise(times)) >= 1.0 - 1e-3


def test_a_full_minute_is_waited_for_elsewhere(bench: Bench) -> None:
    pace = bench.site().pace
    for _ in range(80):
        bench.clock.sleep(pace.turn(patience=1_000.0))
    bench.clock.sleep(-75.0)
    with pytest.raises(Transient) as busy:
        bench.apply(a_comment(bench))
    assert busy.value.delay > 3.0
    assert comments(bench) == []


def test_it_works_the_same_over_real_http(bench: Bench) -> None:
    bench.transport = httpx.HTTPTransport
    ask_for_plan(bench)
    bench.apply(*one_of_each(bench))
    assert len(bench.sandbox.observable(FULL_NAME)["pulls"]) == 1
