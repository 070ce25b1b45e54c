"""How far a plan is: which of its tasks are done, which can be started, and what the others wait for. Pure.

What is done is told by the ticked boxes of the plan's documents and by milestones that are done; nothing else
is kept, so that there is no second truth to disagree with them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from bot.plan.decided import held_back, waiting
from bot.plan.graph import HOURS, Graph, natural, task_graph
from bot.plan.model import Plan, Task

State = Literal["done", "ready", "waiting", "held"]


@dataclass(frozen=True)
class Progress:
    """A plan and the ids of its finished tasks; ids that the plan does not have say nothing."""

    plan: Plan
    done: frozenset[str]

    @cached_property
    def graph(self) -> Graph:
        return task_graph(self.plan.tasks)

    @cached_property
    def held_back(self) -> frozenset[str]:
        """The tasks that no one may start before a major decision is made; finished ones are over."""
        return held_back(self.plan) - self.done

    @cached_property
    def _left(self) -> Mapping[str, float]:
        """The hours from the start of each task to the end of the longest chain that needs it."""
        hours = {task.id: HOURS[task.effort] for task in self.plan.tasks}
        after: dict[str, float] = dict.fromkeys(self.graph.needs, 0.0)
        for name in reversed(self.graph.order):
            for need in self.graph.needs[name]:
                after[need] = max(after[need], after[name] + hours[name])
        return {name: after[name] + hours[name] for name in after}

    def needs(self, name: str) -> tuple[str, ...]:
        """What must be done before a task and is not."""
        return tuple(one for one in self.graph.needs[name] if one not in self.done)

    def decisions(self, name: str) -> tuple[str, ...]:
        """The major decisions that a task waits for, its own and those of what it needs."""
        chain = {name, *self.graph.ancestors(name)}
        return tuple(one for one, tasks in waiting(self.plan).items() if chain.intersection(tasks))

    def state(self, name: str) -> State:
        """`held` is what an open decision keeps back, `waiting` what only needs other tasks."""
        if name in self.done:
            return "done"
        if name in self.held_back:
            return "held"
        return "waiting" if self.needs(name) else "ready"

    @cached_property
    def ready(self) -> tuple[Task, ...]:
        """The tasks that can be started now, those with the longest chain behind them first."""
        found = [task for task in self.plan.tasks if self.state(task.id) == "ready"]
        return tuple(sorted(found, key=lambda task: (-self._left[task.id], natural(task.id))))

    @cached_property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return all(task.id in self.done for task in self.plan.tasks)


def progress(plan: Plan, ticked: Collection[str]) -> Progress:
    """How far a plan is; `ticked` are the tasks that its documents show as done."""
    closed = {one.id for one in plan.roadmap.milestones if one.status == "done"}
    done = {task.id for task in plan.tasks if task.id in ticked or task.milestone in closed}
    return Progress(plan, frozenset(done))
