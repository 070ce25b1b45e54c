"""Which boxes of a plan's document are done when these tasks are: those of a task that is completed, and of a
milestone whose tasks all are. Boxes that people ticked are theirs and not looked at."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from bot.children.standing import TaskState
from bot.plan.formats.labelled import number
from bot.plan.formats.spec_kit import numbers
from bot.plan.markdown import plain
from bot.plan.model import Plan
from bot.plan.safe_text import inline
from bot.plan.ticks import Box, ticked

_OPEN = re.compile(r"\[ \]")
_STEP = re.compile(r"Step (\S{1,60}) – ")
_ACTIVE = "Active milestone"


def ticks(plan: Plan, states: Mapping[str, TaskState], text: str) -> frozenset[Box]:
    """The boxes of `text`, a document of the plan, that are done; to be ticked by `with_ticks`."""
    tasks = {task.id for task in plan.tasks if _is_done(states.get(task.id))}
    milestones = set(_finished(plan, tasks))
    if not tasks and not milestones:
        return frozenset()
    spec_kit = {name for task, name in numbers(plan, text).items() if task in tasks}
    done = _Done(plan, tasks, milestones, spec_kit)
    return frozenset(box for box in ticked(_OPEN.sub("[x]", text)) if done.holds(box))


def _is_done(state: TaskState | None) -> bool:
    return state is not None and state.kind == "completed"


def _finished(plan: Plan, done: Collection[str]) -> Iterator[str]:
    for one in plan.roadmap.milestones:
        names = [task.id for task in plan.tasks if task.milestone == one.id]
        if one.status == "done" or (names and all(name in done for name in names)):
            yield one.id


class _Done:
    """The words by which boxes of what is done are known: ids, steps, numbers of Spec Kit, and what
    milestones accept."""

    def __init__(
        self, plan: Plan, tasks: Collection[str], milestones: Collection[str], numbered: Collection[str]
    ) -> None:
        self.numbered = numbered
        self.ids = {_read(name) for name in (*tasks, *milestones)}
        self.steps = {plain(inline(number(name))) for name in tasks}
        active = [one for one in plan.roadmap.milestones if one.status == "active"]
        accepted = {one.id: {_read(text) for text in one.acceptance} for one in active}
        still = {text for name, texts in accepted.items() if name not in milestones for text in texts}
        self.accepted = {text for texts in accepted.values() for text in texts} - still

    def holds(self, box: Box) -> bool:
        if box.heading in self.ids or box.text in self.ids:
            return True
        if box.heading == _ACTIVE:
            return box.text in self.accepted
        step = _STEP.match(box.text)
        return step[1] in self.steps if step else box.text.partition(" ")[0] in self.numbered


def _read(text: str) -> str:
    return plain(inline(text))
