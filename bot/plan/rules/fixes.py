"""Repairs that need no judgement: each makes a finding go away, can be told in a line,
and never adds an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.plan.graph import task_graph, write_conflicts
from bot.plan.model import FileChange, Plan, Task
from bot.plan.part import Part
from bot.plan.rules.engine import LintInput, lint
from bot.plan.rules.grounding import missing_paths, path_fault, unique_suffix, without_dot

PartT = TypeVar("PartT", bound=Part)


@dataclass(frozen=True, slots=True)
class Applied:
    """One repair: the rule it satisfies, the item it changed, and what was done."""

    rule: str
    item: str
    what: str


Fixer = Callable[[Plan, LintInput], tuple[Plan, tuple[Applied, ...]]]
_GUARD = ("PLN201", "PLN204", "PLN301", "PLN302", "PLN303", "PLN308", "PLN401", "PLN402", "PLN403", "PLN809")


def autofix(plan: Plan, given: LintInput) -> tuple[Plan, tuple[Applied, ...]]:
    """`plan` with every safe repair, and what was repaired. A repair that would add an error is left out."""
    applied: tuple[Applied, ...] = ()
    for fixer in (plain_paths, no_self_dependency, real_paths, edits_of_existing, ordered_writers):
        fixed, done = fixer(plan, given)
        settled, more = (
            ordered_writers(fixed, given) if done and fixer is not ordered_writers else (fixed, ())
        )
        if done and not _errors(settled, given) - _errors(plan, given):
            plan, applied = settled, applied + done + more
    return plan, applied


def _errors(plan: Plan, given: LintInput) -> set[str]:
    alone = replace(given, plan=plan, contract_text=None, fanout_text=None, renderings=(), reply=None)
    return {finding.fingerprint for finding in lint(alone, select=_GUARD).errors}


def _with(part: PartT, **changes: object) -> PartT:
    return part.model_copy(update=changes)


def _each_change(
    plan: Plan, rule: str, better: Callable[[int, int, FileChange], FileChange]
) -> tuple[Plan, tuple[Applied, ...]]:
    """Replace file changes one by one; the note names the task and what became of the path."""
    tasks: list[Task] = []
    applied: list[Applied] = []
    for at, task in enumerate(plan.tasks):
        files = tuple(better(at, index, change) for index, change in enumerate(task.files))
        applied += [
            Applied(rule, task.id, _told(old, new))
            for old, new in zip(task.files, files, strict=True)
            if old != new
        ]
        tasks.append(_with(task, files=files) if files != task.files else task)
    return (_with(plan, tasks=tuple(tasks)) if applied else plan), tuple(applied)


def _told(old: FileChange, new: FileChange) -> str:
    fields = [name for name in ("path", "source", "change") if getattr(old, name) != getattr(new, name)]
    return f"{old.path}: " + ", ".join(
        f"{name} {getattr(old, name)} -> {getattr(new, name)}" for name in fields
    )


def plain_paths(plan: Plan, given: LintInput) -> tuple[Plan, tuple[Applied, ...]]:
    """PLN403: a leading "./" is dropped."""

    def better(_at: int, _index: int, change: FileChange) -> FileChange:
        return _with(change, path=_plain(change.path), source=_plain(change.source))

    return _each_change(plan, "PLN403", better)


def _plain(path: str) -> str:
    bare = without_dot(path)
    return bare if bare and not path_fault(bare) else path


def real_paths(plan: Plan, given: LintInput) -> tuple[Plan, tuple[Applied, ...]]:
    """PLN401: a missing path that only one real path ends in becomes that path."""
    tree = given.ground
    if tree is None or tree.truncated:
        return plan, ()
    missing = dict(missing_paths(replace(given, plan=plan)))
    real: Mapping[str, str] = {
        pointer: found for pointer, path in missing.items() if (found := unique_suffix(tree, path))
    }

    def better(at: int, index: int, change: FileChange) -> FileChange:
        pointer = f"/tasks/{at}/files/{index}"
        return _with(
            change,
            path=real.get(f"{pointer}/path", change.path),
            source=real.get(f"{pointer}/source", change.source),
        )

    return _each_change(plan, "PLN401", better)


def edits_of_existing(plan: Plan, given: LintInput) -> tuple[Plan, tuple[Applied, ...]]:
    """PLN402: a "new" file that is there becomes an edit."""
    tree = given.ground
    if tree is None:
        return plan, ()

    def better(_at: int, _index: int, change: FileChange) -> FileChange:
        there = change.change == "new" and tree.exists(change.path)
        return _with(change, change="edit") if there else change

    return _each_change(plan, "PLN402", better)


def no_self_dependency(plan: Plan, given: LintInput) -> tuple[Plan, tuple[Applied, ...]]:
    """PLN302: a dependency on oneself is dropped, for tasks and milestones."""
    tasks = tuple(_with(one, depends_on=_others(one.id, one.depends_on)) for one in plan.tasks)
    milestones = tuple(
        _with(one, dependencies=_others(one.id, one.dependencies)) for one in plan.roadmap.milestones
    )
    changed = [new.id for old, new in zip(plan.tasks, tasks, strict=True) if old != new]
    changed += [new.id for old, new in zip(plan.roadmap.milestones, milestones, strict=True) if old != new]
    applied = tuple(Applied("PLN302", item, "dependency on itself dropped") for item in changed)
    fixed = _with(plan, tasks=tasks, roadmap=_with(plan.roadmap, milestones=milestones))
    return (fixed if applied else plan), applied


def _others(name: str, needs: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(need for need in needs if need != name)


def ordered_writers(plan: Plan, given: LintInput) -> tuple[Plan, tuple[Applied, ...]]:
    """PLN308: of two tasks that could write a file at the same time, the later id waits for the earlier."""
    applied: list[Applied] = []
    while conflicts := write_conflicts(plan.tasks):
        later = conflicts[0].second
        first = next(one for one in reversed(conflicts) if one.second == later)
        plan = _waiting(plan, later, first.first)
        applied.append(Applied("PLN308", later, f"waits for {first.first}, which also writes {first.path}"))
    return plan, tuple(applied)


def _waiting(plan: Plan, later: str, earlier: str) -> Plan:
    assert not task_graph(plan.tasks).ordered(later, earlier)
    at = next(index for index, task in enumerate(plan.tasks) if task.id == later)
    task = _with(plan.tasks[at], depends_on=(*plan.tasks[at].depends_on, earlier))
    return _with(plan, tasks=(*plan.tasks[:at], task, *plan.tasks[at + 1 :]))
