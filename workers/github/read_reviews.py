"""Reviews by people on a plan pull request, each with the threads it asks about. Decides nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from bot.addressed import mentions, opted_out
from bot.conversation import Review, ReviewState, Said, Thread
from workers.github.answers_talk import LineComment, ReviewNow, TalkNow, ThreadNow, Threads, ThreadsData
from workers.github.queries import query
from workers.github.reading import Reading

MAX_THREAD_PAGES = 5
_STATES: dict[str, ReviewState] = {
    "APPROVED": "approved",
    "CHANGES_REQUESTED": "changes_requested",
    "COMMENTED": "commented",
    "DISMISSED": "dismissed",
}


def reviews(look: Reading, number: int, now: TalkNow) -> tuple[Review, ...]:
    """The submitted reviews of people that judge the plan or name us, oldest first. Each thread goes with one
    of them: with the last that asks for something in it, or else with the last that spoke in it."""
    every = (_review(look, one) for one in (*now.judged.nodes, *now.commented.nodes))
    found = sorted((one for one in every if one), key=lambda one: (one.at, one.number))
    if not found:
        return ()
    threads: defaultdict[int, list[Thread]] = defaultdict(list)
    for thread in _threads(look, number, now.threads):
        spoken = {comment.review.id for comment in _comments(thread) if comment.review}
        owner = _owner([review for review in found if review.number in spoken])
        threads[owner].append(_as_thread(look, number, thread))
    return tuple(replace(review, threads=tuple(threads[review.number])) for review in found)


def asks(review: Review) -> bool:
    """Whether it wants the plan to be changed."""
    return not review.opted_out and (review.state == "changes_requested" or review.mentions)


def _review(look: Reading, review: ReviewNow) -> Review | None:
    author = review.author
    # A name that is written in later calls nobody, as in comments.
    named = not review.edited_at and mentions(review.body, look.eyes.app)
    if author is None or not author.is_human or review.state == "PENDING":
        return None
    if review.state == "COMMENTED" and not named:
        return None
    return Review(
        id=review.id,
        number=review.number,
        author=author.login,
        state=_STATES[review.state],
        body=review.body,
        sha=review.commit.oid if review.commit else "",
        at=review.at,
        url=review.url,
        mentions=named,
        opted_out=opted_out(review.body),
        seen=review.seen,
        answered=review.answered,
    )


def _owner(spoke: list[Review]) -> int:
    """The review of those in a thread, oldest first, that it goes with; 0 for none."""
    asking = [review for review in spoke if asks(review)]
    return next((review.number for review in reversed(asking or spoke)), 0)


def _threads(look: Reading, number: int, first: Threads | None) -> Iterator[ThreadNow]:
    """Every thread in which something is left to read."""
    page = first
    for _ in range(MAX_THREAD_PAGES):
        if page is None:
            return
        yield from (thread for thread in page.nodes if _comments(thread))
        if not page.page.more:
            return
        variables = look.variables(number=number, after=page.page.end or "")
        found = look.wire.graphql(ThreadsData, query("threads"), variables).repository
        page = found.pull.threads if found and found.pull else None


def _comments(thread: ThreadNow) -> list[LineComment]:
    """Its first comment and the last ones, as far as they are submitted."""
    every = {one.id: one for one in (*thread.begun.nodes, *thread.latest.nodes) if one.state == "SUBMITTED"}
    return list(every.values())


def _as_thread(look: Reading, number: int, thread: ThreadNow) -> Thread:
    comments = _comments(thread)
    return Thread(
        id=thread.id,
        comment=comments[0].id,
        path=thread.path,
        line=0 if thread.outdated else thread.line or 0,
        start_line=0 if thread.outdated else thread.start_line or 0,
        resolved=thread.resolved,
        outdated=thread.outdated,
        said=tuple(_said(look, number, comment) for comment in comments),
    )


def _said(look: Reading, number: int, comment: LineComment) -> Said:
    author = comment.author
    mark = look.own_mark(author, comment.body, number)
    answers = mark.get("about") if mark and mark.kind == "reply" else ""
    return Said(author.name if author else "ghost", comment.body, look.is_ours(author), answers)
