"""What is due, who works on it, and what was given up: leases with run numbers over one sorted set in Redis.

The agenda is the truth about outstanding work; RQ's jobs are wake-ups that may be lost or doubled. Must not
look at GitHub and must not decide what the work is.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from redis import Redis
from redis.exceptions import NoScriptError, ResponseError

from bot.errors import Fenced
from bot.inbox import scripts
from bot.situation import Subject

Kind = Literal["tend", "think"]
Clock = Callable[[], float]
# What a script says when a record holds the wrong type; other refusals (memory, access) are Redis's, not
# the record's.
_UNREADABLE = re.compile(r"WRONGTYPE|not an integer|attempt to")


@dataclass(frozen=True, slots=True)
class Hint:
    """Where a subject was seen last. Re-read before use: installations and names change."""

    installation_id: int
    full_name: str


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on a subject until the lease ends. `run` only ever grows: writes are fenced by it.

    `seq` says which arrivals this run has seen; `failures` and `waits` count the runs before it, in a row.
    """

    subject: Subject
    kind: Kind
    run: int
    seq: int
    owner: str
    hint: Hint | None = None
    failures: int = 0
    waits: int = 0
    lost: threading.Event = field(default_factory=threading.Event, compare=False, repr=False)

    def check(self) -> None:
        """Raise Fenced once the lease could not be kept up. Call it before anything costly."""
        if self.lost.is_set():
            raise Fenced(f"run {self.run} of {self.kind} {self.subject} lost its lease")


@dataclass(frozen=True, slots=True)
class Horizon:
    """Seconds until the next claim is possible, negative when overdue, None when
    nothing is due; and the parked.
    """

    tend: float | None
    think: float | None
    parked: int

    @property
    def nearest(self) -> float | None:
        return min((at for at in (self.tend, self.think) if at is not None), default=None)


