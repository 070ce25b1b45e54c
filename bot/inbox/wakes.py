"""Wake-ups: RQ jobs that say "look at this subject", signed, few, and safe to lose. Must
not hold work of their own.

They are written in RQ 2.12's job format by one script, because building jobs with RQ's own classes costs
400 µs each and would bring RQ into the receiver; a test runs them through a real RQ worker.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Literal, cast

from redis import Redis

from bot.inbox import scripts
from bot.inbox.agenda import Agenda, Clock, Kind, run_script
from bot.situation import Subject

Job = Literal["tend", "think", "sweep"]
QUEUES: Mapping[Job, str] = {"tend": "write", "think": "think", "sweep": "write"}
# Above the longest run that makes sense; the lease, not this, notices dead workers.
TIMEOUTS: Mapping[Job, int] = {"tend": 600, "think": 3600, "sweep": 600}
FAILURE_SECONDS = 24 * 3600
QUEUE_LENGTH = 64
GRACE_SECONDS = 3.0
EVERYTHING = "*"
URGENT = "gp:urgent"
_LOOKED_AT = 4 * QUEUE_LENGTH


def sign(secret: str, job: str, subject: str) -> str:
    """Hex HMAC-SHA256 over the job's name and subject."""
    return hmac.new(secret.encode(), f"wake {job} {subject}".encode(), hashlib.sha256).hexdigest()


def job_data(secret: str, job: str, subject: str) -> str:
    """RQ's `data` field for its JSON serializer: function name, instance, arguments, keyword arguments."""
    return json.dumps([job, None, [subject, sign(secret, job, subject)], {}])


class Wakes:
    """Puts wake-ups for overdue subjects on the queues. Needs only Redis and the secret that signs them."""

    def __init__(self, redis: Redis, secret: str, clock: Clock | None = None) -> None:
        if not secret:
            raise ValueError("wake-ups need a secret to be signed with")
        self._redis = redis
        self._secret = secret
        self._clock = clock
        self._agendas = {kind: Agenda(redis, kind, clock) for kind in _KINDS}

    def wake(self) -> int:
        """Wake-ups sent, for both kinds of work. A queue is filled up to
        QUEUE_LENGTH once it is half empty.
        """
        usual = (self._wake(kind, self._agendas[kind].overdue(_LOOKED_AT)) for kind in self._in_need())
        return self._wake_urgent() + sum(usual)

    def _wake_urgent(self) -> int:
        """Somebody said something and waits for our 👀: these go before all others."""
        found = cast("list[bytes]", self._redis.srandmember(URGENT, QUEUE_LENGTH))
        return self._send("tend", [subject.decode() for subject in found], first=True)

    def _in_need(self) -> list[Kind]:
        pipe = self._redis.pipeline(transaction=False)
        for kind in _KINDS:
            pipe.llen(f"rq:queue:{QUEUES[kind]}")
        lengths = pipe.execute()
        return [kind for kind, length in zip(_KINDS, lengths, strict=True) if length <= QUEUE_LENGTH // 2]

    def wake_sweep(self) -> bool:
        """Have a worker that can read GitHub sweep it. False: such a job is waiting or running already."""
        return self._send("sweep", [EVERYTHING]) > 0

    def end_sweep(self, job_id: str) -> None:
        """This sweep is over, well or not: the next one may begin."""
        run_script(self._redis, scripts.END_SWEEP, [job_id])

    def _wake(self, kind: Kind, subjects: Iterable[Subject]) -> int:
        return self._send(kind, [str(subject) for subject in taking_turns(subjects)])

    def _send(self, job: Job, subjects: list[str], *, first: bool = False) -> int:
        if not subjects:
            return 0
        created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        pairs = [part for subject in subjects for part in (subject, job_data(self._secret, job, subject))]
        now: str | float = "" if self._clock is None else self._clock()
        limits = (QUEUE_LENGTH, GRACE_SECONDS, created, TIMEOUTS[job], FAILURE_SECONDS, FAILURE_SECONDS)
        order = "first" if first else "last"
        script = scripts.WAKE if job != "sweep" else scripts.WAKE_SWEEP
        return int(run_script(self._redis, script, [now, job, QUEUES[job], *limits, order, *pairs]))


_KINDS: tuple[Kind, ...] = ("tend", "think")


def taking_turns(subjects: Iterable[Subject]) -> list[Subject]:
    """The same subjects, one of each repository in turn, so that a busy repository
    does not hold up the others.
    """
    seen: Counter[int] = Counter()
    ranked = []
    for subject in subjects:
        ranked.append((seen[subject.repo_id], subject))
        seen[subject.repo_id] += 1
    return [subject for _, subject in sorted(ranked, key=lambda pair: pair[0])]
