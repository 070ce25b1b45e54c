"""Which item of a list is which of another version of it: by ids, paths or names, else by what they say.
Knows data only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from bot.plan.safe_text import plain

_NAMES = ("path", "name")
_MOST_PAIRS = 10_000


def key_of(*lists: Sequence[Any]) -> str:
    """By what the items of all these lists are told apart: "id", "path" or "name"; "" when by nothing."""
    items = [one for one in lists for one in one]
    if not items or not all(isinstance(one, dict) for one in items):
        return ""
    names = ("id",) if any("id" in one for one in items) else _NAMES
    return next((name for name in names if all(_differ(one, name) for one in lists)), "")


def _differ(items: Sequence[Mapping[str, Any]], name: str) -> bool:
    held = [one.get(name) for one in items]
    return all(isinstance(one, str) and one for one in held) and len(set(held)) == len(held)


def pairs(after: Sequence[Any], before: Sequence[Any], *, same: bool = False) -> dict[int, int]:
    """Which item of `after` was which of `before`, by index: by name, else those that say the same, else
    those that stand at the same place between such ones. An id that is new is a new item. With `same` all
    items of `after` are of `before`, though said in other words or in another order."""
    name = key_of(after, before)
    if name:
        known = {one[name]: at for at, one in enumerate(before)}
        found = {at: known[one[name]] for at, one in enumerate(after) if one[name] in known}
    else:
        found = _equal(after, before)
    if name == "id":
        return found
    found = _between(found, after, before)
    if same:
        left, rest = (
            [at for at in range(len(items)) if at not in taken]
            for items, taken in ((after, found.keys()), (before, set(found.values())))
        )
        found |= _alike(after, before, left, rest)
    return found


def _equal(after: Sequence[Any], before: Sequence[Any]) -> dict[int, int]:
    found: dict[int, int] = {}
    left: dict[str, list[int]] = {}
    shared = _shared(after, before)
    for at, one in enumerate(before):
        left.setdefault(_said(one, shared), []).append(at)
    for at, one in enumerate(after):
        there = left.get(_said(one, shared), [])
        if there:
            found[at] = there.pop(there.index(at) if at in there else 0)
    return found


def _shared(after: Sequence[Any], before: Sequence[Any]) -> frozenset[str]:
    """The fields that the items of both lists have."""
    names = [set(one) for items in (after, before) for one in items[:1] if isinstance(one, dict)]
    return frozenset(set.intersection(*names)) if names else frozenset()


def _said(one: Any, shared: frozenset[str]) -> str:
    if isinstance(one, dict):
        one = {name: value for name, value in one.items() if name in shared}
    return json.dumps(_plain(one), sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [*map(_plain, value)]
    return plain(value) if isinstance(value, str) else value


def _between(found: dict[int, int], after: Sequence[Any], before: Sequence[Any]) -> dict[int, int]:
    """Items that stand between the same two known ones are the same in their order."""
    whole = dict(found)
    taken = set(found.values())
    if sorted(found.values()) != [was for _, was in sorted(found.items())]:
        rest = [at for at in range(len(before)) if at not in taken]
        lost = [at for at in range(len(after)) if at not in found]
        return {**whole, **dict(zip(lost, rest, strict=False))} if len(rest) == len(lost) else whole
    ends = [(-1, -1), *sorted(found.items()), (len(after), len(before))]
    for (first, was), (last, will) in pairwise(ends):
        gap, old = range(first + 1, last), range(was + 1, will)
        whole |= dict(zip(gap, old, strict=True)) if len(gap) == len(old) else _alike(after, before, gap, old)
    return whole


def _alike(
    after: Sequence[Any], before: Sequence[Any], gap: Sequence[int], old: Sequence[int]
) -> dict[int, int]:
    """The items of two stretches that have the most in common, the most alike first."""
    found: dict[int, int] = {}
    if len(gap) * len(old) > _MOST_PAIRS:
        return dict(zip(gap, old, strict=False))
    likeness = [(_likeness(after[at], before[was]), -abs(at - was), at, was) for at in gap for was in old]
    for like, _, at, was in sorted(likeness, reverse=True):
        if like > 0 and at not in found and was not in found.values():
            found[at] = was
    return found


def _likeness(one: Any, other: Any) -> float:
    """How much two items have in common, from 0 to 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        names = one.keys() & other.keys()
        return sum(_likeness(one[name], other[name]) for name in names) / len(names) if names else 0.0
    if isinstance(one, str) and isinstance(other, str) and one != other:
        words, others = set(one.split()), set(other.split())
        return len(words & others) / len(words | others) if words and others else 0.0
    return float(one == other)
