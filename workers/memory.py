"""What we remember of a subject between looks: the request, its stage, its outcome, how often a plan was
wanted lately, and what went wrong.

GitHub is the truth and all of this can be lost: then a plan is paid for twice, but nothing is published
twice. What is remembered is signed, since a plan found here is published under our name. Must not decide
anything. Writes by a look are fenced by the look's run number, as the effects are.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, MutableMapping
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError
from redis import Redis

from bot.errors import Fenced
from bot.inbox.wakes import URGENT
from bot.situation import Outcome, Planning, Request, Subject, Trouble
from workers.seal import Seal

KEPT_SECONDS = 30 * 24 * 3600
HOUR = 3600.0
NEWS = "gp:news"  # of whoever writes plans
_REQUEST = TypeAdapter(Request)
_OUTCOME = TypeAdapter(Outcome)
_TROUBLE = TypeAdapter(Trouble)

# KEYS subject record, memory hash; ARGV run, seconds to keep, then field and value pairs; "" deletes the
# field.
_REMEMBER = """
if redis.call('HGET', KEYS[1], 'run') ~= ARGV[1] then return 0 end
for i = 3, #ARGV, 2 do
  if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[2], ARGV[i])
  else redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
end
redis.call('EXPIRE', KEYS[2], ARGV[2])
return 1
"""


class Memory:
    """Redis hash `gp:memory:<subject>`, one string `gp:outcome:<digest>` for each finished plan, and the
    sorted set `gp:plannings:<subject>` of the last hour's.
    """

    def __init__(self, redis: Redis, subject: Subject, secret: str) -> None:
        self._redis = redis
        self._subject = subject
        self._key = f"gp:memory:{subject}"
        self._plannings = f"gp:plannings:{subject}"
        self._seal = Seal(secret, "memory")

    def request(self) -> Request | None:
        value = self._redis.hget(self._key, "request")
        return cast("Request | None", self._opened(_REQUEST, f"{self._key} request", value))

    def trouble(self) -> Trouble | None:
        value = self._redis.hget(self._key, "trouble")
        return cast("Trouble | None", self._opened(_TROUBLE, f"{self._key} trouble", value))

    def stage(self) -> str:
        value = cast("bytes | None", self._redis.hget(self._key, "stage"))
        return value.decode() if value else ""

    def outcome(self, digest: str) -> Outcome | None:
        key = f"gp:outcome:{digest}"
        return cast("Outcome | None", self._opened(_OUTCOME, key, self._redis.get(key)))

    def settled(self) -> str:
        """The heads at which people's edits were dealt with, or ""."""
        value = cast("bytes | None", self._redis.hget(self._key, "settled"))
        return value.decode() if value else ""

    def note_settled(self, run: int, heads: str) -> None:
        """Remember that people's edits at these heads were dealt with. Raises Fenced."""
        self._remember(run, settled=heads.encode())

    def want(self, run: int, request: Request) -> None:
        """Remember the request; forget the stage and the trouble of the one before. Raises Fenced."""
        sealed = self._seal.closed(f"{self._key} request", _REQUEST.dump_json(request))
        self._remember(run, request=sealed, stage=b"", trouble=b"")

    def count(self, digest: str, now: float) -> None:
        """Count a planning, once however often it is called. `now` is in seconds since 1970. Not fenced: who
        was overtaken counts what the next run counts as well.
        """
        pipe = self._redis.pipeline()
        pipe.zremrangebyscore(self._plannings, "-inf", now - HOUR)
        pipe.zadd(self._plannings, {digest: now}, nx=True)
        pipe.expire(self._plannings, int(HOUR))
        pipe.execute()

    def plannings(self, now: float) -> tuple[Planning, ...]:
        """Those of the last hour, oldest first."""
        found = self._redis.zrangebyscore(self._plannings, f"({now - HOUR}", "+inf", withscores=True)
        counted = cast("list[tuple[bytes, float]]", found)
        return tuple(Planning(digest.decode(), _clock_time(at + HOUR)) for digest, at in counted)

    def stop(self, run: int) -> None:
        """Forget the request, so that its outcome is not used. Raises Fenced."""
        self._remember(run, request=b"", stage=b"")

    def forget(self, run: int) -> None:
        """Forget the request and what went wrong with it: when it is seen again, all
        may be well. Raises Fenced.
        """
        self._remember(run, request=b"", stage=b"", trouble=b"")

    def note_trouble(self, run: int, trouble: Trouble) -> None:
        """Remember why GitHub refused an effect. Raises Fenced."""
        self._remember(run, trouble=self._seal.closed(f"{self._key} trouble", _TROUBLE.dump_json(trouble)))

    def note_stage(self, stage: str) -> None:
        """What the author is doing now. Not fenced: it is only shown."""
        self._redis.hset(self._key, "stage", stage)

    def planned(self, head_sha: str) -> tuple[str, ...] | None:
        """The paths that the plan at a commit is about; None when they were not noted yet."""
        value = cast("bytes | None", self._redis.get(self._planned(head_sha)))
        return tuple(value.decode().split("\0")) if value else () if value == b"" else None

    def note_planned(self, head_sha: str, paths: tuple[str, ...]) -> None:
        """Remember them: a commit's content never changes."""
        self._redis.set(self._planned(head_sha), "\0".join(paths), ex=KEPT_SECONDS)

    def _planned(self, head_sha: str) -> str:
        return f"gp:planned:{self._subject.repo_id}:{head_sha}"

    def spoken(self) -> float:
        """When somebody said something here last, as a delivery told: seconds since 1970, 0 when never."""
        value = cast("bytes | None", self._redis.hget(f"gp:subject:{self._subject}", "spoken"))
        return float(value) if value else 0.0

    def note_spoken(self, subject: Subject, at: float) -> None:
        """Tell another subject that something was said which is its business."""
        self._redis.hset(f"gp:subject:{subject}", "spoken", f"{at:.6f}")
        self._redis.sadd(URGENT, str(subject))

    def note_news(self, author: str, failure: str) -> None:
        """Who wrote last, for whatever subject, and why it failed ("" when it did not)."""
        self._redis.hset(NEWS, mapping={"author": author, "failure": " ".join(failure.split())[:300]})

    def news(self) -> tuple[str, str]:
        """As noted last; empty when nobody has written yet."""
        author, failure = (
            value.decode() if value else ""
            for value in cast("list[bytes | None]", self._redis.hmget(NEWS, ["author", "failure"]))
        )
        return author, failure

    def keep_outcome(self, outcome: Outcome) -> None:
        """Store a finished plan. Twice is harmless: the first one stays, so a
        publication never changes half-way.
        """
        key = f"gp:outcome:{outcome.digest}"
        if self.outcome(outcome.digest) is None:
            self._redis.set(key, self._seal.closed(key, _OUTCOME.dump_json(outcome)), ex=KEPT_SECONDS)

    def _remember(self, run: int, **fields: bytes) -> None:
        pairs: list[Any] = [part for pair in fields.items() for part in pair]
        record = f"gp:subject:{self._subject}"
        if not self._redis.eval(_REMEMBER, 2, record, self._key, str(run), str(KEPT_SECONDS), *pairs):
            raise Fenced(f"run {run} of {self._subject} was overtaken")

    def _opened(self, adapter: TypeAdapter[Any], place: str, sealed: object) -> object:
        """The stored value. None when there is none, when it is not ours, or of a version we cannot read."""
        value = self._seal.opened(place, sealed)
        if value is None:
            return None
        try:
            return adapter.validate_json(value)
        except ValidationError:
            return None


def _clock_time(at: float) -> str:
    """A moment for people, rounded up, so that nobody comes too early."""
    return time.strftime("%H:%M UTC", time.gmtime(math.ceil(at / 60) * 60))


class EndpointMemory(MutableMapping[str, str]):
    """What model endpoints turned out to understand: Redis hash `gp:endpoints`, shared by all thinkers."""

    KEY = "gp:endpoints"

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def __getitem__(self, name: str) -> str:
        value = cast("bytes | None", self._redis.hget(self.KEY, name))
        if value is None:
            raise KeyError(name)
        return value.decode()

    def __setitem__(self, name: str, value: str) -> None:
        self._redis.hset(self.KEY, name, value)

    def __delitem__(self, name: str) -> None:
        if not self._redis.hdel(self.KEY, name):
            raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (name.decode() for name in cast("dict[bytes, bytes]", self._redis.hgetall(self.KEY)))

    def __len__(self) -> int:
        return self._redis.hlen(self.KEY)
