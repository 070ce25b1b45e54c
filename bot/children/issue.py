"""A child as an issue of ours: its text and labels, and what its signed mark says, so that later edits by
people can be told from our own words.

The mark stands inside our part: whatever is replaced there, nothing around it moves.
"""

from __future__ import annotations

from bot.children.child import Child
from bot.children.keys import task_in
from bot.children.labels import labels_for
from bot.children.own_part import part_of, print_of, with_part, wrapped
from bot.children.ready import Stage
from bot.children.standing import title_print
from bot.effects import EnsureIssue
from bot.marks import Mark, Place, without_marks, write_mark

KIND = "issue"
_MOST_LABELS = 400


def mark_of(child: Child, run: str = "") -> Mark:
    """What the mark says: whose child it is, and what we wrote last. `run` names the fan-out that made it."""
    labels = ",".join(child.labels)
    fields = {
        "name": child.key,
        "parent": str(task_in(child.key)[0]),
        "title": title_print(child.title),
        "part": print_of(child.part),
        "labels": labels if len(labels) <= _MOST_LABELS else "",
        "run": run[:80],
    }
    return Mark(KIND, fields)


def body_of(child: Child, mark: str) -> str:
    """The text of a new child; `mark` is its signed mark as one line."""
    return wrapped(f"{child.part}\n\n{mark}")


def updated_body(body: str, child: Child, mark: str) -> str:
    """`body` with our part brought up to date: ticks in it stay, and everything around it to the byte."""
    return with_part(body, f"{child.part}\n\n{mark}")


def issue_of(child: Child, stage: Stage, *, secret: str, place: Place, run: str = "") -> EnsureIssue:
    """The effect that files the child. `place` is the planned issue: the child has no number yet."""
    mark = write_mark(secret, place, mark_of(child, run))
    return EnsureIssue(child.key, child.title, body_of(child, mark), labels_for(child, stage))


def own_words(body: str) -> str | None:
    """Our part of a child's text without its mark; None when people took its markers out."""
    part = part_of(body)
    return None if part is None else without_marks(part)
