"""Ids that stay: a patched draft put back into the plan it was made of, so that what is kept keeps its id and
all that a draft does not say, and what is new gets an id that nothing ever had.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from bot.author.patches import Patch, tokens
from bot.author.stages.revising import part
from bot.plan.draft import without_nulls
from bot.plan.model import Plan
from bot.revising.concern import CLOSED
from bot.revising.pointing import items_in

_ID = re.compile(r"([A-Z]{1,4}-?)(\d{1,9})[a-z]?")
_FOLLOWS = ("disposition", "by", "reason")  # what becomes of a demand; its words are the issue's


@dataclass(frozen=True, slots=True)
class Kept:
    """Patches that leave ids alone, and why others are refused."""

    patches: tuple[Patch, ...]
    refused: tuple[str, ...]


def keeping_ids(draft: Mapping[str, Any], patches: Iterable[Patch]) -> Kept:
    """The patches with the id of each item that they replace as a whole; those of ids themselves, and of
    what is never another, are refused."""
    known = {pointer: name for name, pointer in items_in(draft)}
    kept, refused = list[Patch](), list[str]()
    for patch in patches:
        parent, _, last = patch.pointer.rpartition("/")
        if (last == "id" and parent in known) or _is_closed(patch.pointer):
            refused.append(f"{patch.op} {patch.pointer[:200]}: it stays as it is")
        elif patch.op == "replace" and patch.pointer in known:
            kept.append(patch.model_copy(update={"value": _with_id(patch.value, known[patch.pointer])}))
        else:
            kept.append(patch)
    return Kept(tuple(kept), tuple(refused))


def _is_closed(pointer: str) -> bool:
    steps = tokens(pointer)
    if steps[:1] == ("obligations",):
        return len(steps) < 3 or steps[2] not in _FOLLOWS
    return any(steps[: len(closed)] == closed for closed in map(tokens, CLOSED))


def _with_id(value: str, name: str) -> str:
    try:
        item = json.loads(value)
    except (ValueError, RecursionError):
        return value  # applying it will say so
    return json.dumps({**item, "id": name}) if isinstance(item, dict) else value


def renumbered(before: Mapping[str, Any], after: dict[str, Any], retired: Set[str]) -> dict[str, Any]:
    """The patched draft in which every new item has the next free id of its kind, and is named by it."""
    known = {name for name, _ in items_in(before)}
    taken = known | retired
    seen, new = set[str](), dict[str, str]()
    for name, pointer in [*items_in(after)]:
        if name in known and name not in seen:
            seen.add(name)
            continue
        fresh = _next(name, pointer, before, taken)
        taken = taken | {fresh}
        part(after, pointer)["id"] = fresh
        new.setdefault(name, fresh)
    moved = {old: fresh for old, fresh in new.items() if old not in seen}
    return _renamed(after, moved) if moved else after


def _next(name: str, pointer: str, before: Mapping[str, Any], taken: Iterable[str]) -> str:
    """The first number above all that were ever used, with the prefix of the items beside it."""
    beside = part(before, pointer.rpartition("/")[0])
    names = [str(one.get("id", "")) for one in beside or () if isinstance(one, dict)]
    found = next((match for one in (*names, name) if (match := _ID.fullmatch(one))), None)
    prefix = found[1] if found else {"/tasks": "T"}.get(pointer.rpartition("/")[0], "X-")
    numbers = (int(match[2]) for one in taken if (match := _ID.fullmatch(one)) and match[1] == prefix)
    return f"{prefix}{max(numbers, default=0) + 1}"


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """The data with these ids called by others wherever a text is one of them."""
    if isinstance(value, dict):
        return {key: one if key == "id" else _renamed(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    return names.get(value, value) if isinstance(value, str) else value


def bridged(before: Mapping[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The draft in which tasks that depended on one that is gone depend on what that one depended on."""
    needs = {one["id"]: one.get("depends_on") or [] for one in before.get("tasks") or ()}
    left = {one.get("id") for one in after.get("tasks") or () if isinstance(one, dict)}
    for one in after.get("tasks") or ():
        if isinstance(one, dict) and isinstance(one.get("depends_on"), list):
            found = dict.fromkeys(_through(one["depends_on"], needs, left))
            one["depends_on"] = [name for name in found if name != one.get("id")]
    return after


def _through(
    names: Iterable[Any], needs: Mapping[str, list[str]], left: Set[Any], passed: tuple[Any, ...] = ()
) -> Iterator[Any]:
    for name in names:
        if name in left or name not in needs:
            yield name
        elif name not in passed:
            yield from _through(needs[name], needs, left, (*passed, name))


def merged(plan: Plan, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The data of the plan with what the patched draft says otherwise than the draft before. What a model
    wrote is said to be its own."""
    whole: dict[str, Any] = plan.model_dump(mode="json")
    data = _merged(whole, before, after)
    assert isinstance(data, dict)
    data["obligations"] = [*_obligations(whole, data)]
    return data


def _merged(was: Any, before: Any, after: Any) -> Any:
    if before == after:
        return was
    if isinstance(after, dict) and isinstance(was, dict):
        told = before if isinstance(before, dict) else {}
        said = {
            name: _merged(was.get(name), told.get(name), one)
            for name, one in after.items()
            if one is not None
        }
        kept = {name: one for name, one in was.items() if name not in after}
        mine = {"origin": "model"} if "origin" in was else {}
        return {**kept, **said, **mine}
    if isinstance(after, list) and isinstance(was, list) and _have_ids(was, after):
        known, told = ({one["id"]: one for one in items} for items in (was, before or ()))
        return [
            _merged(known[one["id"]], told.get(one["id"]), one) if one["id"] in known else without_nulls(one)
            for one in after
        ]
    return without_nulls(after)


def _have_ids(*lists: Iterable[Any]) -> bool:
    items = [one for one in lists for one in one]
    return bool(items) and all(isinstance(one, dict) and isinstance(one.get("id"), str) for one in items)


def _obligations(whole: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every demand once, in the issue's words; those that tasks meet name the tasks that say so."""
    said = {one.get("id"): one for one in data.get("obligations") or () if isinstance(one, dict)}
    tasks = [one for one in data.get("tasks") or () if isinstance(one, dict)]
    names = {one.get("id") for one in tasks}
    for one in whole["obligations"]:
        became = {name: said.get(one["id"], one).get(name, one[name]) for name in _FOLLOWS}
        if became["disposition"] == "task" and not names.issuperset(became["by"]):
            covering = [each["id"] for each in tasks if one["id"] in (each.get("covers") or ())]
            became["by"] = covering or [name for name in became["by"] if name in names]
        yield {**one, **became}
