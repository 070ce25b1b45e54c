"""What came of reading edits back: the plan, the changes by the ids of what changed, and what has to be
asked. Data and words only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from bot.plan.contract import ABSENT
from bot.plan.editing.patch import Edit
from bot.plan.findings import Location
from bot.plan.model import Plan
from bot.plan.prose import short

Kind = Literal["added", "removed", "changed", "done", "undone"]
_ID_LISTS = frozenset({
    "tasks", "milestones", "decisions", "assumptions", "questions", "obligations", "functional", "qualities",
    "rules", "criteria", "streams", "phases",
})  # fmt: skip
_FACET = (0, "streams")  # the part of the plan in which the list of streams is
_TITLES = ("title", "text", "question", "name")
_MOST = 80


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the plan. `item` is the id of what changed, "" for the plan itself; `pointer` leads to it
    by ids: "/tasks/T3/title". A box that somebody ticked is "done"; its words are the field when it is not a
    step's. `before` and `after` are plain data, None where there is nothing."""

    kind: Kind
    item: str
    field: str
    pointer: str
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        if self.kind in ("done", "undone"):
            said = f"{self.item} '{short(self.field, _MOST)}'".strip() if self.field else self.item
            return f"{said} {'done' if self.kind == 'done' else 'not done any more'}"
        if not self.field:
            return f"{self.item} {self.kind}{_title(self.after)}"
        what = f"{self.item} {self.field}".strip()
        if isinstance(self.before, list) and isinstance(self.after, list):
            return f"{what}: {_items(self.before, self.after)}"
        return f"{what}: {_shown(self.before)} → {_shown(self.after)}"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that a person has to settle: nothing is written while there is one."""

    message: str
    at: Location | None = None
    pointer: str = ""

    def __str__(self) -> str:
        return f"{self.at}: {self.message}" if self.at else self.message


@dataclass(frozen=True, slots=True)
class ReadBack:
    """`plan` holds every change that could be made; it is to be written only when there is no doubt."""

    plan: Plan
    changes: tuple[Change, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    @property
    def plan_changed(self) -> bool:
        """Whether the plan itself is another one; ticked boxes are progress and no part of it."""
        return any(change.kind not in ("done", "undone") for change in self.changes)


def change_of(edit: Edit) -> Change:
    """A difference of two plans, in words for people."""
    lists = (at for at, step in enumerate(edit.way[:-1]) if step in _ID_LISTS and (at, step) != _FACET)
    at = max(lists, default=-2) + 1
    item = edit.way[at] if at > 0 else ""
    field = ".".join(edit.way[at + 1 :] if at > 0 else edit.way)
    before, after = (None if one is ABSENT else one for one in (edit.before, edit.after))
    kind: Kind = "added" if edit.before is ABSENT else "removed" if edit.after is ABSENT else "changed"
    return Change(kind, item, field, pointer_of(edit.way), before, after)


def pointer_of(way: tuple[str, ...]) -> str:
    """A way as a JSON Pointer in which ids stand for places in lists."""
    return "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in way)


def _title(item: Any) -> str:
    text = next((item[name] for name in _TITLES if item.get(name)), "") if isinstance(item, dict) else ""
    return f": {short(str(text), _MOST)}" if text else ""


def _items(before: list[Any], after: list[Any]) -> str:
    """What came into a list and what left it."""
    gone = [f"without {_shown(one)}" for one in before if one not in after]
    new = [f"with {_shown(one)}" for one in after if one not in before]
    return "; ".join([*gone, *new]) or "in another order"


def _shown(value: Any) -> str:
    """A value on one line; the names of items stand for the items."""
    if value is None or value in ("", []):
        return "nothing"
    if isinstance(value, dict):
        value = (
            value.get("id")
            or value.get("path")
            or value.get("name")
            or "; ".join(_shown(one) for one in value.values() if one)
        )
    if isinstance(value, list):
        value = ", ".join(map(_shown, value))
    return short(str(value), _MOST)
