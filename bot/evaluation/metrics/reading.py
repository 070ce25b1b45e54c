"""Whether coders who see nothing but the plan understand it, as planning counted it itself."""

from __future__ import annotations

from bot.evaluation.expectation import Expectation
from bot.evaluation.metrics.metric import Metric
from bot.evaluation.trial import Trial
from bot.plan.model import Readers


def _coders(trial: Trial) -> Readers | None:
    readers = trial.plan.provenance.readers if trial.plan else None
    return readers if readers and readers.coders else None


def _understood(trial: Trial, _: Expectation) -> float | None:
    readers = _coders(trial)
    return readers.comprehension / 100 if readers else None


def _agreed(trial: Trial, _: Expectation) -> float | None:
    readers = _coders(trial)
    return readers.agreement / 100 if readers else None


def _clarifications(trial: Trial, _: Expectation) -> float | None:
    readers = _coders(trial)
    return float(readers.clarifications) if readers else None


METRICS = (
    Metric("comprehension", "files and commands that coders found again in the plan", "up", _understood),
    Metric("agreement", "how much coders agree on what to do", "up", _agreed),
    Metric(
        "clarifications",
        "questions that coders had to ask and nothing settled",
        "down",
        _clarifications,
        "count",
    ),
)
