"""The pace of one installation's writes, shared by all workers through Redis. Counts only; sends nothing.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from bot.errors import Transient
from workers.github.refusals import LONGEST_PAUSE, Limited

if TYPE_CHECKING:
    from redis import Redis

A_MINUTE = 80
AN_HOUR = 500
_KEPT_MS = 2 * 3_600_000
Clock = Callable[[], float]

_NOW = """
local now = tonumber(ARGV[1])
if now < 0 then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
"""

# KEYS: times of content writes (newest first), the last write, not-before. All times are milliseconds.
# ARGV: now, spacing (0: out of turn), 1 for content, patience, writes a minute, writes an hour, time kept.
# Recorded times never go back, so the n-th newest bounds every window that n writes could share.
_TURN = f"""{_NOW}
local start = math.max(now, tonumber(redis.call('GET', KEYS[3]) or 0))
local spacing, last = tonumber(ARGV[2]), tonumber(redis.call('GET', KEYS[2]))
if last and spacing > 0 then start = math.max(start, last + spacing) end
if ARGV[3] == '1' then
  for _, rule in ipairs({{{{ARGV[5], 60000}}, {{ARGV[6], 3600000}}}}) do
    local earlier = tonumber(redis.call('LINDEX', KEYS[1], rule[1] - 1))
    if earlier then start = math.max(start, earlier + rule[2]) end
  end
end
if start - now > tonumber(ARGV[4]) then return start - now end
redis.call('SET', KEYS[2], string.format('%.0f', math.max(start, last or 0)), 'PX', ARGV[7])
if ARGV[3] == '1' then
  local newest = tonumber(redis.call('LINDEX', KEYS[1], 0) or 0)
  redis.call('LPUSH', KEYS[1], string.format('%.0f', math.max(start, newest)))
  redis.call('LTRIM', KEYS[1], 0, ARGV[6] - 1)
  redis.call('PEXPIRE', KEYS[1], ARGV[7])
end
return start - now
"""

# KEYS: not-before, strikes. ARGV: now, the pause or 0 where GitHub named none, the longest pause.
# Each strike doubles the pause; they are forgotten some time after the last one is over.
_PAUSE = f"""{_NOW}
local pause = tonumber(ARGV[2])
if pause == 0 then
  local strikes = redis.call('INCR', KEYS[2])
  pause = math.min(60000 * 2 ^ (strikes - 1), tonumber(ARGV[3]))
  redis.call('PEXPIRE', KEYS[2], string.format('%.0f', pause * 2 + 600000))
end
local over = math.max(now + pause, tonumber(redis.call('GET', KEYS[1]) or 0))
redis.call('SET', KEYS[1], string.format('%.0f', over), 'PX', string.format('%.0f', over - now + 60000))
return over - now
"""

# KEYS: not-before. ARGV: now.
_LEFT = f"{_NOW} return math.max(0, tonumber(redis.call('GET', KEYS[1]) or 0) - now)"


class Pace:
    """One installation's pace. Times are Redis's, unless a clock (seconds since 1970) is given."""

    def __init__(
        self, redis: Redis, installation_id: int, spacing: float = 1.0, clock: Clock | None = None
    ) -> None:
        self._redis = redis
        self._spacing = spacing
        self._clock = clock
        stem = f"gp:pace:{installation_id}"
        self._content, self._last = f"{stem}:content", f"{stem}:last"
        self._not_before, self._strikes = f"{stem}:not-before", f"{stem}:strikes"

    def turn(self, content: bool = True, patience: float = 3.0, urgent: bool = False) -> float:
        """Seconds to wait before this write may start; the slot is reserved only within `patience`.

        An urgent one keeps no distance to those before it; the pause and the limits of a minute and an hour
        hold for it too.
        """
        keys = (self._content, self._last, self._not_before)
        spacing, most = 0 if urgent else round(self._spacing * 1000), round(patience * 1000)
        return self._run(_TURN, keys, spacing, int(content), most, A_MINUTE, AN_HOUR, _KEPT_MS)

    def check(self) -> None:
        """Raise Transient while the installation is paused."""
        left = self._run(_LEFT, (self._not_before,))
        if left > 0:
            raise Transient("GitHub asked this installation to wait", left)

    def limited(self, limit: Limited) -> Limited:
        """Make the whole installation wait, and say how long."""
        stated = max(1, round(limit.delay * 1000)) if limit.stated else 0
        left = self._run(_PAUSE, (self._not_before, self._strikes), stated, round(LONGEST_PAUSE * 1000))
        return Limited(limit.reason, left, limit.stated)

    def _run(self, script: str, keys: tuple[str, ...], *values: int) -> float:
        now = -1 if self._clock is None else round(self._clock() * 1000)
        answer = self._redis.eval(script, len(keys), *keys, str(now), *map(str, values))
        return cast(int, answer) / 1000
