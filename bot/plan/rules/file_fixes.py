"""Repairs of the files that tasks change: how a path is spelt, which one is meant, what happens to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.plan.model import FileChange, Plan, Task
from bot.plan.rules.applied import Applied, Fixed, changed
from bot.plan.rules.engine import LintInput
from bot.plan.rules.grounding import missing_paths, path_fault, unique_suffix, without_dot


def _each_change(plan: Plan, rule: str, better: Callable[[int, int, FileChange], FileChange]) -> Fixed:
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
        tasks.append(changed(task, files=files) if files != task.files else task)
    return (changed(plan, tasks=tuple(tasks)) if applied else plan), tuple(applied)


def _told(old: FileChange, new: FileChange) -> str:
    fields = [name for name in ("path", "source", "change") if getattr(old, name) != getattr(new, name)]
    return f"{old.path}: " + ", ".join(
        f"{name} {getattr(old, name)} -> {getattr(new, name)}" for name in fields
    )


def plain_paths(plan: Plan, given: LintInput) -> Fixed:
    """PLN403: a leading "./" is dropped."""

    def better(_at: int, _index: int, change: FileChange) -> FileChange:
        return changed(change, path=_plain(change.path), source=_plain(change.source))

    return _each_change(plan, "PLN403", better)


def _plain(path: str) -> str:
    bare = without_dot(path)
    return bare if bare and not path_fault(bare) else path


def real_paths(plan: Plan, given: LintInput) -> Fixed:
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
        return changed(
            change,
            path=real.get(f"{pointer}/path", change.path),
            source=real.get(f"{pointer}/source", change.source),
        )

    return _each_change(plan, "PLN401", better)


def edits_of_existing(plan: Plan, given: LintInput) -> Fixed:
    """PLN402: a "new" file that is there becomes an edit."""
    tree = given.ground
    if tree is None:
        return plan, ()
    gone = {one.path for task in plan.tasks for one in task.files if one.change == "delete"}
    gone |= {one.source for task in plan.tasks for one in task.files if one.change == "rename"}

    def better(_at: int, _index: int, change: FileChange) -> FileChange:
        there = change.change == "new" and tree.exists(change.path) and change.path not in gone
        return changed(change, change="edit") if there else change

    return _each_change(plan, "PLN402", better)
