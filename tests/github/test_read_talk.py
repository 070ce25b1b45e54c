"""The talk on a plan pull request: commits, reviews with their threads, what holds it, what it is behind."""

from __future__ import annotations

from typing import Any

import pytest

from bot.conversation import PlanTalk, Review
from bot.effects import Commit, File, React
from sandbox.acts import reviews as review_acts
from sandbox.clock import stamp
from tests.github.people import BRANCH, PLAN_TEXT, call, comment, publish, push, reply, review
from tests.github.workbench import FULL_NAME, Bench
from workers.github.client import FRESH_SECONDS


def talk(bench: Bench) -> PlanTalk:
    found = bench.look().talk
    assert found is not None
    return found


def threads(one: Review) -> list[tuple[int, tuple[str, ...]]]:
    return [(thread.line, tuple(said.body for said in thread.said)) for thread in one.threads]


def test_a_fresh_plan(bench: Bench) -> None:
    pull = publish(bench)
    now = talk(bench)
    head = bench.repo.refs[f"refs/heads/{BRANCH}"]
    assert (now.number, now.branch, now.head_sha, now.last_sha) == (pull, BRANCH, head, head)
    assert (now.base_sha, now.behind, now.held, now.reviews) == (bench.head, False, False, ())
    assert now.pushed_at == bench.sandbox.world.store.commit(head).committer.time
    assert now.body == bench.repo.issues[pull].body


@pytest.mark.parametrize(("moved", "calls"), [(False, 3), (True, 4)])
def test_it_costs_few_calls(bench: Bench, moved: bool, calls: int) -> None:
    publish(bench)
    if moved:
        bench.sandbox.commit(FULL_NAME, "main", {"x.md": "x"}, author="mona")
    found = bench.calls_of_a_look()
    assert found.count("graphql repository") == calls - 1
    assert len(found) == calls, "the last is the question for check runs"


def test_no_talk_without_an_open_plan(bench: Bench) -> None:
    assert bench.look().talk is None
    pull = publish(bench)
    call(bench, "PATCH", f"/pulls/{pull}", state="closed")
    assert bench.look().talk is None


# Commits


def commit_on(bench: Bench, *parents: str, **people: Any) -> str:
    """A commit with these parents and the first one's files, pushed to the plan's branch; its sha."""
    tree = bench.sandbox.world.store.commit(parents[0]).tree
    made = call(bench, "POST", "/git/commits", message="By hand", tree=tree, parents=[*parents], **people)
    call(bench, "PATCH", f"/git/refs/heads/{BRANCH}", sha=made["sha"])
    return str(made["sha"])


def test_peoples_commits_are_told_from_ours(bench: Bench) -> None:
    publish(bench)
    ours = talk(bench).head_sha
    bench.clock.sleep(60.0)
    theirs = push(bench, notes_md="by hand")
    now = talk(bench)
    assert (now.head_sha, now.last_sha, now.pushed_by, now.pushed_at) == (theirs, ours, "mona", bench.clock())


def test_a_commit_under_our_name_is_not_ours_unless_github_signed_it(bench: Bench) -> None:
    publish(bench)
    ours = talk(bench).last_sha
    bot = bench.sandbox.world.bot
    forged = commit_on(
        bench, ours, author={"name": bot.login, "email": bot.email, "date": "2020-01-01T00:00:00Z"}
    )
    now = talk(bench)
    assert (now.head_sha, now.last_sha) == (forged, ours)


def test_the_clock_of_a_commit_is_not_believed_beyond_githubs(bench: Bench) -> None:
    publish(bench)
    person = {"name": "Mona", "email": "m@example.com", "date": "2199-01-01T00:00:00Z"}
    commit_on(bench, talk(bench).head_sha, author=person, committer=person)
    now = talk(bench)
    assert now.pushed_at <= bench.clock()
    assert now.pushed_by == ""


def test_none_of_ours_is_left(bench: Bench) -> None:
    publish(bench)
    tree = bench.sandbox.world.store.commit(talk(bench).head_sha).tree
    made = call(bench, "POST", "/git/commits", message="Anew", tree=tree, parents=[bench.head])
    call(bench, "PATCH", f"/git/refs/heads/{BRANCH}", sha=made["sha"], force=True)
    now = talk(bench)
    assert (now.head_sha, now.last_sha) == (made["sha"], "")


