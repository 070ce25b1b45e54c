"""Repairs that need no judgement: each makes a finding go away and never adds an error.

Files and tasks are repaired here, work streams in `stream_fixes`, words in `word_fixes`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.plan.graph import Conflict, Graph, task_graph, write_conflicts
from bot.plan.model import FileChange, Milestone, Plan, Task
from bot.plan.rules.applied import Applied, Fixed, changed
from bot.plan.rules.engine import RULES, LintInput, lint
from bot.plan.rules.graph import implied
from bot.plan.rules.grounding import missing_paths, path_fault, unique_suffix, without_dot
from bot.plan.rules.stream_fixes import claims_of_streams
from bot.plan.rules.word_fixes import british_words, visible_words

__all__ = ["Applied", "autofix"]

ROUNDS = 4  # a repair can make room for another; two rounds are the most that was ever needed

Fixer = Callable[[Plan, LintInput], Fixed]


def autofix(plan: Plan, given: LintInput) -> Fixed:
    """`plan` with every safe repair, and what was repaired. A repair that would add an error is left out."""
    applied: tuple[Applied, ...] = ()
    errors = _errors(plan, given)
    for _ in range(ROUNDS):
        before = plan
        for fixer in _FIXERS:
            fixed, done = _settled(fixer, plan, given)
            if done and not (after := _errors(fixed, given)) - errors:
                plan, applied, errors = fixed, applied + done, after
        if plan == before:
            break
    return plan, applied


def _settled(fixer: Fixer, plan: Plan, given: LintInput) -> Fixed:
    """One repair, and the order of writers that it may call for."""
    fixed, done = fixer(plan, given)
    if not done or fixer is ordered_writers:
        return fixed, done
    settled, more = ordered_writers(fixed, given)
    return settled, done + more


def _errors(plan: Plan, given: LintInput) -> set[str]:
    """What every rule says at error level that looks at nothing but the plan and the repository."""
    alone = replace(given, plan=plan, contract_text=None, fanout_text=None, renderings=(), reply=None)
    looked_at = {"plan", "own", "ground", "issue_text", "before"}
    chosen = [one.id for one in RULES.values() if set(one.needs) <= looked_at]
    return {finding.fingerprint for finding in lint(alone, select=chosen).errors}


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


def no_self_dependency(plan: Plan, given: LintInput) -> Fixed:
    """PLN302: a dependency on oneself is dropped, for tasks and milestones."""

    def better(name: str, needs: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(need for need in needs if need != name)

    return _each_dependency(plan, "PLN302", "dependency on itself dropped", better, better)


def no_implied_dependency(plan: Plan, given: LintInput) -> Fixed:
    """PLN304: a dependency that is named twice, or follows from another, is dropped."""
    tasks = task_graph(plan.tasks)
    milestones = Graph.of((one.id, one.dependencies) for one in plan.roadmap.milestones)

    def better(graph: Graph) -> _Better:
        def without(name: str, needs: tuple[str, ...]) -> tuple[str, ...]:
            spare = {at for at, _, _ in implied(graph, name, needs)}
            return tuple(need for at, need in enumerate(needs) if at not in spare)

        return without

    return _each_dependency(plan, "PLN304", "implied dependency dropped", better(tasks), better(milestones))


_Better = Callable[[str, tuple[str, ...]], tuple[str, ...]]


def _each_dependency(plan: Plan, rule: str, what: str, of_task: _Better, of_milestone: _Better) -> Fixed:
    """Replace what tasks and milestones depend on."""
    tasks = tuple(_needing(one, of_task(one.id, one.depends_on)) for one in plan.tasks)
    milestones = tuple(
        _needing_milestones(one, of_milestone(one.id, one.dependencies)) for one in plan.roadmap.milestones
    )
    done = [new.id for old, new in zip(plan.tasks, tasks, strict=True) if old is not new]
    done += [new.id for old, new in zip(plan.roadmap.milestones, milestones, strict=True) if old is not new]
    if not done:
        return plan, ()
    fixed = changed(plan, tasks=tasks, roadmap=changed(plan.roadmap, milestones=milestones))
    return fixed, tuple(Applied(rule, item, what) for item in done)


def _needing(task: Task, needs: tuple[str, ...]) -> Task:
    return task if needs == task.depends_on else changed(task, depends_on=needs)


def _needing_milestones(one: Milestone, needs: tuple[str, ...]) -> Milestone:
    return one if needs == one.dependencies else changed(one, dependencies=needs)


def listed_in_order(plan: Plan, given: LintInput) -> Fixed:
    """PLN305: steps that stand before what they need move behind it; the others keep their order."""
    graph = task_graph(plan.tasks)
    names = [task.id for task in plan.tasks]
    if given.format not in ("steps", "export", "technical") or graph.cycles or len(set(names)) < len(names):
        return plan, ()
    order = _stable_order(graph)
    if order == names:
        return plan, ()
    tasks = {task.id: task for task in plan.tasks}
    moved = [name for name, other in zip(names, order, strict=True) if name != other]
    what = f"steps listed as {', '.join(order)}"
    return changed(plan, tasks=tuple(tasks[name] for name in order)), (Applied("PLN305", moved[0], what),)


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


_FIXERS: tuple[Fixer, ...] = (
    visible_words,
    plain_paths,
    no_self_dependency,
    real_paths,
    edits_of_existing,
    ordered_writers,
    no_implied_dependency,
    listed_in_order,
    claims_of_streams,
    british_words,
)
