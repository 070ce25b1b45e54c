"""Faults of a JSON text, and of its shape, as findings with places. Decides no rule itself:
the caller's Shape does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from bot.plan.findings import Finding, Location
from bot.plan.located_json import Fault, LocatedJson, child, line_and_column


@dataclass(frozen=True, slots=True)
class Shape:
    """How a kind of document names its faults: `rule(pointer, pydantic error type)` gives the rule's id."""

    rule: Callable[[str, str], str]


def fault_finding(fault: Fault, text: str, path: str) -> Finding:
    """A text that is not one JSON value."""
    line, col = line_and_column(text, fault.offset)
    message = f"Reply is not one JSON object: {fault.reason} at offset {fault.offset}"
    return Finding(
        "PLN001",
        "error",
        message,
        fault.pointer,
        Location(path, line, col),
        evidence={"reason": fault.reason},
    )


def finding_at(
    rule: str,
    pointer: str,
    message: str,
    located: LocatedJson,
    path: str,
    *,
    place: str | None = None,
    key: bool = False,
) -> Finding:
    """An error at a part of a JSON text; `place` is where it stands when that is not `pointer`."""
    line, col = located.line_and_column(pointer if place is None else place, key=key)
    return Finding(rule, "error", message, pointer, Location(path, line, col))


def findings_of(
    error: ValidationError,
    located: LocatedJson,
    path: str,
    shape: Shape,
    place: Callable[[str], str] = lambda pointer: pointer,
) -> tuple[Finding, ...]:
    """One finding for each JSON Pointer at which validation failed."""
    found: dict[str, Finding] = {}
    for one in error.errors(include_url=False, include_context=False):
        at = place(pointer_of(one["loc"], located.value))
        if at not in found:
            rule = shape.rule(at, one["type"])
            found[at] = finding_at(rule, at, _message(rule, at, one), located, path, key=rule == "PLN003")
    return tuple(
        sorted(found.values(), key=lambda item: (item.location or Location(path, 0, 0), item.pointer))
    )


def pointer_of(loc: Iterable[int | str], value: Any) -> str:
    """The pointer of a pydantic location; names of union members, which are not in
    the document, are left out.
    """
    pointer, parts = "", list(loc)
    for at, part in enumerate(parts):
        known = (isinstance(value, dict) and part in value) or (
            isinstance(value, list) and isinstance(part, int)
        )
        if not known and at < len(parts) - 1:
            continue
        if not known and not isinstance(value, dict):
            continue
        pointer = child(pointer, part)
        value = _inside(value, part)
    return pointer


def _inside(value: Any, part: int | str) -> Any:
    if isinstance(value, dict):
        return value.get(part)
    return value[part] if isinstance(value, list) and isinstance(part, int) and part < len(value) else None


def _message(rule: str, pointer: str, one: Any) -> str:
    said, given = one["msg"], one["input"]
    if rule == "PLN003":
        return f"{pointer}: unknown property '{pointer.rpartition('/')[2]}'"
    if one["type"] == "missing":
        said = "it is missing"
    if rule == "PLN802":
        return f"{pointer}: {_shown(given)} not in low/medium/high/critical"
    if rule == "PLN803":
        return f"{pointer}: {_shown(given)} is not a positive integer"
    if rule == "PLN804":
        return f"{pointer}: type {_type(given)} breaks the published contract ({said})"
    if rule == "PLN002":
        return f"{pointer}: {said}, got {'nothing' if one['type'] == 'missing' else _shown(given)}"
    return f"{pointer}: {said}"


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return (
        f"'{value}'"
        if isinstance(value, str) and len(value) <= 60
        else text
        if len(text) <= 60
        else text[:59] + "…"
    )


def _type(value: object) -> str:
    names = {str: "string", bool: "boolean", int: "number", float: "number", list: "array", dict: "object"}
    return names.get(type(value), "null")