# What it is behind


def test_it_is_behind_when_the_plan_file_went_on(bench: Bench) -> None:
    publish(bench)
    bench.sandbox.commit(FULL_NAME, "main", {"x.md": "x"}, author="mona")
    assert talk(bench).behind is False
    bench.sandbox.commit(FULL_NAME, "main", {"IMPLEMENTATION_PLAN.md": "other\n"}, author="mona")
    now = talk(bench)
    assert (now.behind, now.base_sha) == (True, bench.head)


def test_who_has_merged_the_base_is_not_behind(bench: Bench) -> None:
    publish(bench)
    bench.sandbox.commit(FULL_NAME, "main", {"IMPLEMENTATION_PLAN.md": "other\n"}, author="mona")
    merged = commit_on(bench, bench.repo.refs[f"refs/heads/{BRANCH}"], bench.head)
    now = talk(bench)
    assert (now.head_sha, now.behind) == (merged, False)


def take_away(bench: Bench, permission: str) -> None:
    del bench.sandbox.installation(FULL_NAME).permissions[permission]
    bench.clock.sleep(FRESH_SECONDS)


def test_without_contents_the_rest_is_read(bench: Bench) -> None:
    pull = publish(bench)
    review(bench, pull)
    take_away(bench, "contents")
    now = talk(bench)
    assert (now.last_sha, now.behind, len(now.reviews)) == ("", False, 1)


def test_without_pull_requests_there_is_no_talk(bench: Bench) -> None:
    publish(bench)
    take_away(bench, "pull_requests")
    now = bench.look()
    assert (now.talk, now.siblings) == (None, ())


@pytest.mark.parametrize("label", ["plan/hold", "Plan/Hold"])
def test_a_label_holds_it(bench: Bench, label: str) -> None:
    pull = publish(bench)
    call(bench, "POST", f"/issues/{pull}/labels", labels=[label])
    assert talk(bench).held is True
    call(bench, "DELETE", f"/issues/{pull}/labels/{label.replace('/', '%2F')}")
    assert talk(bench).held is False


# Reviews


def test_a_review_with_six_threads(bench: Bench) -> None:
    pull = publish(bench)
    number = review(bench, pull, lines={line: f"about {line}" for line in range(1, 7)}, body="Six things.")
    (one,) = talk(bench).reviews
    assert (one.number, one.author, one.state, one.body) == (
        number,
        "mona",
        "changes_requested",
        "Six things.",
    )
    assert (one.sha, one.at) == (talk(bench).head_sha, stamp(bench.clock()))
    assert (one.mentions, one.opted_out, one.seen, one.answered) == (False, False, False, False)
    assert threads(one) == [(line, (f"about {line}",)) for line in range(1, 7)]
    first = one.threads[0]
    assert (first.path, first.resolved, first.outdated, first.start_line) == (
        "IMPLEMENTATION_PLAN.md",
        False,
        False,
        0,
    )
    assert first.comment == bench.repo.issues[pull].pull.threads[0].comments[0].id  # type: ignore[union-attr]


def test_reviews_have_their_state(bench: Bench) -> None:
    pull = publish(bench)
    review(bench, pull, "APPROVE", login="acme")
    gone = review(bench, pull, "REQUEST_CHANGES", login="mona")
    call(bench, "PUT", f"/pulls/{pull}/reviews/{gone}/dismissals", message="Never mind.")
    assert [(one.author, one.state) for one in talk(bench).reviews] == [
        ("acme", "approved"),
        ("mona", "dismissed"),
    ]


def test_pending_reviews_and_their_comments_are_not_there(bench: Bench) -> None:
    pull = publish(bench)
    number = review(bench, pull, lines={1: "said"})
    issue = bench.repo.issues[pull]
    line = {"path": "IMPLEMENTATION_PLAN.md", "line": 2, "side": "RIGHT", "body": "unsaid"}
    review_acts.submit(bench.sandbox.world, bench.repo, issue, "eve", None, "Later.", [line])
    thread = issue.pull.threads[0]  # type: ignore[union-attr]
    reply(bench, pull, thread.comments[0].id, "unsaid as well", login="eve")
    thread.comments[-1].pending = True
    assert [(one.number, threads(one)) for one in talk(bench).reviews] == [(number, [(1, ("said",))])]


