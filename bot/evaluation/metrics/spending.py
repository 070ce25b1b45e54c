"""What planning took: calls, tokens, time, and what did not fit."""

from __future__ import annotations

from bot.author.model import Usage
from bot.evaluation.expectation import Expectation
from bot.evaluation.metrics.metric import Metric
from bot.evaluation.trial import Trial

CUT = "Not shown to the model: "  # how a plan says that not everything fitted


def _usage(trial: Trial) -> Usage:
    return sum((each.usage for each in trial.calls), Usage())


def _calls(trial: Trial, _: Expectation) -> float:
    return float(len(trial.calls))


def _given(trial: Trial, _: Expectation) -> float:
    return float(_usage(trial).input_tokens)


def _got(trial: Trial, _: Expectation) -> float:
    return float(_usage(trial).output_tokens)


def _cached(trial: Trial, _: Expectation) -> float | None:
    usage = _usage(trial)
    return min(1.0, usage.cached_tokens / usage.input_tokens) if usage.input_tokens else None


def _cut(trial: Trial, _: Expectation) -> float | None:
    if trial.plan is None or not trial.calls:
        return None
    return float(any(line.startswith(CUT) for line in trial.plan.codebase.snapshot))


def _seconds(trial: Trial, _: Expectation) -> float | None:
    return trial.seconds


def _money(trial: Trial, _: Expectation) -> float | None:
    return trial.money


METRICS = (
    Metric("calls", "calls of a model", "down", _calls, "count"),
    Metric("tokens_in", "tokens given", "down", _given, "count"),
    Metric("tokens_out", "tokens got", "down", _got, "count"),
    Metric("money", "what the tokens cost at the configured prices", "down", _money, "count"),
    Metric("cached_share", "given tokens that the endpoint had kept", "up", _cached),
    Metric("context_cut", "not everything fitted into the prompt", "down", _cut),
    Metric("seconds", "time of one planning, with a live model only", "down", _seconds, "count"),
)
