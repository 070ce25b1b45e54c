"""Writes the `tasks.md` of a Spec Kit feature. Not a format of its own: nothing here reads a plan back.

What stands in a file stays, byte for byte: numbers are given once, ticked boxes and people's words are kept,
and tasks that are new come below in phases of their own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from bot.plan import safe_text
from bot.plan.formats.companions import spec_folder
from bot.plan.graph import task_graph, write_conflicts
from bot.plan.model import Plan, Task

_OWN = re.compile(r"T(\d{1,6})")
_NUMBER = re.compile(r"\bT(\d{3,9})\b")
_LINE = re.compile(r"- \[[ xX]\] T(\d{3,9}) (?:\[P\] )?(?:\[US\d+\] )?(.+)")
_PHASE = re.compile(r"##\s+Phase\s+(\d{1,4})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Phase:
    """Tasks that belong together, in order. `story` counts user stories from 1; 0 when it is none."""

    title: str
    goal: str
    test: str
    story: int
    tasks: tuple[Task, ...]


def numbers(plan: Plan, text: str) -> Mapping[str, str]:
    """The number that each task of the plan has in a tasks.md of Spec Kit; tasks that are not in it are left
    out."""
    return _known(plan, text)


def tasks_md(plan: Plan, existing: str | None) -> str:
    """The text of tasks.md for `plan`; `existing` is the file as it is, None when there is none.

    Task T3 is T003, unless the file's numbers are beyond that already; a comment of ours says which is which.
    """
    before = existing or ""
    known = _known(plan, before)
    names = {**known, **_numbered([task.id for task in plan.tasks if task.id not in known], before)}
    fresh = [_only(one, known) for one in _phases(plan)]
    fresh = [one for one in fresh if one.tasks]
    if not fresh and existing is not None:
        return existing
    first = max((int(one) for one in _PHASE.findall(before)), default=0) + 1
    parts = [] if existing else [_head(plan)]
    done_before = set(known)
    for number, one in enumerate(fresh, start=first):
        parts.append(_section(number, one, plan, names, _parallel(one.tasks, plan, done_before)))
        done_before |= {task.id for task in one.tasks}
    parts.append(_mark(plan, {task.id: names[task.id] for one in fresh for task in one.tasks}))
    return before + _gap(before) + "\n".join(parts)


def _gap(before: str) -> str:
    return "" if not before else "\n" if before.endswith("\n") else "\n\n"


def _head(plan: Plan) -> str:
    folder = spec_folder(plan)
    return (
        f"# Tasks: {safe_text.inline(plan.title)}\n\n"
        f"**Input**: issue {safe_text.code(f'#{plan.issue}')}, planned in `{folder}/`\n"
    )


def _known(plan: Plan, before: str) -> dict[str, str]:
    """The numbers that tasks of the plan have in the file: by our comments, else by a line that says the
    same."""
    mark = re.compile(rf"<!-- groundplan:tasks {plan.issue}((?: [^\s=<>]+=T\d{{3,9}})+) -->")
    pairs = [pair.split("=") for found in mark.findall(before) for pair in found.split()]
    known = {unquote(name): number for name, number in pairs}
    lines = {text: f"T{number}" for number, text in map(_groups, _LINE.finditer(before))}
    for task in plan.tasks:
        if task.id not in known and (number := lines.get(_what(task))):
            known[task.id] = number
    return known


def _groups(found: re.Match[str]) -> tuple[str, str]:
    return found[1], found[2].split(" (depends on ")[0].strip()


def _numbered(ids: Sequence[str], before: str) -> dict[str, str]:
    """A number for each id that has none: its own, unless the file's numbers are beyond it (it may have been
    given to a line that is gone), else the next one after all others."""
    taken = {int(one) for one in _NUMBER.findall(before)}
    last = max(taken, default=0)
    names: dict[str, str] = {}
    for name in ids:
        own = _OWN.fullmatch(name)
        if own and int(own[1]) > last and int(own[1]) not in taken:
            taken.add(int(own[1]))
            names[name] = f"T{int(own[1]):03}"
    for name in (one for one in ids if one not in names):
        number = max(taken, default=0) + 1
        taken.add(number)
        names[name] = f"T{number:03}"
    return names


def _phases(plan: Plan) -> Iterator[_Phase]:
    """One phase for each milestone. It is a user story when its tasks serve requirements."""
    graph = task_graph(plan.tasks)
    left = {task.id: task for task in plan.tasks}
    stories = 0
    for one in plan.roadmap.milestones:
        inside = [left.pop(name) for name in graph.order if name in left and left[name].milestone == one.id]
        story = _serves(inside, plan)
        stories += story
        yield _Phase(one.title, one.outcome, one.acceptance[0], stories if story else 0, tuple(inside))
    yield _Phase("Further tasks", "", "", 0, tuple(left[name] for name in graph.order if name in left))


def _serves(tasks: Sequence[Task], plan: Plan) -> bool:
    wanted = plan.requirements.functional if plan.requirements else ()
    names = {name for one in wanted for name in (one.id, *one.covers)}
    return any(names.intersection(task.covers) for task in tasks)


def _only(phase: _Phase, known: Mapping[str, str]) -> _Phase:
    tasks = tuple(task for task in phase.tasks if task.id not in known)
    return _Phase(phase.title, phase.goal, phase.test, phase.story, tasks)


def _section(number: int, phase: _Phase, plan: Plan, names: Mapping[str, str], free: frozenset[str]) -> str:
    story = f"User Story {phase.story} - " if phase.story else ""
    priority = f" (Priority: P{phase.story})" if phase.story else ""
    lines = [f"## Phase {number}: {story}{safe_text.inline(phase.title)}{priority}", ""]
    if phase.goal:
        lines += [f"**{'Goal' if phase.story else 'Purpose'}**: {safe_text.inline(phase.goal)}", ""]
    if phase.story:
        lines += [f"**Independent Test**: {safe_text.inline(phase.test)}", ""]
    closed = {one.id for one in plan.roadmap.milestones if one.status == "done"}
    for task in phase.tasks:
        box = "X" if task.milestone in closed else " "
        marks = f"{'[P] ' if task.id in free else ''}{f'[US{phase.story}] ' if phase.story else ''}"
        lines.append(f"- [{box}] {names[task.id]} {marks}{_what(task)}{_after(task, names)}")
    if not phase.story and phase.test:
        lines += ["", f"**Checkpoint**: {safe_text.inline(phase.test)}"]
    return "\n".join([*lines, ""])


def _parallel(tasks: Sequence[Task], plan: Plan, before: Collection[str]) -> frozenset[str]:
    """The tasks of a phase that need only what stands in phases `before` it, and share no file with another
    of it: all of them may run at the same time."""
    needs = task_graph(plan.tasks).needs
    clash = {name for one in write_conflicts(tasks) for name in (one.first, one.second)}
    free = [
        task.id
        for task in tasks
        if task.files and task.id not in clash and all(name in before for name in needs[task.id])
    ]
    return frozenset(free) if len(free) > 1 else frozenset()


def _what(task: Task) -> str:
    """The words of a task's line: what to do and in which files."""
    paths = dict.fromkeys(change.path for change in task.files) or dict.fromkeys(task.allowed_paths)
    where = f" in {', '.join(map(safe_text.code, paths))}" if paths else ""
    return f"{safe_text.inline(task.title)}{where}"


def _after(task: Task, names: Mapping[str, str]) -> str:
    needs = ", ".join(names[name] for name in dict.fromkeys(task.depends_on) if name in names)
    return f" (depends on {needs})" if needs else ""


def _mark(plan: Plan, names: Mapping[str, str]) -> str:
    pairs = " ".join(f"{quote(name, safe='')}={number}" for name, number in names.items())
    return f"<!-- groundplan:tasks {plan.issue} {pairs} -->\n" if pairs else ""