def test_plain_comments_and_bots_are_no_reviews(bench: Bench) -> None:
    pull = publish(bench)
    review(bench, pull, "COMMENT", "Interesting.", {1: "Why?"})
    world = bench.sandbox.world
    world.add_user("critic[bot]", kind="Bot")
    review_acts.submit(world, bench.repo, bench.repo.issues[pull], "critic[bot]", "REQUEST_CHANGES", "No!")
    assert talk(bench).reviews == ()


def test_an_account_that_is_gone_reviews_nothing(bench: Bench) -> None:
    pull = publish(bench)
    review(bench, pull, lines={1: "said"})
    bench.repo.issues[pull].pull.reviews[0].author = "gone"  # type: ignore[union-attr]
    assert talk(bench).reviews == ()


@pytest.mark.parametrize(
    ("body", "named", "out"),
    [
        ("@groundplan shorter, please", True, False),
        ("`@groundplan` is a bot", None, None),
        ("@groundplan not now [no groundplan]", True, True),
    ],
)
def test_a_review_may_name_us_or_leave_us_out(
    bench: Bench, body: str, named: bool | None, out: bool | None
) -> None:
    review(bench, publish(bench), "COMMENT", body)
    wanted = [] if named is None else [(named, out)]
    assert [(one.mentions, one.opted_out) for one in talk(bench).reviews] == wanted


def test_a_name_written_in_later_calls_nobody(bench: Bench) -> None:
    pull = publish(bench)
    number = review(bench, pull, "COMMENT", "Fine.")
    call(bench, "PUT", f"/pulls/{pull}/reviews/{number}", body="@groundplan redo it all")
    assert talk(bench).reviews == ()


def test_our_reactions_say_what_was_seen_and_answered(bench: Bench) -> None:
    pull = publish(bench)
    review(bench, pull)
    (one,) = talk(bench).reviews
    bench.apply(React(pull, "eyes", review=one.id))
    (one,) = talk(bench).reviews
    assert (one.seen, one.answered) == (True, False)
    bench.apply(React(pull, "rocket", review=one.id))
    (one,) = talk(bench).reviews
    assert one.answered is True
    assert bench.look().roles == {}


def test_chatter_does_not_push_a_review_out_of_sight(bench: Bench) -> None:
    pull = publish(bench)
    number = review(bench, pull, lines={1: "Why?"})
    first = talk(bench).reviews[0].threads[0].comment
    for at in range(60):
        reply(bench, pull, first, f"chatter {at}", login="eve")
    (one,) = talk(bench).reviews
    (thread,) = one.threads
    assert one.number == number
    assert [said.body for said in thread.said] == ["Why?", *(f"chatter {at}" for at in range(30, 60))]


# Threads


def test_a_thread_goes_with_the_last_review_that_asks_in_it(bench: Bench) -> None:
    pull = publish(bench)
    review(bench, pull, lines={1: "one", 2: "two"})
    bench.clock.sleep(60.0)
    issue = bench.repo.issues[pull]
    again = review(bench, pull, body="Once more.", lines={3: "three"})
    thread = issue.pull.threads[0]  # type: ignore[union-attr]
    reply(bench, pull, thread.comments[0].id, "not yet")
    thread.comments[-1].review_id = again
    reply(bench, pull, thread.comments[0].id, "I agree", login="eve")
    first, second = talk(bench).reviews
    assert threads(first) == [(2, ("two",))]
    assert threads(second) == [(1, ("one", "not yet", "I agree")), (3, ("three",))]


def test_an_approval_takes_no_thread_from_the_review_that_asks(bench: Bench) -> None:
    pull = publish(bench)
    review(bench, pull, lines={1: "one"})
    bench.clock.sleep(60.0)
    approval = review(bench, pull, "APPROVE", "Fine by me.", login="acme")
    thread = bench.repo.issues[pull].pull.threads[0]  # type: ignore[union-attr]
    reply(bench, pull, thread.comments[0].id, "I like it", login="acme")
    thread.comments[-1].review_id = approval
    assert [threads(one) for one in talk(bench).reviews] == [[(1, ("one", "I like it"))], []]


