"""A planning contract read loosely: whatever plan it holds, with places, even when its shape is broken.

The strict reading is `bot/plan/contract.py`; this one lets rules look at the rest of what it refuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bot.plan.contract import comma_items, contract_pointer
from bot.plan.findings import Location
from bot.plan.located_json import LocatedJson, child, read_json
from bot.plan.model import Plan
from bot.plan.readers.reading import Data, Reading

_DECISION = re.compile(
    r"\s{0,40}(?P<id>[A-Za-z]{1,4}-?\d{1,6})\s{0,40}:\s{0,40}(?P<question>.*?)(?:\s{0,40}\(#(?P<issue>\d{1,9})\))?\s{0,40}",
    re.DOTALL,
)
_LISTS = ("acceptance_tests", "invariants")
_EXTRAS = ("status", "validation", "origin")


def read_contract_file(path: str, text: str) -> Reading:
    """The contract in `text`. A text that is not one JSON object gives an empty reading that says why."""
    located = read_object(path, text)
    if isinstance(located, str):
        return Reading("contract", "roadmap", {}, not_read=(located,))
    file: Data = located.value
    held = _dict(file.get("groundplan"))
    value = {name: item for name, item in held.items() if name in Plan.model_fields}
    if isinstance(file.get("roadmap"), dict):
        value["roadmap"] = _roadmap(file["roadmap"], held.get("milestones"))
    if isinstance(file.get("contract_defaults"), dict):
        value["contract_defaults"] = _defaults(file["contract_defaults"], _dict(held.get("lists")))
    places = dict(_places(value, located, path))
    if "groundplan" not in file and isinstance(file.get("decisions"), list):
        value["decisions"] = [_decision(one) for one in file["decisions"]]
        places |= dict(_decision_places(value["decisions"], located, path))
    return Reading("contract", "roadmap", value, places)


def read_object(path: str, text: str) -> LocatedJson | str:
    """The JSON object in `text`, or why there is none."""
    located = read_json(text)
    if not isinstance(located, LocatedJson):
        return f"{path}: {located.reason} at offset {located.offset}"
    return located if isinstance(located.value, dict) else f"{path}: its top level is not an object"


def _dict(value: object) -> Data:
    return value if isinstance(value, dict) else {}


def _roadmap(theirs: Data, extras: object) -> Data:
    more = extras if isinstance(extras, list) else []
    milestones = theirs.get("milestones")
    if not isinstance(milestones, list):
        return dict(theirs)
    return {
        **theirs,
        "milestones": [
            _milestone(one, more[at] if at < len(more) else {}) for at, one in enumerate(milestones)
        ],
    }


def _milestone(one: Any, extras: object) -> Any:
    if not isinstance(one, dict):
        return one
    return {**one, **{name: value for name, value in _dict(extras).items() if name in _EXTRAS}}


def _defaults(theirs: Data, lists: Data) -> Data:
    read = dict(theirs)
    if isinstance(read.get("evidence_required"), str):
        read["evidence_required"] = read["evidence_required"] == "true"
    for name in _LISTS:
        if isinstance(lists.get(name), list):
            read[name] = lists[name]
        elif isinstance(read.get(name), str):
            read[name] = [item.strip() for item in comma_items(read[name])]
    return read


def _decision(line: Any) -> Data:
    if not isinstance(line, str):
        return {}
    found = _DECISION.fullmatch(line[:2000])
    if not found:
        return {"question": line}
    issue = {"issue": int(found["issue"])} if found["issue"] else {}
    return {"id": found["id"], "question": found["question"], **issue}


def _places(
    value: object, located: LocatedJson, path: str, pointer: str = ""
) -> Iterator[tuple[str, Location]]:
    """Where each part of the plan stands in the file."""
    theirs = contract_pointer(pointer)
    if pointer and (theirs in located.places or pointer.startswith("/contract_defaults/")):
        yield pointer, Location(path, *located.line_and_column(theirs))
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from _places(one, located, path, child(pointer, key))


def _decision_places(found: list[Data], located: LocatedJson, path: str) -> Iterator[tuple[str, Location]]:
    yield "/decisions", Location(path, *located.line_and_column("/decisions"))
    for at, one in enumerate(found):
        line, col = located.line_and_column(f"/decisions/{at}")
        yield f"/decisions/{at}", Location(path, line, col)
        for name in one:
            yield f"/decisions/{at}/{name}", Location(path, line, col)
