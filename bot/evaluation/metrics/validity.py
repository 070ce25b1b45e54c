"""Whether planning ends as it should, and what it took to get a valid plan out of a model."""

from __future__ import annotations

from bot.evaluation.expectation import Expectation
from bot.evaluation.metrics.metric import Metric
from bot.evaluation.trial import Trial


def _ended(trial: Trial, expected: Expectation) -> float:
    return float(trial.ended_as(expected))


def _at_once(trial: Trial, _: Expectation) -> float | None:
    return float(trial.first.is_plan) if trial.first else None


def _in_the_end(trial: Trial, expected: Expectation) -> float | None:
    return float(trial.ending == "plan") if expected.endings == ("plan",) else None


def _rounds(trial: Trial, _: Expectation) -> float | None:
    return float(sum(each.purpose == "repair" for each in trial.calls)) if trial.calls else None


def _dead_end(trial: Trial, _: Expectation) -> float:
    return float(trial.ending == "failed")


METRICS = (
    Metric("ended_as_expected", "planning ended in a way the case allows", "up", _ended),
    Metric("valid_at_first", "the first draft could be read as a plan", "up", _at_once),
    Metric("valid_in_the_end", "a plan without errors came out where one was wanted", "up", _in_the_end),
    Metric("repair_rounds", "rounds of repair", "down", _rounds, "count"),
    Metric("dead_ends", "planning failed", "down", _dead_end),
)
