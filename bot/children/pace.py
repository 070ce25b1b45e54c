"""How long writing takes within GitHub's limits: an estimate from counts, before anything is written."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import ceil

A_MINUTE, AN_HOUR, PAUSE = 80, 500, 1.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """`writes` change something on GitHub, `reads` look before or after; `seconds` is how long all takes."""

    writes: int = 0
    reads: int = 0

    @property
    def calls(self) -> int:
        return self.writes + self.reads

    @property
    def seconds(self) -> float:
        return seconds_for(self.writes)

    @property
    def minutes(self) -> int:
        """Whole minutes, rounded up; 0 only when nothing is written."""
        return ceil(max(self.seconds, 1.0) / 60) if self.writes else 0


NOTHING = Estimate()


def seconds_for(writes: int) -> float:
    """From the first of so many writes to the last: PAUSE between them, at most A_MINUTE in any 60 seconds
    and AN_HOUR in any 3600. All count as content, which is more than GitHub counts.
    """
    recent: deque[float] = deque(maxlen=AN_HOUR)
    at = 0.0
    for _ in range(writes):
        if recent:
            at = recent[-1] + PAUSE
        if len(recent) >= A_MINUTE:
            at = max(at, recent[-A_MINUTE] + 60)
        if len(recent) == AN_HOUR:
            at = max(at, recent[0] + 3600)
        recent.append(at)
    return at
