"""What two versions of data say differently, and the same difference made in a third one. Knows data only: no
plan, no document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.plan.contract import ABSENT
from bot.plan.editing.pairing import key_of, pairs
from bot.plan.editing.reword import reworded
from bot.plan.formats.companions import Contradiction

Way = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """One difference. `way` leads to it, items by their ids: ("tasks", "T3", "title"). ABSENT stands for what
    one of the versions does not have."""

    way: Way
    before: Any
    after: Any


class Order(list[str]):
    """The names of a list's items, where the order is what differs."""


@dataclass(frozen=True, slots=True)
class Clash:
    """The same part, changed in two ways."""

    way: Way
    one: Any
    other: Any


def edits(before: Any, after: Any, way: Way = ()) -> Iterator[Edit]:
    """Where two versions differ. Items without names are compared by their places when their number is the
    same, else all at once; parts that `after` does not tell are passed over."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name, one in after.items():
            yield from edits(before.get(name, ABSENT), one, (*way, name))
    elif isinstance(before, list) and isinstance(after, list) and (name := key_of(before, after)):
        mine, theirs = ({one[name]: one for one in items} for items in (before, after))
        both = [Order(one for one in items if one in mine and one in theirs) for items in (mine, theirs)]
        if both[0] != both[1]:
            yield Edit(way, *both)
        for key in dict.fromkeys([*mine, *theirs]):
            yield from edits(mine.get(key, ABSENT), theirs.get(key, ABSENT), (*way, key))
    elif _are_rows(before) and _are_rows(after) and len(before) == len(after):
        for at, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from edits(one, other, (*way, str(at)))
    elif before != after:
        yield Edit(way, before, after)


def _are_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def told(value: Any, way: Way) -> Any:
    """What data says at a way; ABSENT when it has no such part."""
    for step in way:
        if isinstance(value, dict):
            value = value.get(step, ABSENT)
        elif isinstance(value, list) and (name := key_of(value)):
            value = next((one for one in value if one[name] == step), ABSENT)
        elif _are_rows(value) and step.isdigit():
            value = value[int(step)] if int(step) < len(value) else ABSENT
        else:
            return ABSENT
    return value


def settled(before: Any, after: Any, clashes: list[Clash], way: Way = ()) -> Any:
    """`after`, with one voice: of two documents that tell the same part differently the one counts that was
    changed. When both were, that is a clash."""
    if isinstance(after, Contradiction):
        changed = [one for one in after if one != before]
        if len(changed) == 2:
            clashes.append(Clash(way, *changed))
        return changed[0] if changed else after[0]
    if isinstance(after, dict):
        known = before if isinstance(before, dict) else {}
        return {
            name: settled(known.get(name, ABSENT), one, clashes, (*way, name)) for name, one in after.items()
        }
    if isinstance(after, list):
        name = key_of(after)
        return (
            [settled(told(before, (one[name],)), one, clashes, (*way, one[name])) for one in after]
            if (name)
            else after
        )
    return after


@dataclass
class Patch:
    """Makes a difference in other data.

    `exact`: the target is told in full, so that a part which differs from `before` was changed there as well;
    else it is what the documents were made from, and may say more than they do. `made` completes new items of
    the list at a way.
    """

    exact: bool = False
    made: Callable[[Way, Any], Any] = lambda way, item: item
    clashes: list[Clash] = field(default_factory=list)

    def applied(self, target: Any, before: Any, after: Any, way: Way = ()) -> Any:
        """`target` with the difference between `before` and `after`."""
        if before == after:
            return target
        if isinstance(after, dict) and (isinstance(target, dict) or target is None):
            return self._object(target or {}, before if isinstance(before, dict) else {}, after, way)
        lists = isinstance(after, list) and isinstance(target, list) and isinstance(before, list)
        if lists and (key_of(target, before, after) or not self.exact):
            return _List(self, target, before, after, way).applied()
        if self.exact and target not in (before, after):
            self.clashes.append(Clash(way, target, after))
        texts = isinstance(target, str) and isinstance(before, str) and isinstance(after, str)
        return reworded(target, before, after) if texts and not self.exact else after

    def _object(self, target: Mapping[str, Any], before: Mapping[str, Any], after: Any, way: Way) -> Any:
        changed = {
            name: self.applied(target.get(name), before.get(name, ABSENT), one, (*way, name))
            for name, one in after.items()
            if before.get(name, ABSENT) != one
        }
        return {**target, **changed}


class _List:
    """One list of a patch. Indexes lead from `after` to `before`, and from `before` to `target`."""

    def __init__(self, patch: Patch, target: list[Any], before: list[Any], after: list[Any], way: Way):
        self.patch, self.way = patch, way
        self.target, self.before, self.after = target, before, after
        self.came = pairs(after, before)
        self.held = pairs(before, target, same=not patch.exact)
        self.name = key_of(target, before, after)

    def applied(self) -> list[Any]:
        shown = set(self.held.values())
        gone = {self.held[at] for at in range(len(self.before)) if at in self.held} - {
            self.held[at] for at in self.came.values() if at in self.held
        }
        gone = {at for at in gone if self._may_go(at)}
        merged = {at: self._merged(at) for at in range(len(self.after))}
        placed = {self.held[was]: at for at, was in self.came.items() if was in self.held}
        order: list[tuple[str, int]] = [("kept", at) for at in range(len(self.target)) if at not in gone]
        if self._moved():
            order = self._in_new_order(order, placed, shown)
        for at in range(len(self.after)):
            if at in placed.values() or merged[at] is ABSENT:
                continue
            order.insert(self._behind(order, placed, at), ("new", at))
        return [
            merged[at] if kind == "new" else merged[placed[at]] if at in placed else self.target[at]
            for kind, at in order
        ]

    def _merged(self, at: int) -> Any:
        item, was = self.after[at], self.came.get(at)
        way = (*self.way, self._named(item, at))
        if was is None:
            return self._new(item, way)
        if was in self.held:
            return self.patch.applied(self.target[self.held[was]], self.before[was], item, way)
        if self.before[was] == item and self.target:
            return ABSENT  # computed, and still is
        if self.patch.exact and self.before[was] != item:
            self.patch.clashes.append(Clash(way, ABSENT, item))
        return ABSENT if self.patch.exact else self.patch.made(self.way, item)

    def _new(self, item: Any, way: Way) -> Any:
        if self.patch.exact and self.name:
            mine = told(self.target, (item[self.name],))
            if mine is not ABSENT:
                if mine != item:
                    self.patch.clashes.append(Clash(way, mine, item))
                return ABSENT
        return self.patch.made(self.way, item)

    def _may_go(self, at: int) -> bool:
        """Whether a removed item was not changed in the target at the same time."""
        was = next(was for was, held in self.held.items() if held == at)
        if self.patch.exact and self.target[at] != self.before[was]:
            way = (*self.way, self._named(self.target[at], at))
            self.patch.clashes.append(Clash(way, self.target[at], ABSENT))
            return False
        return True

    def _named(self, item: Any, at: int) -> str:
        return str(item[self.name]) if self.name else str(at)

    def _moved(self) -> bool:
        before = [was for _, was in sorted(self.came.items())]
        return before != sorted(before)

    def _in_new_order(
        self, order: list[tuple[str, int]], placed: Mapping[int, int], shown: set[int]
    ) -> list[tuple[str, int]]:
        """What the documents show in their order, in the places where something shown stood."""
        wanted = iter(sorted((one for one in order if one[1] in placed), key=lambda one: placed[one[1]]))
        return [next(wanted) if one[1] in placed else one for one in order]

    def _behind(self, order: list[tuple[str, int]], placed: Mapping[int, int], at: int) -> int:
        """Where a new item goes: behind the one that it stands behind in the document."""
        targets = {now: held for held, now in placed.items()}
        for earlier in range(at - 1, -1, -1):
            for one in (("new", earlier), ("kept", targets.get(earlier, -1))):
                if one in order:
                    return order.index(one) + 1
        return 0 if self.after[at + 1 :] else len(order)
