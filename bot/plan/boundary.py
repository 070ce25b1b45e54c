"""How far a task may reach: which files it may change and how many, and what of a set of changed files lies
outside. Pure.

The plan's own documents are no part of the work and never count: whoever finishes a task ticks it there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from bot.effects import PLAN_FILE
from bot.plan.contract import contract_path
from bot.plan.fanout import fanout_path
from bot.plan.graph import natural, writes
from bot.plan.model import Plan, Task


def is_within(path: str, place: str) -> bool:
    """Whether a path is a place, lies below it, or fits its pattern (`*` goes over slashes too)."""
    return path == place or fnmatchcase(path, place) or path.startswith(place.rstrip("/*") + "/")


@dataclass(frozen=True, slots=True)
class Boundary:
    """Places a task may change ("nothing named" means anywhere), places it may not, and how many files."""

    allowed: tuple[str, ...]
    denied: tuple[str, ...]
    most: int
    own: tuple[str, ...] = ()

    def crossed(self, changed: Iterable[str]) -> Crossing:
        """What of the changed files (paths from the root of the repository) lies outside."""
        counted = [one for one in dict.fromkeys(changed) if not _fits(one, self.own)]
        denied = tuple(one for one in counted if _fits(one, self.denied))
        outside = tuple(
            one for one in counted if self.allowed and one not in denied and not _fits(one, self.allowed)
        )
        return Crossing(len(counted), self.most, outside, denied)


@dataclass(frozen=True, slots=True)
class Crossing:
    """Changed files that count, how many may be, and those that are not allowed or denied."""

    files: int
    most: int
    outside: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return not (self.outside or self.denied or self.files > self.most)


def boundary(plan: Plan, task: Task) -> Boundary:
    """The boundary of a task. What its own list of files names is allowed as well."""
    listed = tuple(sorted(writes(task), key=natural))
    allowed = tuple(dict.fromkeys((*task.allowed_paths, *listed)))
    return Boundary(allowed, task.denied_paths, task.max_diff_scope, _own(plan))


def _own(plan: Plan) -> tuple[str, ...]:
    folder = f"specs/{plan.issue}-{plan.slug}"
    export = f"EXPORT/plan_{plan.slug}.md"
    json = (contract_path(plan.issue), fanout_path(plan.issue), f".agent/evidence/{plan.issue}-*.json")
    return (PLAN_FILE, folder, export, *json)


def _fits(path: str, places: Iterable[str]) -> bool:
    return any(is_within(path, place) for place in places)
