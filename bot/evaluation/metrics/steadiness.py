"""How much the plans of one case differ when it is planned several times."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from statistics import fmean, pstdev

from bot.evaluation.metrics.metric import Steadiness
from bot.evaluation.trial import Trial
from bot.plan.graph import writes
from bot.plan.model import Plan
from bot.plan.similarity import jaccard


def _plans(trials: Sequence[Trial]) -> list[Plan]:
    return [each.plan for each in trials if each.plan]


def _same_files(trials: Sequence[Trial]) -> float | None:
    files = [each.touched for each in trials if each.plan]
    return fmean(jaccard(one, other) for one, other in combinations(files, 2)) if len(files) > 1 else None


def _variation(trials: Sequence[Trial]) -> float | None:
    counts = [len(plan.tasks) for plan in _plans(trials)]
    return pstdev(counts) / fmean(counts) if len(counts) > 1 and any(counts) else None


def _same_demands(trials: Sequence[Trial]) -> float | None:
    """Demands are told apart by their words; one that a plan lacks is met by no file there."""
    plans = [_files_by_demand(plan) for plan in _plans(trials)]
    demands = {text for plan in plans for text in plan}
    if len(plans) < 2 or not demands:
        return None
    return fmean(len({plan.get(text, frozenset()) for plan in plans}) == 1 for text in sorted(demands))


def _files_by_demand(plan: Plan) -> dict[str, frozenset[str]]:
    files = {task.id: writes(task) for task in plan.tasks}
    return {one.text: frozenset().union(*(files.get(by, ()) for by in one.by)) for one in plan.obligations}


METRICS = (
    Steadiness("same_files", "mean likeness of the changed files, pair by pair (Jaccard)", "up", _same_files),
    Steadiness(
        "task_variation", "how the number of tasks varies (deviation over mean)", "down", _variation, "count"
    ),
    Steadiness("same_files_by_demand", "demands that the same files meet in every run", "up", _same_demands),
)
