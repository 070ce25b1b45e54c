"""Means with intervals by drawing cases again and again (percentile bootstrap). The seed is given, so equal
values have equal intervals.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean

CONFIDENCE = 0.95
FEWEST = 2  # one case says nothing about how cases vary


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over `n` cases; `low` and `high` bound the middle 95 % of the means of drawn samples, None for a
    single case.
    """

    mean: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class Bootstrap:
    """Draws `resamples` samples with replacement, the same ones for every series of equal length."""

    seed: int = 1
    resamples: int = 2000
    _draws: dict[int, list[list[int]]] = field(default_factory=dict, repr=False, compare=False)

    def interval(self, values: Sequence[float]) -> Interval:
        """Raises ValueError for no values."""
        if not values:
            raise ValueError("there is nothing to take the mean of")
        mean = fmean(values)
        if len(values) < FEWEST:
            return Interval(mean, None, None, len(values))
        means = sorted(fmean([values[at] for at in draw]) for draw in self._drawn(len(values)))
        tail = (1 - CONFIDENCE) / 2
        low, high = means[int(tail * len(means))], means[min(len(means) - 1, int((1 - tail) * len(means)))]
        return Interval(mean, min(low, mean), max(high, mean), len(values))

    def _drawn(self, n: int) -> list[list[int]]:
        if n not in self._draws:
            chance = random.Random(self.seed * 1_000_003 + n)
            self._draws[n] = [chance.choices(range(n), k=n) for _ in range(self.resamples)]
        return self._draws[n]
