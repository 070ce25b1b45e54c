"""One of several drafts, without a judge: the one most like the others among those that cover most.

Where the drafts differ the issue left something open; that is told, not smoothed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.author.stages.scoring import mean
from bot.plan.model import Plan
from bot.plan.similarity import jaccard

# The ways that several drafts are asked to go. One of them is always the smallest change.
WAYS = (
    "the smallest change that meets every demand.",
    "the change that fits the structure of the repository best, even where more files change.",
    "the change that is safest to release: in steps that can each be taken back.",
)


@dataclass(frozen=True, slots=True)
class Selected:
    """The place of the selected plan, and how alike the drafts are, from 0 to 1."""

    at: int
    likeness: float


def selected(plans: Sequence[Plan]) -> Selected:
    """The medoid of the plans that cover most demands; of equals the one with fewer files, then the first."""
    sets = [touched(plan) for plan in plans]
    likeness = [mean(jaccard(one, other) for other in sets if other is not one) for one in sets]
    covered = [sum(each.disposition == "task" for each in plan.obligations) for plan in plans]
    files = [len({each.path for task in plan.tasks for each in task.files}) for plan in plans]
    order = sorted(range(len(plans)), key=lambda at: (-covered[at], -likeness[at], files[at], at))
    return Selected(order[0], mean(likeness))


def touched(plan: Plan) -> frozenset[tuple[str, str]]:
    """What a plan does, as a set that can be compared: changed files, files for demands, commands."""
    files = {(each.change, each.path) for task in plan.tasks for each in task.files}
    pairs = {(demand, each.path) for task in plan.tasks for demand in task.covers for each in task.files}
    commands = {("run", command) for task in plan.tasks for command in task.commands}
    return frozenset(files | pairs | commands)


def disputed(plans: Sequence[Plan]) -> tuple[str, ...]:
    """The files that some drafts change and others do not, those of the fewest drafts first."""
    changed = [{each.path for task in plan.tasks for each in task.files} for plan in plans]
    everywhere = set.intersection(*changed) if changed else set()
    held = {path: sum(path in each for each in changed) for path in set().union(*changed) - everywhere}
    return tuple(sorted(held, key=lambda path: (held[path], path)))
