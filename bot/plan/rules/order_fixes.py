"""Repairs of the order of tasks: what they depend on, and how they are listed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from bot.plan.facets import Stream
from bot.plan.graph import Conflict, Graph, task_graph, write_conflicts
from bot.plan.model import Milestone, Plan, Task
from bot.plan.rules.applied import Applied, Fixed, changed
from bot.plan.rules.engine import LintInput
from bot.plan.rules.fields import strings, text_fields
from bot.plan.rules.graph import implied, movable
from bot.plan.rules.risk import unshipped
from bot.plan.rules.word_fixes import with_strings


def no_self_dependency(plan: Plan, given: LintInput) -> Fixed:
    """PLN302: a dependency on oneself is dropped."""

    def better(_graph: Graph, name: str, needs: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(need for need in needs if need != name)

    return _each_dependency(plan, "PLN302", "dependency on itself dropped", better)


def no_implied_dependency(plan: Plan, given: LintInput) -> Fixed:
    """PLN304: a dependency that is named twice, or follows from another, is dropped."""

    def better(graph: Graph, name: str, needs: tuple[str, ...]) -> tuple[str, ...]:
        spare = {at for at, _, _ in implied(graph, name, needs)}
        return tuple(need for at, need in enumerate(needs) if at not in spare)

    return _each_dependency(plan, "PLN304", "implied dependency dropped", better)


_Better = Callable[[Graph, str, tuple[str, ...]], tuple[str, ...]]


def _each_dependency(plan: Plan, rule: str, what: str, better: _Better) -> Fixed:
    """Replace what tasks, milestones and streams depend on."""
    streams = plan.streams.streams if plan.streams else ()
    tasks = _needing(plan.tasks, "depends_on", better)
    milestones = _needing(plan.roadmap.milestones, "dependencies", better)
    ordered = _needing(streams, "depends_on", better)
    names = [
        *_replaced(plan.tasks, tasks),
        *_replaced(plan.roadmap.milestones, milestones),
        *_replaced(streams, ordered),
    ]
    done = tuple(Applied(rule, name, what) for name in names)
    if not done:
        return plan, ()
    fields: dict[str, object] = {"tasks": tasks, "roadmap": changed(plan.roadmap, milestones=milestones)}
    if plan.streams:
        fields["streams"] = changed(plan.streams, streams=ordered)
    return changed(plan, **fields), done


ItemT = TypeVar("ItemT", Task, Milestone, Stream)


def _needing(items: tuple[ItemT, ...], field: str, better: _Better) -> tuple[ItemT, ...]:
    graph = Graph.of((one.id, getattr(one, field)) for one in items)
    wanted = [better(graph, one.id, getattr(one, field)) for one in items]
    return tuple(
        one if getattr(one, field) == needs else changed(one, **{field: needs})
        for one, needs in zip(items, wanted, strict=True)
    )


def _replaced(old: tuple[ItemT, ...], new: tuple[ItemT, ...]) -> list[str]:
    return [other.id for one, other in zip(old, new, strict=True) if one is not other]


def listed_in_order(plan: Plan, given: LintInput) -> Fixed:
    """PLN305: steps that stand before what they need move behind it; the others keep their order.

    They are numbered anew unless somebody may know them by their ids: texts, or readers of a published plan.
    """
    graph = task_graph(plan.tasks)
    if not movable(plan, graph):
        return plan, ()
    names = [task.id for task in plan.tasks]
    order = _stable_order(graph)
    if order == names:
        return plan, ()
    tasks = {task.id: task for task in plan.tasks}
    moved = [name for name, other in zip(names, order, strict=True) if name != other]
    done = Applied("PLN305", moved[0], f"steps listed as {', '.join(order)}")
    plan = changed(plan, tasks=tuple(tasks[name] for name in order))
    return (plan if given.before else _renamed(plan, dict(zip(order, names, strict=True)))), (done,)


_ID_FIELDS = frozenset({"tasks.id", "tasks.depends_on", "obligations.by"})
_NAMED = re.compile(r"\bT-?[0-9]|\bsteps? [0-9]", re.IGNORECASE)


def _renamed(plan: Plan, names: Mapping[str, str]) -> Plan:
    """The plan with other names of its tasks, or as it is when a text may name one."""
    leaves = tuple(strings(plan))
    if any(_NAMED.search(one.text) for one in text_fields(leaves)):
        return plan
    better = {one.pointer: names[one.text] for one in leaves if one.way in _ID_FIELDS and one.text in names}
    return with_strings(plan, better)


def _stable_order(graph: Graph) -> list[str]:
    """Every task as early as its listing and its needs allow."""
    out: dict[str, None] = {}
    for name in graph.needs:
        before = [one for one in graph.needs if graph.reaches(name, one) and one not in out]
        for one in (*sorted(before, key=graph.order.index), name):
            out[one] = None
    return list(out)


def ordered_writers(plan: Plan, given: LintInput) -> Fixed:
    """PLN308: of two tasks that could write a file at the same time, one waits for the other: for who
    makes it, or else the later id for the earlier."""
    applied: list[Applied] = []
    while conflicts := write_conflicts(plan.tasks):
        later = conflicts[0].second
        conflict = next(one for one in reversed(conflicts) if one.second == later)
        first, second = _turn(plan, given, conflict)
        plan = _waiting(plan, second, first)
        applied.append(Applied("PLN308", second, f"waits for {first}, which also writes {conflict.path}"))
    return plan, tuple(applied)


def _turn(plan: Plan, given: LintInput, conflict: Conflict) -> tuple[str, str]:
    """Who goes first: who makes the file, before who changes it, before who takes it away."""
    there = given.ground is not None and given.ground.exists(conflict.path)
    ranks = {name: _rank(plan, name, conflict.path, there) for name in (conflict.first, conflict.second)}
    first, second = sorted((conflict.first, conflict.second), key=lambda name: ranks[name])
    return first, second


def _rank(plan: Plan, name: str, path: str, there: bool) -> int:
    """0 for who makes the path, 2 for who takes it away, 1 otherwise; what is there nobody makes."""
    changes = [one for task in plan.tasks if task.id == name for one in task.files]
    if not there and any(one.path.rstrip("/") == path and one.change in ("new", "rename") for one in changes):
        return 0
    gone = (
        one.source if one.change == "rename" else one.path
        for one in changes
        if one.change in ("delete", "rename")
    )
    return 2 if path in {one.rstrip("/") for one in gone} else 1


def _waiting(plan: Plan, later: str, earlier: str) -> Plan:
    assert not task_graph(plan.tasks).ordered(later, earlier)
    at = next(index for index, task in enumerate(plan.tasks) if task.id == later)
    task = changed(plan.tasks[at], depends_on=(*plan.tasks[at].depends_on, earlier))
    return changed(plan, tasks=(*plan.tasks[:at], task, *plan.tasks[at + 1 :]))


def releases_last(plan: Plan, given: LintInput) -> Fixed:
    """PLN512: the last release waits for what it ships."""
    last, left = unshipped(plan, task_graph(plan.tasks))
    if not left:
        return plan, ()
    tasks = tuple(
        changed(one, depends_on=(*one.depends_on, *left)) if one.id == last else one for one in plan.tasks
    )
    return changed(plan, tasks=tasks), (Applied("PLN512", last, f"waits for {', '.join(left)}"),)
