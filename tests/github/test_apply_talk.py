"""The effects of the conversation: answers, threads, labels, decision issues and our part of the text."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.effects import (
    CloseIssue,
    Commit,
    EnsureBranch,
    EnsureComment,
    EnsureIssue,
    EnsureLabel,
    EnsurePullRequest,
    EnsureReply,
    File,
    React,
    ResolveThread,
)
from bot.errors import Transient, UserError
from bot.own_part import BEGIN, END, part_of
from sandbox.nodes import node_id
from sandbox.state import Issue, Thread
from tests.github.crashing import Effects, labels, wrong_ends
from tests.github.workbench import FULL_NAME, SETTLE, Bench

BRANCH = "groundplan/plan-1"
PLAN = "IMPLEMENTATION_PLAN.md"


def a_pull(bench: Bench, text: str = "The plan.") -> EnsurePullRequest:
    return EnsurePullRequest(BRANCH, "main", "Plan: add a widget", bench.body("plan", text, digest=text))


def propose(bench: Bench) -> int:
    """A plan pull request of ours, by the engine itself; its number."""
    commit = Commit(BRANCH, "d1", bench.head, "Plan #1", "Refs #1", (File(PLAN, "a\nb\nc\n"),))
    return bench.apply(EnsureBranch(BRANCH, bench.head), commit, a_pull(bench))[-1].number


def review(bench: Bench) -> Issue:
    """Mona asks for changes in two threads; gives the pull request as the sandbox holds it."""
    number = propose(bench)
    notes = [{"path": PLAN, "line": line, "body": f"Why {line}?"} for line in (1, 3)]
    body = {"event": "REQUEST_CHANGES", "body": "Not yet.", "comments": notes}
    with bench.sandbox.person("mona") as mona:
        mona.post(f"/repos/{FULL_NAME}/pulls/{number}/reviews", json=body).raise_for_status()
    return bench.repo.issues[number]


def threads(bench: Bench) -> list[Thread]:
    return [one for issue in bench.repo.issues.values() if issue.pull for one in issue.pull.threads]


def pulled(bench: Bench) -> Issue:
    return next(one for one in bench.repo.issues.values() if one.pull)


def a_reply(bench: Bench, at: int = 0, text: str = "Done.", about: str = "review:7") -> EnsureReply:
    number = pulled(bench).number
    body = bench.body("reply", text, number, about=about)
    return EnsureReply(number, threads(bench)[at].comments[0].id, about, body)


def resolve(bench: Bench, at: int = 0) -> ResolveThread:
    return ResolveThread(node_id("PullRequestReviewThread", threads(bench)[at].id), "r1")


def react(bench: Bench) -> React:
    pull = pulled(bench)
    assert pull.pull is not None
    return React(pull.number, "eyes", review=node_id("PullRequestReview", pull.pull.reviews[0].id))


def an_answer(bench: Bench, about: str, text: str = "Here.") -> EnsureComment:
    return EnsureComment(1, "answer", bench.body("answer", text, about=about), about)


def a_decision(bench: Bench) -> EnsureIssue:
    name = f"decision:{BRANCH}:D-1"
    body = bench.body("issue", "Which one?", name=name, parent="1", decision="D-1")
    return EnsureIssue(name, "Decide: which store?", body, ("decision/major",))


def close(bench: Bench) -> CloseIssue:
    """The newest issue that is none of people's: the decision's."""
    number = max(one.number for one in bench.repo.issues.values() if one.pull is None)
    return CloseIssue(number, "completed", "decided")


A_LABEL = EnsureLabel("decision/major", "#B60205", "Somebody has to decide.")


def said(bench: Bench, at: int = 0) -> list[tuple[str, str]]:
    return [(one.author, one.body.splitlines()[0]) for one in threads(bench)[at].comments]


# Crashes: each kind, cut before and after every request


Ready = Callable[[Bench], object]
KINDS: dict[str, tuple[Ready, Effects]] = {
    "reply": (review, lambda bench: [a_reply(bench)]),
    "reply update": (review, lambda bench: [a_reply(bench), a_reply(bench, text="Declined.")]),
    "replies and resolve": (review, lambda bench: [a_reply(bench), a_reply(bench, 1), resolve(bench)]),
    "react": (review, lambda bench: [react(bench)]),
    "answers": (lambda bench: None, lambda bench: [an_answer(bench, "11"), an_answer(bench, "12")]),
    "label": (lambda bench: None, lambda bench: [A_LABEL]),
    "close": (lambda bench: bench.apply(a_decision(bench)), lambda bench: [close(bench)]),
    "text": (review, lambda bench: [a_pull(bench), a_pull(bench, "A better plan.")]),
}
ONCE = [(kind, (0.0, 20.0)[at % 2]) for at, kind in enumerate(KINDS)]
BOTH = [(kind, lag) for kind in KINDS for lag in (0.0, 20.0)]


@pytest.mark.parametrize(("kind", "lag"), BOTH if os.environ.get("GROUNDPLAN_FULL") else ONCE)
def test_a_crash_at_any_request_ends_as_if_there_had_been_none(bench: Bench, kind: str, lag: float) -> None:
    ready, effects = KINDS[kind]
    ready(bench)
    bench.redis.flushall()
    wrong, crashes, tried = wrong_ends(bench, effects, lag)
    assert wrong == []
    assert crashes == tried


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_run_writes_nothing_and_a_lost_ledger_doubles_nothing(bench: Bench, kind: str) -> None:
    ready, effects = KINDS[kind]
    ready(bench)
    bench.apply(*effects(bench))
    once, last = bench.sandbox.observable(FULL_NAME), effects(bench)[-1:]
    bench.sandbox.api.journal.clear()
    bench.apply(*last)
    assert bench.sandbox.api.journal.writes() == []
    bench.redis.flushall()
    bench.apply(*last)
    assert bench.sandbox.observable(FULL_NAME) == once


# Answers


def test_each_thread_gets_its_own_answer_and_each_cause_too(bench: Bench) -> None:
    review(bench)
    again = a_reply(bench, text="And again.", about="comment:9")
    bench.apply(a_reply(bench), a_reply(bench, 1, "Declined."), again, resolve(bench))
    bot = "groundplan[bot]"
    assert said(bench) == [("mona", "Why 1?"), (bot, "Done."), (bot, "And again.")]
    assert said(bench, 1) == [("mona", "Why 3?"), (bot, "Declined.")]
    assert [bool(one.resolved_by) for one in threads(bench)] == [True, False]


def test_a_forged_answer_is_none_of_ours(bench: Bench) -> None:
    review(bench)
    ours, top = a_reply(bench), threads(bench)[0].comments[0].id
    path = f"/repos/{FULL_NAME}/pulls/{ours.number}/comments/{top}/replies"
    with bench.sandbox.person("mallory") as mallory:
        mallory.post(path, json={"body": ours.body}).raise_for_status()
    assert bench.apply(ours)[0].outcome == "created"
    assert [author for author, _ in said(bench)] == ["mona", "mallory", "groundplan[bot]"]


def test_our_doubled_answers_become_one(bench: Bench) -> None:
    review(bench)
    bench.sandbox.world.lag = 1_000.0
    for _ in range(2):
        bench.apply(a_reply(bench))
        bench.redis.flushall()
    assert len(said(bench)) in (2, 3)
    bench.sandbox.world.lag = 0.0
    bench.apply(a_reply(bench))
    assert said(bench)[1:] == [("groundplan[bot]", "Done.")]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_to_our_reply_never_doubles_it(bench: Bench, when: str) -> None:
    review(bench)
    bench.sandbox.world.lag = 30.0
    bench.sandbox.fault("cut", method="POST", path="/replies$", when=when)
    began = bench.clock.now
    bench.apply_until_done(a_reply(bench))
    assert len(said(bench)) == 2
    assert bench.clock.now - began >= SETTLE


def test_a_thread_that_people_deleted_needs_nothing(bench: Bench) -> None:
    pull = review(bench)
    effects = (a_reply(bench), resolve(bench))
    with bench.sandbox.person("acme") as owner:
        top = threads(bench)[0].comments[0].id
        owner.delete(f"/repos/{FULL_NAME}/pulls/comments/{top}").raise_for_status()
    assert [one.outcome for one in bench.apply(*effects)] == ["unchanged", "unchanged"]
    assert pull.pull is not None
    assert len(pull.pull.threads) == 1


def test_a_thread_opened_again_is_not_resolved_by_a_late_retry(bench: Bench) -> None:
    review(bench)
    bench.apply(resolve(bench))
    threads(bench)[0].resolved_by = None
    bench.apply(resolve(bench))
    assert threads(bench)[0].resolved_by is None
    bench.apply(replace(resolve(bench), once="r2"))
    assert threads(bench)[0].resolved_by == "groundplan[bot]"


def test_answers_about_different_comments_are_different_comments(bench: Bench) -> None:
    one, two = an_answer(bench, "11", "First."), an_answer(bench, "12", "Second.")
    bench.apply(one, two)
    bench.redis.flushall()
    bench.apply(one, two, an_answer(bench, "12", "Second, again."))
    comments = bench.sandbox.observable(FULL_NAME)["issues"][0]["comments"]
    assert [one["body"].splitlines()[0] for one in comments] == ["First.", "Second, again."]


# Reactions


def test_a_reaction_reaches_the_review(bench: Bench) -> None:
    review(bench)
    effect = react(bench)
    bench.apply(effect, replace(effect, content="rocket"))
    (found,) = [one for one in bench.sandbox.observable(FULL_NAME)["pulls"][0]["reviews"] if one[0] == "mona"]
    assert found[3] == [("groundplan[bot]", "eyes"), ("groundplan[bot]", "rocket")]


def test_eyes_queue_behind_no_other_write(bench: Bench) -> None:
    site = bench.site()
    waits = [site.pace.turn(patience=60.0) for _ in range(20)]
    assert waits[-1] == pytest.approx(19.0), "others have reserved their turns"
    began = bench.clock.now
    bench.apply(React(1, "eyes"))
    assert bench.clock.now == began


def test_eyes_cost_one_request(bench: Bench) -> None:
    bench.apply(React(1, "eyes"))
    bench.fuse.log.clear()
    bench.apply(React(1, "rocket"))
    assert bench.fuse.log == [f"POST /repos/{FULL_NAME}/issues/1/reactions"]


def test_a_comment_that_is_gone_before_our_eyes_is_looked_at_again(bench: Bench) -> None:
    with pytest.raises(Transient):
        bench.apply(React(1, "eyes", comment_id=77))
    review(bench)
    with pytest.raises(Transient):
        bench.apply(replace(react(bench), review=node_id("PullRequestReview", 77)))


# Labels and issues of ours


def test_a_label_of_people_keeps_its_colour(bench: Bench) -> None:
    with bench.sandbox.person("mona") as mona:
        made = {"name": "Decision/Major", "color": "00ff00", "description": "ours"}
        mona.post(f"/repos/{FULL_NAME}/labels", json=made).raise_for_status()
    assert bench.apply(A_LABEL, EnsureLabel("new", "ededed", ""))[0].outcome == "unchanged"
    assert ("Decision/Major", "00ff00", "ours") in labels(bench)
    assert ("new", "ededed", "") in labels(bench)


def test_a_decision_is_closed_with_its_reason_and_stays_open_when_people_open_it(bench: Bench) -> None:
    number = bench.apply(a_decision(bench))[0].number
    effect = CloseIssue(number, "not_planned", "moved on")
    bench.apply(effect)
    issue = bench.repo.issues[number]
    assert (issue.state, issue.state_reason) == ("closed", "not_planned")
    with bench.sandbox.person("mona") as mona:
        mona.patch(f"/repos/{FULL_NAME}/issues/{number}", json={"state": "open"}).raise_for_status()
    bench.apply(effect)
    assert bench.repo.issues[number].state == "open"


def _of_somebody(bench: Bench) -> int:
    with bench.sandbox.person("mallory") as mallory:
        body = {"title": "Mine", "body": a_decision(bench).body}
        made: int = mallory.post(f"/repos/{FULL_NAME}/issues", json=body).json()["number"]
    return made


def _of_another_subject(bench: Bench) -> int:
    body = bench.body("issue", "Which?", number=5, name="decision:x:D-1")
    return bench.apply(EnsureIssue("elsewhere", "Which?", body))[0].number


@pytest.mark.parametrize("whose", [lambda bench: 1, _of_somebody, _of_another_subject, propose])
def test_nothing_but_our_own_issue_is_closed(bench: Bench, whose: Callable[[Bench], int]) -> None:
    number = whose(bench)
    with pytest.raises(UserError) as no:
        bench.apply(CloseIssue(number, "completed", "x"))
    assert (no.value.code, f"#{number}" in no.value.reason) == ("not-ours", True)
    assert bench.repo.issues[number].state == "open"


def test_an_issue_that_is_gone_needs_no_closing(bench: Bench) -> None:
    number = bench.apply(a_decision(bench))[0].number
    bench.repo.issues[number].deleted = True
    assert bench.apply(CloseIssue(number, "completed", "x"))[0].outcome == "adopted"


# The pull request's text and title


def write(bench: Bench, number: int, **fields: Any) -> None:
    with bench.sandbox.person("mona") as mona:
        mona.patch(f"/repos/{FULL_NAME}/pulls/{number}", json=fields).raise_for_status()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_only_our_part_of_the_text_is_replaced(bench: Bench, end: str) -> None:
    number = propose(bench)
    text = str(bench.repo.issues[number].body).replace("\n", end)
    write(bench, number, body=f"Before.{end}{end}{text}{end}{end}After.")
    bench.apply(a_pull(bench, "A better plan."))
    body = str(bench.repo.issues[number].body)
    assert body.startswith(f"Before.{end}{end}{BEGIN}{end}A better plan.\n")
    assert body.endswith(f"{END}{end}{end}After.")
    assert body.count(BEGIN) == 1


def test_without_its_markers_our_part_comes_once_at_the_end(bench: Bench) -> None:
    number = propose(bench)
    write(bench, number, body="I took it all out.")
    bench.apply(a_pull(bench))
    assert bench.repo.issues[number].body == "I took it all out.", "it had been said, and people took it out"
    for text in ("Newer.", "Newest."):
        bench.apply(a_pull(bench, text))
    body = str(bench.repo.issues[number].body)
    assert body.startswith(f"I took it all out.\n\n{BEGIN}\nNewest.\n")
    assert "Newer" not in body


def test_what_people_write_while_we_wait_for_our_turn_stays(bench: Bench) -> None:
    number = propose(bench)
    url = f"/repos/{FULL_NAME}/pulls/{number}"
    looked: list[str] = []

    def write_between(request: Any) -> None:
        if request.method == "GET" and request.path == url and not looked:
            looked.append(request.path)
        elif looked == [url]:
            looked.append("written")
            issue = bench.repo.issues[number]
            issue.body = f"{issue.body}\n\nJust now."

    with bench.sandbox.before_call(write_between):
        bench.apply(a_pull(bench, "A better plan."))
    body = str(bench.repo.issues[number].body)
    assert looked == [url, "written"]
    assert ("A better plan." in body, body.endswith("Just now.")) == (True, True)


def test_a_title_that_people_gave_stays_and_ours_follows_the_plan(bench: Bench) -> None:
    number = propose(bench)
    bench.apply(replace(a_pull(bench, "2"), title="Plan: add two widgets"))
    assert bench.repo.issues[number].title == "Plan: add two widgets"
    write(bench, number, title="My title")
    bench.apply(replace(a_pull(bench, "3"), title="Plan: add three widgets"))
    issue = bench.repo.issues[number]
    assert (issue.title, "3" in str(part_of(str(issue.body)))) == ("My title", True)
