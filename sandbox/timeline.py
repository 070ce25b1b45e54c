"""What happened on an issue or pull request, in order, as a page shows it. It renders nothing itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.objects import Entry
from sandbox.state import Issue, Repository, Review, Thread
from sandbox.world import World

SHOWN_BYTES = 400_000
CONTEXT_LINES = 2


@dataclass(frozen=True, slots=True)
class ShownThread:
    """A review thread with the lines of the file that it is about, each with its number."""

    thread: Thread
    lines: list[tuple[int, str]]


def timeline(world: World, repo: Repository, issue: Issue) -> list[tuple[float, str, Any]]:
    """(time, kind, what) in the order in which it happened; a review comes with the threads it began."""
    found: list[tuple[float, str, Any]] = [(one.created_at, "comment", one) for one in issue.comments]
    found += [(one.created_at, "title", one) for one in issue.title_events]
    for event in issue.label_events:
        label = repo.labels.get(event.label)
        found.append((event.created_at, "label", (event, [label] if label else [])))
    for review in issue.pull.reviews if issue.pull else ():
        threads = _threads_of(world, issue, review)
        if review.state != "PENDING" and (review.body or threads or review.state != "COMMENTED"):
            found.append((review.submitted_at or review.created_at, "review", (review, threads)))
    return sorted(found, key=lambda row: row[0])


def _threads_of(world: World, issue: Issue, review: Review) -> list[ShownThread]:
    threads = issue.pull.threads if issue.pull else []
    begun = (one for one in threads if one.comments and one.comments[0].review_id == review.id)
    return [ShownThread(one, _lines_of(world, one)) for one in begun]


def _lines_of(world: World, thread: Thread) -> list[tuple[int, str]]:
    """The lines that a thread is about, or the last few above its line."""
    entry = Entry("100644", thread.anchor) if thread.anchor and thread.anchor in world.store else None
    text = text_of(world, entry) if entry and thread.line else None
    if text is None or thread.line is None:
        return []
    first = max(1, min(thread.start_line or thread.line, thread.line - CONTEXT_LINES))
    return list(enumerate(text.split("\n")[first - 1 : thread.line], first))


def verdicts(issue: Issue) -> dict[str, str]:
    """What each reviewer said last: approved or asked for changes, else that they reviewed."""
    said: dict[str, str] = {}
    for one in issue.pull.reviews if issue.pull else ():
        if one.state != "PENDING" and (one.state != "COMMENTED" or one.author not in said):
            said[one.author] = one.state
    return {author: state for author, state in said.items() if author != issue.author}


def text_of(world: World, entry: Entry) -> str | None:
    """A file as text, or None for one that is binary or too long to show."""
    data = world.store.blob(entry.sha)
    return None if b"\0" in data[:8000] or len(data) > SHOWN_BYTES else data.decode("utf-8", "replace")
