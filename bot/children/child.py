"""What a child issue is to be: one for each task of a plan, in the order in which they are filed.

Its key survives replans and retitling. Which may be started is not said here: that depends on the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Literal

from bot.children.body import Subject, part_for
from bot.children.keys import key_of
from bot.errors import UserError
from bot.plan.decided import held_back, waiting
from bot.plan.fanout import RISKY, FanoutTask, fanout
from bot.plan.graph import Graph, natural, task_graph
from bot.plan.model import Plan, Role, Task
from bot.plan.safe_text import clipped, plain, title

MAX_TITLE = 200
QUEUES: Mapping[Role, tuple[str, ...]] = {
    "developer": ("autonomous", "ready"),
    "planner": ("autonomous", "ready"),
    "qa": ("qa-ready",),
}
QUEUED = frozenset(label for labels in QUEUES.values() for label in labels)
DONE_STAGE = -1


@dataclass(frozen=True, slots=True)
class Choices:
    """What a repository chose. `cap`: how many children of a plan are open at once, 1 to 100. `milestones`:
    whether those of later milestones are filed before the active one is finished. `risky`: whether queues may
    start tasks of high risk."""

    cap: int = 8
    milestones: Literal["active", "all"] = "active"
    risky: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """The planned issue and where its plan is read: `url` of the issue, `plan_url` of the plan's contract on
    the default branch (not at a commit: it stays the same over replans), `full_name` owner/name. All but the
    title may be ""."""

    title: str
    url: str = ""
    full_name: str = ""
    plan_url: str = ""


@dataclass(frozen=True, slots=True)
class Child:
    """One child issue. `part` is our text without its markers; `labels` are those that hold whatever state it
    is in; `needs` are keys. `stage` is 0 for what the active milestone needs, counts later milestones from 1
    and is -1 where the milestone is done. `held` names the decisions it waits for, `by_hand` why no queue may
    start it; both "" for nothing.
    """

    key: str
    task: str
    title: str
    part: str
    role: Role = "developer"
    labels: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    milestone: str = ""
    stage: int = 0
    held: str = ""
    by_hand: str = ""


def children_of(plan: Plan, *, config: Choices, source: Source) -> tuple[Child, ...]:
    """One child for each task: earlier milestones first, none before what it needs.

    UserError "doubled-task" when two tasks have one id: nobody could tell their children apart.
    """
    _refuse_doubles(plan)
    graph = task_graph(plan.tasks)
    stages = _stages(plan, graph, config)
    held = _held(plan, graph)
    tasks = {task.id: task for task in plan.tasks}
    told = {one.key: one for one in fanout(plan).tasks}
    return tuple(
        _child(plan, tasks[name], told[name], graph, source, stages[name], held.get(name, ""), config)
        for name in _filing_order(graph, stages)
    )


def _child(
    plan: Plan,
    task: Task,
    told: FanoutTask,
    graph: Graph,
    source: Source,
    stage: int,
    held: str,
    config: Choices,
) -> Child:
    subject = Subject(plan, task, told, graph.needs[task.id], held, source)
    return Child(
        key_of(plan.issue, task.id),
        task.id,
        _title(plan.issue, told.title),
        part_for(subject),
        task.role,
        tuple(label for label in told.labels if label not in QUEUED),
        tuple(key_of(plan.issue, name) for name in graph.needs[task.id]),
        task.milestone,
        stage,
        held,
        _by_hand(task, config),
    )


def _title(issue: int, words: str) -> str:
    lead = f"[Plan #{issue}] "
    return lead + clipped(title(words), MAX_TITLE - len(lead))


def _by_hand(task: Task, config: Choices) -> str:
    if task.risk_class in RISKY and not config.risky:
        return f"its risk is {task.risk_class}"
    return "it only repeats the issue's words" if task.origin == "extracted" else ""


def _refuse_doubles(plan: Plan) -> None:
    seen: set[str] = set()
    for task in plan.tasks:
        if task.id in seen:
            reason = f"Two tasks of the plan are called {clipped(task.id, 40)}."
            raise UserError("doubled-task", reason, "Give each task an id of its own; nothing was filed.")
        seen.add(task.id)


def _held(plan: Plan, graph: Graph) -> dict[str, str]:
    """The decisions that each task waits for, its own and those of what it needs, in words."""
    naming = waiting(plan)
    return {
        name: "; ".join(_open_ones(plan, naming, graph.ancestors(name) | {name})) for name in held_back(plan)
    }


def _open_ones(plan: Plan, naming: Mapping[str, tuple[str, ...]], chain: frozenset[str]) -> Iterator[str]:
    for one in plan.decisions:
        if chain.intersection(naming.get(one.id, ())):
            yield f"{one.id}: {clipped(plain(one.question), 160)}" + (f" (#{one.issue})" if one.issue else "")


def _stages(plan: Plan, graph: Graph, config: Choices) -> dict[str, int]:
    """How late each task is filed. What an early task needs comes as early as that task."""
    queued = [one for one in plan.roadmap.milestones if one.status == "queued"]
    order = Graph.of((one.id, one.dependencies) for one in queued).order
    own = {one.id: DONE_STAGE if one.status == "done" else 0 for one in plan.roadmap.milestones}
    own |= {name: at if config.milestones == "active" else 0 for at, name in enumerate(order, start=1)}
    stages = {task.id: own.get(task.milestone, 0) for task in plan.tasks}
    for name in reversed(graph.order):
        for need in graph.needs[name]:
            if stages[name] != DONE_STAGE:
                stages[need] = min(stages[need], stages[name])
    return stages


def _filing_order(graph: Graph, stages: Mapping[str, int]) -> list[str]:
    """By stage, otherwise as the plan lists them, after what they need; knots come last."""
    place = {name: at for at, name in enumerate(graph.needs)}
    left = {name: len(needs) for name, needs in graph.needs.items()}
    users: dict[str, list[str]] = {name: [] for name in graph.needs}
    for name, needs in graph.needs.items():
        for need in needs:
            users[need].append(name)
    heap = sorted((stages[name], place[name], name) for name, count in left.items() if not count)
    order: list[str] = []
    while heap:
        _, _, name = heappop(heap)
        order.append(name)
        for user in users[name]:
            left[user] -= 1
            if not left[user]:
                heappush(heap, (stages[user], place[user], user))
    knots = sorted(set(graph.needs) - set(order), key=lambda name: (stages[name], natural(name)))
    return [*order, *knots]
