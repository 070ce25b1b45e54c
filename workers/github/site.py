"""Where effects are applied, and what every kind of performer has in common. Holds no
order of work: `apply` does.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from bot.effects import Receipt
from bot.errors import Transient
from bot.marks import Mark, Place, read_mark
from bot.situation import Repository, Subject
from workers.github.limits import Pace
from workers.github.wire import Answer, Wire
from workers.ledger import Entry, Ledger


class Step(Protocol):
    """What the engine needs of an effect."""

    @property
    def key(self) -> str: ...


E = TypeVar("E", bound=Step)


@dataclass(frozen=True, slots=True)
class Site:
    """One subject's place at GitHub for one run: a client with a write token and all that guards it."""

    wire: Wire
    repository: Repository
    subject: Subject
    ledger: Ledger
    pace: Pace
    secret: str
    bot_id: int
    app_id: int
    login: Callable[[], str]
    settle_seconds: float = 60.0
    patience: float = 3.0
    sleep: Callable[[float], None] = field(default=time.sleep)

    @property
    def full_name(self) -> str:
        return self.repository.full_name

    def wait_turn(self, content: bool, urgent: bool = False) -> None:
        """Wait until the next write may start; raises Transient when that is too long to sit out."""
        wait = self.pace.turn(content, self.patience, urgent)
        if wait > self.patience:
            raise Transient("the installation's write limit is reached", wait)
        if wait > 0:
            self.sleep(wait)

    def own_mark(self, text: str, *numbers: int) -> Mark | None:
        """The mark of ours in a text that our bot wrote, valid for the subject or for one of `numbers`."""
        places = (Place(self.subject.repo_id, number) for number in (self.subject.number, *numbers))
        return next((mark for place in places if (mark := read_mark(self.secret, place, text))), None)

    def is_ours(self, author: Author | None) -> bool:
        return author is not None and author.id == self.bot_id


class Author(Answer):
    """Who wrote something, by REST's numeric id."""

    id: int


class Made(Answer):
    """What most writes answer."""

    id: int = 0
    number: int = 0
    html_url: str = ""

    def receipt(self, key: str) -> Receipt:
        return Receipt(key, "created", number=self.number, id=self.id, url=self.html_url)


@dataclass(frozen=True, slots=True)
class Found:
    """What a look found. `spare` are ids of our own duplicates of it."""

    receipt: Receipt
    same: bool
    spare: tuple[int, ...] = ()


class Performer(Generic[E]):
    """How one kind of effect is looked for, made and mended. The engine calls `look` before every write."""

    final: ClassVar[bool] = False
    """Once settled, never looked at again: people may have undone it since, and that is theirs to do."""
    settles: ClassVar[bool] = False
    """There is no natural key: after a write of unknown end, wait until GitHub's lists must show it."""
    content: ClassVar[bool] = True
    """Counts as creating content."""
    urgent: ClassVar[bool] = False
    """Somebody waits for it at this moment: it counts like any other write and queues behind none."""

    def look(self, site: Site, effect: E, entry: Entry) -> Found | None:
        """What is there now, or None. May skip asking where `make` is safe to repeat."""
        return None

    def make(self, site: Site, effect: E) -> Receipt:
        """Write it new. Raises Refusal when GitHub has certainly not done it."""
        raise NotImplementedError

    def mend(self, site: Site, effect: E, found: Found) -> Receipt:
        """Bring what was found into line. Raises Gone when it has vanished meanwhile."""
        raise NotImplementedError

    def then(self, effect: E, receipt: Receipt) -> tuple[Any, ...]:
        """Further steps that one request could not carry."""
        return ()


def digest_of(effect: Any) -> str:
    """Names what an effect wants to be true, all of it."""
    text = json.dumps([type(effect).__name__, asdict(effect)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def same_text(one: str, other: str) -> bool:
    """Equal but for line ends and outer blank space, which GitHub does not keep."""
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
