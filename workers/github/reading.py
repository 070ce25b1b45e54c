"""What every part of a look works with: the wire, the subject, and by what we know our own work.

What is ours is known by our numeric bot id and, where there is a text, by the signed mark in it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.marks import Mark, Place, read_mark
from bot.situation import Repository, Subject
from workers.github.client import Installation
from workers.github.tokens import grants
from workers.github.wire import Wire


@dataclass(frozen=True, slots=True)
class Eyes:
    """By what we know our own work and the labels that concern us. `app` is the App's slug."""

    secret: str
    bot_id: int
    plan_label: str
    opt_out_label: str = "no-plan"
    app: str = ""
    hold_label: str = "plan/hold"
    decision_label: str = "decision/major"


@dataclass(frozen=True, slots=True)
class Known:
    """What our receipts know and a lagging list may not show yet.

    Pull numbers by branch; ids of comments, which people may have deleted; check runs, which
    stay, as in `Situation.checked`; numbers of the issues that we filed for decisions.
    """

    pulls: Mapping[str, int] = field(default_factory=dict)
    comments: Collection[int] = ()
    checks: Collection[str] = ()
    decisions: Collection[int] = ()


class Author(Protocol):
    """Whoever wrote something, by GitHub's numeric id."""

    @property
    def id(self) -> int: ...


NOTHING = Known()


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at one subject. `at` is its time, in seconds since 1970; `prefix` is what the repository calls
    the command `plan`."""

    wire: Wire
    subject: Subject
    installation: Installation
    repository: Repository
    eyes: Eyes
    known: Known
    app_id: int
    at: float
    prefix: str = "plan"

    def may(self, permission: str) -> bool:
        """Whether we were granted to read this; a query that asks for more gets no answer at all."""
        return grants(self.installation.permissions, permission, "read")

    def variables(self, **more: Any) -> dict[str, Any]:
        return {"owner": self.repository.owner, "name": self.repository.name, **more}

    def is_ours(self, author: Author | None) -> bool:
        return author is not None and author.id == self.eyes.bot_id

    def own_mark(self, author: Author | None, text: str, *numbers: int) -> Mark | None:
        """The mark of a text that our own bot wrote, valid at the subject or at one of `numbers`; a mark
        copied by anybody else is nothing."""
        if not self.is_ours(author):
            return None
        places = (Place(self.subject.repo_id, number) for number in (self.subject.number, *numbers))
        marks = (read_mark(self.eyes.secret, place, text) for place in places)
        return next((mark for mark in marks if mark), None)
