"""Which check boxes in the documents of a plan stand for its tasks: read, and ticked in place.

A task's own box stands in the plan's section of IMPLEMENTATION_PLAN.md, in `steps.md` and in the `tasks.md`
of Spec Kit; in the `tasks.md` of `roadmap` its acceptance criteria have boxes, which stand for it together.
Nothing but the letter in a box is ever changed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.effects import PLAN_FILE
from bot.plan.formats.plan_marks import Section, lines_of, marked
from bot.plan.formats.spec_kit import numbers
from bot.plan.markdown import Block, Document, plain
from bot.plan.model import Plan
from bot.plan.readers.work import step_id

_BOX = re.compile(r"\[[ xX]\]")
_CELL = re.compile(r"\[([ xX])\]")
_STEP = re.compile(r"Step (T?\d{1,6}[a-z]?) – ")
_NUMBER = re.compile(r"T\d{3,9}\b")


@dataclass(frozen=True, slots=True)
class TaskBox:
    """A box for a task at a line of its document (from 1), `whole` when it stands for all of it."""

    task: str
    line: int
    ticked: bool
    whole: bool = True


def document_paths(plan: Plan, paths: Iterable[str]) -> tuple[str, ...]:
    """Those of `paths` in which boxes for the plan's tasks may stand."""
    folder = f"specs/{plan.issue}-"
    names = ("steps.md", "tasks.md")
    return tuple(
        path
        for path in paths
        if path == PLAN_FILE
        or (path.startswith(folder) and path.count("/") == 2 and path.rpartition("/")[2] in names)
    )


def ticked_tasks(plan: Plan, texts: Mapping[str, str]) -> frozenset[str]:
    """The tasks that any document shows as done."""
    return frozenset(
        name for path in document_paths(plan, texts) for name in _done(boxes(plan, path, texts[path]))
    )


def with_ticked(plan: Plan, texts: Mapping[str, str], done: Collection[str]) -> dict[str, str]:
    """The documents that change when these tasks are ticked in all of them, by path."""
    made = {path: _with_ticks(plan, path, texts[path], done) for path in document_paths(plan, texts)}
    return {path: text for path, text in made.items() if text != texts[path]}


def boxes(plan: Plan, path: str, text: str) -> list[TaskBox]:
    """The boxes of one document, in its order. Marks in IMPLEMENTATION_PLAN.md that do not pair have none."""
    known = {task.id for task in plan.tasks}
    if path == PLAN_FILE:
        found = [one for part in _own(plan, text) for one in _rows(text, part)]
    elif path.endswith("/steps.md"):
        found = [*_steps(text)]
    else:
        found = [*_tasks(plan, text)]
    return [one for one in found if one.task in known]


def _done(found: Iterable[TaskBox]) -> Iterator[str]:
    parts: dict[str, bool] = {}
    for one in found:
        if one.whole and one.ticked:
            yield one.task
        elif not one.whole:
            parts[one.task] = parts.get(one.task, True) and one.ticked
    yield from (name for name, all_ticked in parts.items() if all_ticked)


def _with_ticks(plan: Plan, path: str, text: str, done: Collection[str]) -> str:
    wanted = {one.line for one in boxes(plan, path, text) if one.task in done and not one.ticked}
    for line in reversed([one for one in lines_of(text) if one.number in wanted]):
        end = line.start + len(line.text)
        text = text[: line.start] + _BOX.sub("[x]", line.text, count=1) + text[end:]
    return text


def _own(plan: Plan, text: str) -> Iterator[Section]:
    found = marked(text)
    return (one for one in found.sections if one.issue == plan.issue and not found.damages)


def _rows(text: str, part: Section) -> Iterator[TaskBox]:
    """The rows of tasks in the plan's section; the box is the first cell that is nothing else."""
    above = max(line.number for line in lines_of(text) if line.start <= part.start) - 1
    for block in Document("", text[part.start : part.end]).blocks:
        task = block.cell("Task") if block.kind == "row" and not block.head else None
        done = block.cell("Done")
        mark = _CELL.fullmatch(done.text.strip()) if task and done else None
        if task and mark and block.heads[0] == "Done":
            yield TaskBox(plain(task.text), block.line + above, mark[1] in "xX")


def _steps(text: str) -> Iterator[TaskBox]:
    for block in _boxed(text):
        if found := _STEP.match(plain(block.text)):
            yield TaskBox(step_id(found[1]), block.line, _is_ticked(block))


def _tasks(plan: Plan, text: str) -> Iterator[TaskBox]:
    """In a tasks.md: lines of Spec Kit by their numbers, criteria by the task in the heading above."""
    names = {number: name for name, number in numbers(plan, text).items()}
    heading = ""
    for block in Document("", text).blocks:
        if block.kind == "heading" and block.level <= 2:
            title, dot, _ = plain(block.text).partition(" · ")
            heading = title if dot else ""
        elif block.kind == "item" and block.box:
            number = _NUMBER.match(block.text)
            if number and number[0] in names:
                yield TaskBox(names[number[0]], block.line, _is_ticked(block))
            elif heading:
                yield TaskBox(heading, block.line, _is_ticked(block), whole=False)


def _boxed(text: str) -> Iterator[Block]:
    return (one for one in Document("", text).blocks if one.kind == "item" and one.box)


def _is_ticked(block: Block) -> bool:
    return block.box in "xX"
