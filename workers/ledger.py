"""What we set out to write and what came of it, in Redis, so that no crash makes us write twice.

Every change is fenced in the same script: it is refused unless the subject's run number is still ours.
Losing the ledger loses no truth, only the memory that saves looking.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from pydantic import TypeAdapter, ValidationError

from bot.effects import Receipt
from bot.errors import Fenced
from bot.situation import Subject

if TYPE_CHECKING:
    from redis import Redis

KEPT_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Entry:
    """One effect's page. "intent": a write was begun at `since` (seconds) and its end is not known.

    `receipt` is the last known one, also while an update of the same thing is under way.
    """

    state: Literal["none", "intent", "done"] = "none"
    digest: str = ""
    since: float = 0.0
    receipt: Receipt | None = None

    def done(self, digest: str) -> bool:
        return self.state == "done" and self.digest == digest


_ENTRY = TypeAdapter(Entry)
NOTHING = Entry()

# KEYS subject record, ledger hash; ARGV run, field, value ("" deletes), seconds to keep.
_WRITE = """
if redis.call('HGET', KEYS[1], 'run') ~= ARGV[1] then return 0 end
if ARGV[3] == '' then redis.call('HDEL', KEYS[2], ARGV[2])
else redis.call('HSET', KEYS[2], ARGV[2], ARGV[3]) end
redis.call('EXPIRE', KEYS[2], ARGV[4])
return 1
"""


class Ledger:
    """The pages of one subject, written by one run of it. Times are Redis's, unless a clock is given."""

    def __init__(
        self, redis: Redis, subject: Subject, run: int, clock: Callable[[], float] | None = None
    ) -> None:
        self._redis = redis
        self._run = run
        self._clock = clock
        self._subject = subject
        self._record = f"gp:subject:{subject}"
        self._pages = f"gp:ledger:{subject}"

    def now(self) -> float:
        """Seconds since 1970 by the clock that `since` is read from."""
        if self._clock is not None:
            return self._clock()
        seconds, micros = self._redis.time()
        return seconds + micros / 1e6

    def entry(self, key: str) -> Entry:
        """The page of an effect; an unreadable one (an older version's) counts as none."""
        return _read(cast("bytes | None", self._redis.hget(self._pages, key)))

    def intend(self, key: str, digest: str) -> None:
        """Record that a write begins now. Raises Fenced when a newer run has taken
        over; then it must not begin.

        `since` is always now: a second try starts its own uncertainty, which the first
        one's age says nothing about.
        """
        self._write(key, Entry("intent", digest, self.now(), self.entry(key).receipt))

    def settle(self, key: str, receipt: Receipt) -> None:
        """Record how it ended. Raises Fenced."""
        self._write(key, Entry("done", receipt.digest, self.now(), receipt))

    def forget(self, key: str) -> None:
        """The write that was intended certainly did not happen: back to the page before it. Raises Fenced."""
        known = self.entry(key).receipt
        self._write(key, Entry("done", known.digest, self.now(), known) if known else None)

    def strike(self, key: str) -> None:
        """What the page speaks of is gone from GitHub: a blank page. Raises Fenced."""
        self._write(key, None)

    def receipts(self) -> Mapping[str, Receipt]:
        """Every known receipt of this subject, by effect key."""
        pages = cast("dict[bytes, bytes]", self._redis.hgetall(self._pages))
        entries = {key.decode(): _read(value) for key, value in pages.items()}
        return {key: entry.receipt for key, entry in entries.items() if entry.receipt}

    def _write(self, key: str, entry: Entry | None) -> None:
        value = _ENTRY.dump_json(entry) if entry else b""
        done = self._redis.eval(
            _WRITE, 2, self._record, self._pages, str(self._run), key, cast(Any, value), str(KEPT_SECONDS)
        )
        if not done:
            raise Fenced(f"run {self._run} of {self._subject} was overtaken")


def _read(value: bytes | None) -> Entry:
    if value is None:
        return NOTHING
    try:
        return _ENTRY.validate_json(value)
    except ValidationError:
        return NOTHING
