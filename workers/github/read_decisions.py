"""The issues that ask for decisions of the subject's plan, and the one that the subject itself may be. They
are known by our account and the signed mark in their text, wherever people moved their labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.conversation import DecisionIssue, Remark
from bot.marks import Mark
from bot.situation import OwnComment
from workers.github.answers import IssueNow
from workers.github.answers_talk import DecisionData, DecisionNow
from workers.github.queries import query
from workers.github.read_comments import every_comment, own_comments, remarks, seconds
from workers.github.reading import Reading
from workers.github.refusals import Gone

MOST_LATE = 20
MOST_PARENTS = 5
REMINDER = "reminder"
_PARENT = re.compile(r" parent=([1-9][0-9]{0,9}) ")


@dataclass(frozen=True, slots=True)
class Asked:
    """One decision's issue with what is said on it."""

    issue: DecisionIssue
    remarks: tuple[Remark, ...]
    comments: tuple[OwnComment, ...]


def decisions(look: Reading, listed: Iterable[DecisionNow]) -> list[Asked]:
    """Those of the subject's plan, oldest first: of the listed ones and of those that our receipts name."""
    every = {one.number: one for one in listed}
    late = [number for number in look.known.decisions if number not in every][:MOST_LATE]
    every |= {number: found for number in late if (found := _by_number(look, number))}
    asked = (_asked(look, every[number]) for number in sorted(every))
    return [one for one in asked if one]


def parent_of(look: Reading, issue: IssueNow) -> int:
    """The issue whose plan waits for the decision that this one asks for; 0 for every other issue."""
    named = dict.fromkeys(int(number) for number in reversed(_PARENT.findall(issue.body)))
    for number in list(named)[:MOST_PARENTS]:
        if _is_decision(look.own_mark(issue.author, issue.body, number), number):
            return number
    return 0


def _is_decision(mark: Mark | None, parent: int) -> bool:
    return (
        mark is not None
        and mark.kind == "issue"
        and mark.get("name").startswith("decision:")
        and mark.get("parent") == str(parent)
    )


def _asked(look: Reading, now: DecisionNow) -> Asked | None:
    mark = look.own_mark(now.author, now.body)
    if mark is None or not _is_decision(mark, look.subject.number):
        return None
    comments = list(every_comment(look, now.number, now.comments))
    ours = tuple(own_comments(look, now.number, comments))
    return Asked(
        DecisionIssue(
            number=now.number,
            decision=mark.get("decision"),
            state="open" if now.state == "OPEN" else "closed",
            labels=tuple(label.name for label in now.labels.nodes),
            made_at=seconds(now.at),
            reminded=tuple(_reminders(ours)),
        ),
        tuple(remarks(look, now.number, "decision", comments)),
        ours,
    )


def _reminders(ours: Iterable[OwnComment]) -> Iterator[str]:
    return (comment.mark.get("about") for comment in ours if comment.mark.kind == REMINDER)


def _by_number(look: Reading, number: int) -> DecisionNow | None:
    """An issue by its number, or None when it is gone."""
    try:
        found = look.wire.graphql(DecisionData, query("decision"), look.variables(number=number)).repository
    except Gone:
        return None
    return found.issue if found else None
