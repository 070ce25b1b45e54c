"""The graph of a plan's tasks: its order against the expected one, and how much can be done at a time."""

from __future__ import annotations

from bot.evaluation.expectation import Expectation
from bot.evaluation.metrics.metric import Metric, share, without_plan
from bot.evaluation.trial import Trial, matches
from bot.plan.graph import task_graph, write_conflicts, writes
from bot.plan.model import Plan


def _order(trial: Trial, expected: Expectation) -> float | None:
    if trial.plan is None and expected.order:
        return without_plan(trial, expected)
    kept = [_is_kept(first, then, trial.plan) for first, then in expected.order if trial.plan]
    return share(sum(kept), len(kept))


def _is_kept(first: str, then: str, plan: Plan) -> bool:
    """Whether one task that changes `first` comes before one that changes `then`, or is the same."""
    graph = task_graph(plan.tasks)
    return any(
        one.id == other.id or graph.reaches(other.id, one.id)
        for one in plan.tasks
        for other in plan.tasks
        if any(matches(path, (first,)) for path in writes(one))
        and any(matches(path, (then,)) for path in writes(other))
    )


def _conflicts(trial: Trial, _: Expectation) -> float | None:
    return float(len(write_conflicts(trial.plan.tasks))) if trial.plan else None


def _length(trial: Trial, _: Expectation) -> float | None:
    if trial.plan is None:
        return None
    way, _weight = task_graph(trial.plan.tasks).longest_way({task.id: 1.0 for task in trial.plan.tasks})
    return float(len(way))


def _width(trial: Trial, _: Expectation) -> float | None:
    return float(max(map(len, task_graph(trial.plan.tasks).waves), default=0)) if trial.plan else None


def _tasks(trial: Trial, _: Expectation) -> float | None:
    return float(len(trial.plan.tasks)) if trial.plan else None


METRICS = (
    Metric("order_kept", "pairs of files that are changed in the expected order", "up", _order),
    Metric("write_conflicts", "unordered tasks that write the same file", "down", _conflicts, "count"),
    Metric("tasks", "tasks", "", _tasks, "count"),
    Metric("critical_path", "tasks that must follow each other", "", _length, "count"),
    Metric("width", "tasks that can be done at the same time", "", _width, "count"),
)
