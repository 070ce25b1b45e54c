"""Patches: small changes of a draft at the places that were found wrong, and nowhere else.

A patch is refused, with the reason, when its place was not flagged or its value does not fit there; the draft
given is never changed.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.author.answer import json_of
from bot.plan.findings import Finding

Op = Literal["replace", "add", "remove"]
MOST = 60
LONGEST_VALUE = 20_000
_INDEX = re.compile(r"0|[1-9][0-9]{0,5}")
# Where else a finding may be mended than where it stands, by how its rule begins: what names the thing at
# fault, what it is held against, and the other side of what two tasks do. Never the words in which a fault
# is only seen: they could be said otherwise and the fault be kept.
ELSEWHERE: Mapping[str, tuple[str, ...]] = {
    "PLN2": ("/tasks/*/depends_on", "/tasks/*/decisions", "/tasks/*/covers", "/tasks/*/milestone"),
    "PLN3": ("/tasks/*/depends_on",),
    "PLN310": ("/tasks/*/files",),
    "PLN5": ("/tasks/-",),
    "PLN6": ("/tasks/*/acceptance", "/tasks/*/tests"),
    "PLN805": ("/tasks/*/milestone", "/roadmap/milestones/*/dependencies"),
    "PLN818": ("/tasks/*/milestone",),
    "PLN91": ("/questions/*",),
    "PLN7": ("/tasks/*/covers", "/tasks/-", "/non_goals", "/questions", "/requirements"),
}


class Patch(BaseModel):
    """One change: `pointer` is a JSON Pointer into the draft (`-` is the place behind a list's last item),
    `value` is JSON in a text ("" for remove), `rule` the finding it is for.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: str
    pointer: str
    op: Op
    value: str


class Patches(BaseModel):
    """What a repair answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    patches: list[Patch]


@dataclass(frozen=True, slots=True)
class Patched:
    """A draft with the patches that could be applied, and why the others could not."""

    draft: dict[str, Any]
    applied: tuple[Patch, ...]
    refused: tuple[str, ...]


def patches_in(text: str) -> tuple[Patch, ...] | None:
    """The patches of an answer; None when it is not one."""
    try:
        return tuple(Patches.model_validate_json(json_of(text)).patches[:MOST])
    except ValidationError:
        return None


def patched(draft: Mapping[str, Any], patches: Iterable[Patch], findings: Sequence[Finding]) -> Patched:
    """The draft with every patch that stays where something was found."""
    out: dict[str, Any] = copy.deepcopy(dict(draft))
    open_places = places(findings)
    applied, refused = list[Patch](), list[str]()
    gone = set[str]()
    for patch in _last_places_first(patches):
        again = "it was removed already" if patch.pointer in gone else ""  # else the next item would go
        fault = again or _fault(patch, open_places) or _apply(out, patch)
        if fault:
            refused.append(f"{patch.op} {patch.pointer[:200]}: {fault}")
        else:
            applied.append(patch)
            gone |= {patch.pointer} if patch.op == "remove" else set()
    return Patched(out, tuple(applied), tuple(refused))


def settled(patches: Iterable[Patch], findings: Iterable[Finding]) -> frozenset[str]:
    """The rules of the findings for which a patch was made at one of their own places."""
    made = [(patch.rule, tokens(patch.pointer)) for patch in patches]
    return frozenset(
        each.rule
        for each in findings
        if any(
            rule == each.rule and _within(parts, place) for rule, parts in made for place in places([each])
        )
    )


def places(findings: Iterable[Finding]) -> frozenset[tuple[str, ...]]:
    """The places that may be changed: the field that holds each finding, and where its kind is mended
    elsewhere.
    """
    out = set[tuple[str, ...]]()
    for each in findings:
        out.add(_field(tokens(each.pointer)))
        out.update(map(tokens, elsewhere([each])))
    return frozenset(out)


def elsewhere(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The pointers of the places beside their own where findings may be mended; `*` stands for any index."""
    found = (
        place
        for each in findings
        for rules, places in ELSEWHERE.items()
        if each.rule.startswith(rules)
        for place in places
    )
    return tuple(sorted(dict.fromkeys(found)))


def index(part: str, length: int) -> int | None:
    """The place in a list of this length that a part of a pointer names."""
    return int(part) if _INDEX.fullmatch(part) and int(part) < length else None


def tokens(pointer: str) -> tuple[str, ...]:
    """The parts of a JSON Pointer."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


def _field(parts: tuple[str, ...]) -> tuple[str, ...]:
    """A place cut to the field it belongs to: up to the first index and the name behind it."""
    at = next((place for place, part in enumerate(parts) if _INDEX.fullmatch(part)), len(parts))
    return parts[: at + 2]


def _fault(patch: Patch, open_places: frozenset[tuple[str, ...]]) -> str:
    parts = tokens(patch.pointer)
    if not parts:
        return "the whole draft cannot be replaced"
    if len(patch.value) > LONGEST_VALUE:
        return "the value is too long"
    if not any(_within(parts, place) for place in open_places):
        return "nothing was found wrong there"
    return ""


def _within(parts: tuple[str, ...], place: tuple[str, ...]) -> bool:
    """Whether `parts` is the place or below it; `*` stands for any index, and an empty place for all."""
    if len(parts) < len(place):
        return False
    return all(mine == theirs or theirs == "*" for mine, theirs in zip(parts, place, strict=False))


def _last_places_first(patches: Iterable[Patch]) -> list[Patch]:
    """In an order in which no patch moves the place of another: what is removed last, from the end."""
    listed = list(patches)
    kept = [each for each in listed if each.op != "remove"]
    gone = [each for each in listed if each.op == "remove"]
    return [*kept, *sorted(gone, key=lambda each: _order(each.pointer), reverse=True)]


def _order(pointer: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part), "") if _INDEX.fullmatch(part) else (-1, part) for part in tokens(pointer))


def _apply(draft: dict[str, Any], patch: Patch) -> str:
    """Apply one patch in place; why not, or ""."""
    *way, last = tokens(patch.pointer)
    holder: Any = draft
    for part in way:
        holder = _step(holder, part)
        if holder is None:
            return "there is no such place"
    if patch.op == "remove":
        return _remove(holder, last)
    try:
        value = json.loads(patch.value)
    except (ValueError, RecursionError):
        return "the value is not JSON"
    return _put(holder, last, value, patch.op)


def _step(holder: Any, part: str) -> Any:
    if isinstance(holder, dict):
        return holder.get(part)
    if isinstance(holder, list) and (at := index(part, len(holder))) is not None:
        return holder[at]
    return None


def _remove(holder: Any, last: str) -> str:
    if isinstance(holder, list) and (at := index(last, len(holder))) is not None:
        del holder[at]
        return ""
    if isinstance(holder, dict) and last in holder:
        holder[last] = None  # every key of a draft has to be there
        return ""
    return "there is no such place"


def _put(holder: Any, last: str, value: Any, op: Op) -> str:
    if isinstance(holder, dict) and last in holder:
        holder[last] = value
        return ""
    if isinstance(holder, list) and op == "add":
        if last != "-":
            return (
                "items are added at the end of a list, with `-`"  # else they would move each other's places
            )
        holder.append(value)
        return ""
    if isinstance(holder, list) and (at := index(last, len(holder))) is not None:
        holder[at] = value
        return ""
    return "there is no such place"