class Agenda:
    """One kind of work over all subjects. Methods raise redis.RedisError when Redis is away.

    Times are Redis's own unless a `clock` (seconds) is given. A subject whose worker died `max_crashes`
    times in a row, or whose runs failed `max_attempts` times in a row, is parked: out of the due set until
    it is armed again.
    """

    def __init__(
        self,
        redis: Redis,
        kind: Kind,
        clock: Clock | None = None,
        *,
        max_attempts: int = 5,
        max_crashes: int = 3,
    ) -> None:
        self.kind: Kind = kind
        self._redis = redis
        self._clock = clock
        self._max_attempts = max_attempts
        self._max_crashes = max_crashes

    def arm(
        self, subject: Subject, hint: Hint | None = None, delay: float = 0.0, *, revive: bool = True
    ) -> None:
        """Make the subject due in `delay` seconds, or sooner if it already is.

        With `revive` a parked subject gets a fresh start; without (a sweep, which nobody
        asked for) it stays parked.
        """
        known = (str(hint.installation_id), hint.full_name) if hint else ("", "")
        self._call(scripts.ARM, str(subject), delay, *known, int(revive))

    def claim(self, subject: Subject, owner: str, ttl: float) -> Claim | None:
        """Take the subject's lease for `ttl` seconds; None if it is not due, leased
        to another, or parked now.
        """
        try:
            found = self._call(scripts.CLAIM, str(subject), owner, ttl, self._max_crashes)
        except ResponseError as error:
            if not _UNREADABLE.search(str(error)):
                raise
            self._set_aside(str(subject), error)
            return None
        if found is None:
            return None
        run, seq, installation, full_name, failures, waits = found
        hint = Hint(int(installation), full_name.decode()) if full_name else None
        return Claim(subject, self.kind, run, seq, owner, hint, failures, waits)

    def renew(self, claim: Claim, ttl: float) -> bool:
        """Keep the lease for `ttl` more seconds. False: another run has taken over,
        or this one was released.
        """
        return bool(self._call(scripts.RENEW, str(claim.subject), claim.owner, claim.run, ttl))

    def release(
        self,
        claim: Claim,
        again_in: float | None,
        failed: bool = False,
        *,
        waiting: bool = False,
        reason: str = "it failed too often",
    ) -> bool:
        """Give the lease back. False (and nothing changed) if another run has taken over.

        `again_in` None: at rest. The subject leaves the due set, and its deliveries are done, unless it was
        armed since the claim. Otherwise it is due again in that many seconds. `failed` counts towards
        parking, with `reason` kept; `waiting` counts in `Claim.waits` and never parks.
        """
        outcome = "failed" if failed else "wait" if waiting else "ok"
        again = "" if again_in is None else again_in
        who = (claim.owner, claim.run, claim.seq)
        return bool(
            self._call(
                scripts.RELEASE, str(claim.subject), *who, again, outcome, self._max_attempts, reason[:500]
            )
        )

    def bury(self, subject: Subject, owner: str) -> bool:
        """End the lease of an owner known to be dead, so that the subject is due at once."""
        return bool(self._call(scripts.BURY, str(subject), owner))

    def overdue(self, limit: int) -> list[Subject]:
        """At most `limit` subjects that may be claimed now, longest due first."""
        subjects = []
        for member in self._call(scripts.OVERDUE, limit):
            try:
                subjects.append(Subject.parse(member.decode("utf-8", "replace")))
            except ValueError as error:
                self._set_aside(member, error)
        return subjects

    def is_due(self, subject: Subject) -> bool:
        """Whether the subject is due now or later, or somebody works on it."""
        return self._redis.zscore(f"gp:due:{self.kind}", str(subject)) is not None

    def horizon(self) -> Horizon:
        """How far away the next work of either kind is. One round trip."""
        tend, think, parked = run_script(self._redis, scripts.HORIZON, [self._now()])
        return Horizon(float(tend) if tend else None, float(think) if think else None, parked)

    def why_parked(self, subject: Subject) -> str | None:
        """Why the subject was given up, or None if it was not. Of an unreadable entry
        only that it is there is known.
        """
        value = cast("bytes | None", self._redis.hget("gp:parked", f"{self.kind} {subject}"))
        return _reason(value) if value else None

    def parked(self) -> dict[Subject, str]:
        """The subjects given up, and why. Entries whose subject is unreadable are left out."""
        found = {}
        for name, value in cast("dict[bytes, bytes]", self._redis.hgetall("gp:parked")).items():
            kind, _, subject = name.decode("utf-8", "replace").partition(" ")
            if kind != self.kind:
                continue
            with suppress(ValueError):
                found[Subject.parse(subject)] = _reason(value)
        return found

    def _set_aside(self, subject: str | bytes, error: Exception) -> None:
        """Park what we cannot read, so that it neither blocks the others nor is tried for ever."""
        run_script(self._redis, scripts.SET_ASIDE, [self.kind, subject, f"unreadable record: {error}"[:200]])

    def _call(self, script: str, *values: str | float) -> Any:
        return run_script(self._redis, script, [self._now(), self.kind, *values])

    def _now(self) -> str | float:
        return "" if self._clock is None else self._clock()


def _reason(value: bytes) -> str:
    """The reason in a parked entry, whatever somebody may have written there."""
    try:
        entry = json.loads(value)
    except (ValueError, RecursionError):
        entry = None
    return str(entry["reason"]) if isinstance(entry, dict) and "reason" in entry else "(unreadable)"


def run_script(redis: Redis, script: str, values: Sequence[str | float | bytes]) -> Any:
    """Run a script by its digest, sending its text only when this server does not know it yet."""
    try:
        return redis.evalsha(digest(script), 0, *values)
    except NoScriptError:
        return redis.eval(script, 0, *values)


_DIGESTS: dict[str, str] = {}


def digest(script: str) -> str:
    """SHA-1 of the script's text: the name under which Redis caches it."""
    if script not in _DIGESTS:
        import hashlib

        _DIGESTS[script] = hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()
    return _DIGESTS[script]