def test_resolved_outdated_and_deleted_threads(bench: Bench) -> None:
    pull = publish(bench)
    review(bench, pull, lines={1: "resolved", 2: "outdated", 3: "deleted", 4: "begun"})
    issue = bench.repo.issues[pull]
    resolved, outdated, deleted, begun = issue.pull.threads  # type: ignore[union-attr]
    resolved.resolved_by, outdated.outdated = "mona", True
    deleted.comments.clear()
    reply(bench, pull, begun.comments[0].id, "left over")
    del begun.comments[0]
    found = {thread.said[0].body: thread for thread in talk(bench).reviews[0].threads}
    assert set(found) == {"resolved", "outdated"}, "nothing that the review itself said is left in the others"
    assert (found["resolved"].resolved, found["resolved"].line) == (True, 1)
    assert (found["outdated"].outdated, found["outdated"].line) == (True, 0)


def test_only_our_signed_answers_count_as_ours(bench: Bench) -> None:
    pull = publish(bench)
    review(bench, pull, lines={1: "Why?"})
    first = talk(bench).reviews[0].threads[0].comment
    ours = bench.sandbox.world.bot.login
    reply(bench, pull, first, bench.body("reply", "Because.", about="w1"), login=ours)
    reply(bench, pull, first, bench.body("reply", "Because.", number=pull, about="w2"), login=ours)
    reply(bench, pull, first, bench.body("reply", "Forged.", secret="x" * 40, about="w3"), login=ours)
    reply(bench, pull, first, bench.body("reply", "Copied.", about="w4"), login="eve")
    reply(bench, pull, first, bench.body("answer", "Another kind.", about="w5"), login=ours)
    said = talk(bench).reviews[0].threads[0].said
    assert [(one.ours, one.answers) for one in said] == [
        (False, ""),
        (True, "w1"),
        (True, "w2"),
        (True, ""),
        (False, ""),
        (True, ""),
    ]
    assert said[1].author == "groundplan[bot]"


def test_all_pages_of_threads_are_read(bench: Bench) -> None:
    pull = publish(bench)
    issue = bench.repo.issues[pull]
    lines = [
        {"path": "IMPLEMENTATION_PLAN.md", "line": 1 + at % 20, "side": "RIGHT", "body": f"{at}"}
        for at in range(230)
    ]
    review_acts.submit(bench.sandbox.world, bench.repo, issue, "mona", "REQUEST_CHANGES", "Much.", lines)
    (one,) = talk(bench).reviews
    assert [thread.said[0].body for thread in one.threads] == [str(at) for at in range(230)]


def test_a_huge_review_is_read_whole(bench: Bench) -> None:
    body = "@groundplan " + "x" * 60_000
    review(bench, publish(bench), body=body, lines={1: "y" * 60_000})
    (one,) = talk(bench).reviews
    assert (one.body, one.mentions, len(one.threads[0].said[0].body)) == (body, True, 60_000)


# Other plans


def test_other_open_plans_are_siblings(bench: Bench) -> None:
    mine, other = publish(bench), publish(bench, 7)
    gone = publish(bench, 9)
    call(bench, "PATCH", f"/pulls/{gone}", state="closed")
    call(bench, "POST", "/git/refs", ref="refs/heads/groundplan/plan-8", sha=bench.head)
    push(bench, "groundplan/plan-8", x_md="x")
    call(bench, "POST", "/pulls", head="groundplan/plan-8", base="main", title="Not ours")
    head = bench.repo.refs["refs/heads/groundplan/plan-7"]
    assert [(one.issue, one.number, one.head_sha) for one in bench.look().siblings] == [(7, other, head)]
    assert [one.number for one in bench.look(number=other).siblings] == [mine]


def test_our_later_commit_is_the_last_one(bench: Bench) -> None:
    publish(bench)
    theirs = push(bench, notes_md="by hand")
    text = PLAN_TEXT + "more\n"
    ours = bench.apply(Commit(BRANCH, "d9", theirs, "Again", "", (File("IMPLEMENTATION_PLAN.md", text),)))
    assert talk(bench).last_sha == ours[0].sha
    comment(bench, "fine")
    assert talk(bench).last_sha == talk(bench).head_sha
