"""Every metric by its group. A new one is an entry in its group's module; it is then measured and shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from bot.evaluation.expectation import Expectation
from bot.evaluation.metrics import (
    coverage,
    grounding,
    linting,
    localisation,
    reading,
    shape,
    spending,
    steadiness,
    validity,
)
from bot.evaluation.metrics.metric import Metric, Steadiness
from bot.evaluation.trial import Trial

GROUPS: Mapping[str, tuple[Metric | Steadiness, ...]] = {
    "Validity": validity.METRICS,
    "Lint": linting.METRICS,
    "Grounding": grounding.METRICS,
    "Localisation": localisation.METRICS,
    "Coverage": coverage.METRICS,
    "Graph": shape.METRICS,
    "Self-containment": reading.METRICS,
    "Stability": steadiness.METRICS,
    "Cost": spending.METRICS,
}
METRICS: Mapping[str, Metric | Steadiness] = {each.name: each for group in GROUPS.values() for each in group}


def values(trial: Trial, expected: Expectation) -> dict[str, float | None]:
    """Every metric of one planning."""
    return {name: each.of(trial, expected) for name, each in METRICS.items() if isinstance(each, Metric)}


def values_of_runs(trials: Sequence[Trial], expected: Expectation) -> dict[str, float | None]:
    """Every metric of one case: the mean over its runs where there is something to measure."""
    runs = [values(each, expected) for each in trials]
    return {
        name: each.of(trials) if isinstance(each, Steadiness) else _mean([run[name] for run in runs])
        for name, each in METRICS.items()
    }


def _mean(measured: Sequence[float | None]) -> float | None:
    known = [each for each in measured if each is not None]
    return fmean(known) if known else None
