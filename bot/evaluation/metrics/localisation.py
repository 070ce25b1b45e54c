"""Whether a plan changes the files that have to be changed, and how far recon alone would have come."""

from __future__ import annotations

from bot.evaluation.expectation import Expectation
from bot.evaluation.metrics.metric import Metric, share, without_plan
from bot.evaluation.trial import Trial, matches
from bot.recon.kinds import kind_of


def recall(trial: Trial, expected: Expectation) -> float | None:
    """Share of the patterns of `must_touch` and `must_create` that some changed file fulfils."""
    wanted = (*expected.must_touch, *expected.must_create)
    if trial.plan is None and wanted:
        return without_plan(trial, expected)
    return share(sum(_is_met(each, trial) for each in wanted), len(wanted))


def _is_met(pattern: str, trial: Trial) -> bool:
    return any(matches(path, (pattern,)) for path in trial.touched)


def precision(trial: Trial, expected: Expectation) -> float | None:
    """Share of the changed files that the case expects or allows; None where it expects none."""
    allowed = (*expected.must_touch, *expected.must_create, *expected.may_touch)
    if not (expected.must_touch or expected.must_create):
        return None
    return share(sum(matches(path, allowed) for path in trial.touched), len(trial.touched))


def f1(trial: Trial, expected: Expectation) -> float | None:
    """Harmonic mean of recall and precision; 0 for a plan that changes nothing."""
    found, right = recall(trial, expected), precision(trial, expected)
    if found is None:
        return None
    return 2 * found * right / (found + right) if right and found else 0.0


def _tests(trial: Trial, expected: Expectation) -> float | None:
    tests = [each for each in (*expected.must_touch, *expected.must_create) if kind_of(each) == "test"]
    if trial.plan is None and tests:
        return without_plan(trial, expected)
    return share(sum(_is_met(each, trial) for each in tests), len(tests))


def _violations(trial: Trial, expected: Expectation) -> float:
    return float(sum(matches(path, expected.must_not_touch) for path in trial.touched))


def _of_recon(first: int, trial: Trial, expected: Expectation) -> float | None:
    ranked = [each.path for each in trial.brief.recon.ranked[:first]]
    exact = [path for path in expected.must_touch if trial.brief.tree.exists(path)]
    return share(len(set(exact).intersection(ranked)), len(exact))


def _of_recon_5(trial: Trial, expected: Expectation) -> float | None:
    return _of_recon(5, trial, expected)


def _of_recon_10(trial: Trial, expected: Expectation) -> float | None:
    return _of_recon(10, trial, expected)


METRICS = (
    Metric("file_recall", "files that must change and do", "up", recall),
    Metric("file_precision", "changed files that must or may change", "up", precision),
    Metric("file_f1", "harmonic mean of the two", "up", f1),
    Metric("test_files_hit", "test files that must change and do", "up", _tests),
    Metric("forbidden_files", "changed files that must not change", "down", _violations, "count"),
    Metric("recon_recall_at_5", "files that must change among recon's first five", "up", _of_recon_5),
    Metric("recon_recall_at_10", "files that must change among recon's first ten", "up", _of_recon_10),
)
