"""What the rules find: in a model's first draft, and in what is handed over."""

from __future__ import annotations

from collections.abc import Iterable

from bot.evaluation.expectation import Expectation
from bot.evaluation.metrics.metric import Metric
from bot.evaluation.trial import Trial
from bot.plan.findings import Finding, Severity
from bot.plan.rules.audit import FAMILIES


def _count(findings: Iterable[Finding], severity: Severity) -> float:
    return float(sum(each.severity == severity for each in findings))


def _first(severity: Severity, trial: Trial) -> float | None:
    return _count(trial.first.findings, severity) if trial.first and trial.first.is_plan else None


def _errors_at_first(trial: Trial, _: Expectation) -> float | None:
    return _first("error", trial)


def _warnings_at_first(trial: Trial, _: Expectation) -> float | None:
    return _first("warning", trial)


def _warnings(trial: Trial, _: Expectation) -> float | None:
    return _count(trial.findings, "warning") if trial.plan else None


METRICS = (
    Metric(
        "errors_at_first", "errors in the first draft, after safe fixes", "down", _errors_at_first, "count"
    ),
    Metric(
        "warnings_at_first",
        "warnings in the first draft, after safe fixes",
        "down",
        _warnings_at_first,
        "count",
    ),
    Metric(
        "warnings", "warnings in the plan that is handed over (errors never are)", "down", _warnings, "count"
    ),
)


def by_family(findings: Iterable[Finding]) -> dict[str, int]:
    """Errors and warnings counted by the family of their rule, in the families' order."""
    heavy = [each.rule[3:4] for each in findings if each.severity != "info" and each.rule.startswith("PLN")]
    return {name: heavy.count(digit) for digit, name in FAMILIES.items() if digit in heavy}
