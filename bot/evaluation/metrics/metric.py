"""What a metric is. Holds none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.evaluation.expectation import Expectation
from bot.evaluation.trial import Trial

Better = Literal["up", "down", ""]  # "" where more is neither better nor worse


@dataclass(frozen=True, slots=True)
class Metric:
    """One number about one planning; None where there is nothing to measure. A share lies in [0, 1], a count
    is at least 0.
    """

    name: str
    tells: str
    better: Better
    of: Callable[[Trial, Expectation], float | None]
    unit: Literal["share", "count"] = "share"


@dataclass(frozen=True, slots=True)
class Steadiness:
    """One number about several plannings of the same case; None for fewer than two plans."""

    name: str
    tells: str
    better: Better
    of: Callable[[Sequence[Trial]], float | None]
    unit: Literal["share", "count"] = "share"


def share(hits: int, all: int) -> float | None:
    """A share, None of nothing."""
    return hits / all if all else None


def without_plan(trial: Trial, expected: Expectation) -> float | None:
    """What counts where there is no plan: nothing is measured if the case may end so, else it is a miss."""
    return None if trial.ended_as(expected) else 0.0
