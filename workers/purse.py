"""What was spent on models: sums in Redis by plan, repository and installation that every thinker shares, or
in a pocket for a run at a terminal.

Counts and refuses; what is done about a refusal is the author's business.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from bot.author.cost import Cap, Scope, Spent
from bot.situation import Subject

if TYPE_CHECKING:
    from redis import Redis

KEPT_SECONDS: Mapping[Scope, int] = {
    "plan": 7 * 24 * 3600,
    "repository-day": 2 * 24 * 3600,
    "installation-day": 2 * 24 * 3600,
}
SCOPES: tuple[Scope, ...] = ("plan", "repository-day", "installation-day")

# KEYS one hash a scope; ARGV tokens, micros, number of caps, then for each: key's place, field, limit; then
# seconds to keep for each key. Gives the place of the cap that would be passed, or 0 when all was taken.
_RESERVE = """
local caps = tonumber(ARGV[3])
local adding = {tokens = tonumber(ARGV[1]), micros = tonumber(ARGV[2])}
for i = 1, caps do
  local at = 3 + (i - 1) * 3
  local field = ARGV[at + 2]
  local now = tonumber(redis.call('HGET', KEYS[tonumber(ARGV[at + 1])], field) or '0')
  if now + adding[field] > tonumber(ARGV[at + 3]) then return i end
end
for i, key in ipairs(KEYS) do
  redis.call('HINCRBY', key, 'tokens', ARGV[1])
  redis.call('HINCRBY', key, 'micros', ARGV[2])
  redis.call('EXPIRE', key, ARGV[3 + caps * 3 + i])
end
return 0
"""


@dataclass(frozen=True)
class RedisPurse:
    """Hashes `gp:spent:<scope>:<name>` with `tokens` and `micros`. `day` is the UTC day on which the run
    began: what is reserved before midnight is settled in the same place after it.
    """

    redis: Redis
    subject: Subject
    installation: int
    planning: str
    day: str
    caps: tuple[Cap, ...] = ()

    def reserve(self, worst: Spent) -> Cap | None:
        places = {scope: at for at, scope in enumerate(SCOPES, 1)}
        limits = [part for cap in self.caps for part in (str(places[cap.scope]), cap.unit, str(cap.limit))]
        kept = [str(KEPT_SECONDS[scope]) for scope in SCOPES]
        arguments = [str(worst.tokens), str(worst.micros), str(len(self.caps)), *limits, *kept]
        passed = cast("int", self.redis.eval(_RESERVE, len(SCOPES), *self._keys(), *arguments))
        return self.caps[passed - 1] if passed else None

    def settle(self, worst: Spent, real: Spent) -> None:
        over = real - worst
        pipe = self.redis.pipeline()
        for key in self._keys():
            pipe.hincrby(key, "tokens", over.tokens)
            pipe.hincrby(key, "micros", over.micros)
        pipe.execute()

    def spent(self, scope: Scope) -> Spent:
        """The sum of one scope so far, reservations included."""
        tokens, micros = cast(
            "list[bytes | None]", self.redis.hmget(self._keys()[SCOPES.index(scope)], "tokens", "micros")
        )
        return Spent(int(tokens or 0), int(micros or 0))

    def _keys(self) -> tuple[str, ...]:
        return (
            f"gp:spent:plan:{self.subject}:{self.planning}",
            f"gp:spent:repository-day:{self.subject.repo_id}:{self.day}",
            f"gp:spent:installation-day:{self.installation}:{self.day}",
        )


@dataclass
class PocketPurse:
    """A purse for one run: nothing is kept. Calls may come from several threads."""

    caps: tuple[Cap, ...] = ()
    spent: Spent = field(default_factory=Spent)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def reserve(self, worst: Spent) -> Cap | None:
        with self._lock:
            after = self.spent + worst
            passed = next((each for each in self.caps if not each.holds(after)), None)
            if passed is None:
                self.spent = after
            return passed

    def settle(self, worst: Spent, real: Spent) -> None:
        with self._lock:
            self.spent = self.spent - worst + real
