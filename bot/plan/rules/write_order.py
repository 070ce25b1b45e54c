"""What becomes of each file in the order of the tasks: made, changed, deleted. Knows no tree.

A file's story is sound when it holds however tasks that wait for nothing of each other are ordered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from bot.plan.graph import Graph
from bot.plan.model import FileChange, Task

Deed = Literal["creates", "edits", "deletes"]


@dataclass(frozen=True, slots=True)
class Step:
    """What one task does to one path."""

    task: str
    deed: Deed
    pointer: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A path whose story does not hold: what `task` does at `pointer`, and the task it does not go with."""

    path: str
    task: str
    op: Deed
    pointer: str
    other: str
    why: Literal["early", "twice", "gone", "unordered"]

    def told(self, a: str, b: str) -> str:
        """The fault in words, with the names by which people know the two tasks; "" for the rule's own."""
        match self.why:
            case "twice":
                return f"{self.path}: {b} and {a} both create it"
            case "gone":
                return f"{self.path}: {a} {self.op} it after {b} deleted or renamed it"
            case "unordered":
                return f"{self.path}: {a} {self.op} it but does not wait for {b}, nor {b} for {a}"
        return f"{self.path}: {a} {self.op} it before {b} creates it"


def faults_of_order(tasks: Sequence[Task], graph: Graph) -> Iterator[Fault]:
    """At most one fault for each step of each path. Needs a graph without cycles and an id for each task."""
    stories: dict[str, list[Step]] = {}
    for at, task in enumerate(tasks):
        for path, step in _steps(at, task):
            stories.setdefault(path, []).append(step)
    place = {name: at for at, name in enumerate(graph.order)}
    for path, story in stories.items():
        if len(story) > 1 and any(step.deed != "edits" for step in story):
            yield from _faults(path, sorted(story, key=lambda step: place[step.task]), graph)


def _steps(at: int, task: Task) -> Iterator[tuple[str, Step]]:
    """The task's first deed on each path; what follows within one task is its own affair."""
    seen: set[str] = set()
    for index, change in enumerate(task.files):
        for path, deed, field in _deeds(change):
            plain = path.rstrip("/")
            if plain and plain not in seen:
                seen.add(plain)
                yield plain, Step(task.id, deed, f"/tasks/{at}/files/{index}/{field}")


def _deeds(change: FileChange) -> Iterator[tuple[str, Deed, str]]:
    match change.change:
        case "new":
            yield change.path, "creates", "path"
        case "edit":
            yield change.path, "edits", "path"
        case "delete":
            yield change.path, "deletes", "path"
        case "rename":
            yield change.source, "deletes", "source"
            yield change.path, "creates", "path"


def _faults(path: str, story: Sequence[Step], graph: Graph) -> Iterator[Fault]:
    """`story` is in an order the graph allows. Steps that turn the state must form one chain of alternate
    turns, and every other step must be ordered against each of them."""
    turns = [step for step in story if step.deed != "edits"]
    blamed: set[str] = set()
    for fault in (*_unordered(path, story, graph), *_untimely(path, story, turns)):
        if fault.pointer not in blamed:
            blamed.add(fault.pointer)
            yield fault


def _unordered(path: str, story: Sequence[Step], graph: Graph) -> Iterator[Fault]:
    for one, other in combinations(story, 2):
        if (one.deed, other.deed) == ("edits", "edits") or graph.ordered(one.task, other.task):
            continue
        if one.deed == other.deed == "creates":
            yield _fault(path, other, one, "twice")
        elif one.deed == "creates":
            yield _fault(path, other, one, "early")
        elif other.deed == "creates":
            yield _fault(path, one, other, "early")
        else:
            yield _fault(path, other, one, "unordered")


def _untimely(path: str, story: Sequence[Step], turns: Sequence[Step]) -> Iterator[Fault]:
    there = turns[0].deed != "creates"
    last = turns[0]
    for step in story:
        if step.deed == "creates":
            if there:
                yield _fault(path, step, last, "twice")
            there, last = True, step
            continue
        if not there:
            yield _fault(path, step, last, "early" if last.deed == "creates" else "gone")
        if step.deed == "deletes":
            there, last = False, step


def _fault(path: str, step: Step, other: Step, why: Literal["early", "twice", "gone", "unordered"]) -> Fault:
    return Fault(path, step.task, step.deed, step.pointer, other.task, why)
