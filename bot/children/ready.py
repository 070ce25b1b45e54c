"""Which tasks can be started now: those whose needs are all done. Nothing is remembered, so it comes out the
same in whatever order things were closed and reopened.

A task closed as not planned settles nothing for those that need it: people are asked, and they wait.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.children.standing import TaskState
from bot.plan.digest import text_digest
from bot.plan.graph import Graph, task_graph
from bot.plan.model import Task

Stage = Literal["done", "dropped", "working", "ready", "waiting", "held", "unfiled"]
UNFILED = TaskState()


@dataclass(frozen=True, slots=True)
class Question:
    """Do these go ahead although `task` was closed as not planned? `waits` are all that cannot be started
    before it is answered: by reopening it, closing it as completed, or a plan in which nothing needs it."""

    task: str
    number: int
    waits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Readiness:
    """The stage of every task. `ready` are filed, open and free to start (no one is at them yet), `waiting`
    names for each open task that is not what it needs first, `questions` are for people with triage rights.
    """

    stages: Mapping[str, Stage]
    ready: tuple[str, ...]
    waiting: Mapping[str, tuple[str, ...]]
    questions: tuple[Question, ...]


def ready_set(
    tasks: Iterable[Task], states: Mapping[str, TaskState], held: Collection[str] = ()
) -> Readiness:
    """What can be started. `held` are tasks that wait for a decision (`bot.plan.decided.held_back`). A task
    without a state is not filed; knots of needs never become ready."""
    graph = task_graph(tasks)
    now = {name: states.get(name, UNFILED) for name in graph.needs}
    missing = {
        name: tuple(need for need in needs if now[need].kind != "completed")
        for name, needs in graph.needs.items()
    }
    stages = {name: _stage(now[name], missing[name], name in held) for name in graph.needs}
    return Readiness(
        stages,
        tuple(name for name, stage in stages.items() if stage == "ready"),
        {name: missing[name] for name, stage in stages.items() if stage == "waiting"},
        tuple(_questions(graph, now)),
    )


def stages_once_filed(
    tasks: Iterable[Task], states: Mapping[str, TaskState], new: Iterable[str], held: Collection[str] = ()
) -> Mapping[str, Stage]:
    """The stages when the tasks `new` have their issues: by these the issues get their first labels."""
    return ready_set(tasks, {**states, **dict.fromkeys(new, TaskState("open"))}, held).stages


def _stage(state: TaskState, missing: tuple[str, ...], held: bool) -> Stage:
    if state.kind == "completed":
        return "done"
    if state.kind == "not_planned":
        return "dropped"
    if state.kind == "unfiled":
        return "unfiled"
    if missing:
        return "waiting"
    return "held" if held else "working" if state.at_work else "ready"


def _questions(graph: Graph, now: Mapping[str, TaskState]) -> Iterable[Question]:
    for name, state in now.items():
        if state.kind != "not_planned":
            continue
        waits = [one for one in now if one != name and _unfinished(now[one]) and graph.reaches(one, name)]
        if waits:
            yield Question(name, state.number, tuple(waits))


def _unfinished(state: TaskState) -> bool:
    return state.kind in ("open", "unfiled")


def occasion(task: Task, states: Mapping[str, TaskState]) -> str:
    """Names the situation of a task by its own state and those it needs. It stays the same while nothing
    happens to them, so that a label which people then take off, or put on, is left to them.
    """
    told = [(name, states.get(name, UNFILED)) for name in (task.id, *sorted(set(task.depends_on)))]
    return text_digest("\n".join(f"{name} {one.kind} {one.since}" for name, one in told))[:16]
