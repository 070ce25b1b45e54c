"""What is wrong with a configuration, in words, at its line and column. Reads nothing itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from bot.config_keys import nearest
from bot.plan.located_json import child

MOST_FAULTS = 20
MOST_KEY = 120  # characters of a key in what we say about it
# What people look for in one place and we have in another.
_ELSEWHERE = {"permissions.decide": "decisions.who"}
# By pydantic's kinds of errors; for the others its own words do.
_EXPECTED = {
    "model_type": "it holds keys, one on a line below it",
    "dict_type": "it holds keys, one on a line below it",
    "list_type": "it is a list",
    "bool_type": "it is true or false",
    "int_type": "it is a whole number",
    "string_type": "it is text",
}
_Place = Callable[[str], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with the file; line and column count from 1."""

    reason: str
    line: int = 1
    col: int = 1

    def __str__(self) -> str:
        return f"{self.line}:{self.col}: {self.reason}"


def faults_of(error: ValidationError, place: _Place, known: tuple[str, ...]) -> tuple[Fault, ...]:
    """The first MOST_FAULTS in the order of the file. `place` gives the line and column of a JSON Pointer;
    `known` are all keys."""
    # Only what is kept is put into words: a hostile file has thousands.
    found = error.errors(include_url=False, include_context=False, include_input=False)
    placed = sorted(((place(_pointer(one["loc"])), at) for at, one in enumerate(found)))[:MOST_FAULTS]
    return tuple(_fault(found[at], where, known) for where, at in placed)


def _pointer(loc: tuple[int | str, ...]) -> str:
    pointer = ""
    for part in loc:
        pointer = child(pointer, part)
    return pointer


def _fault(error: Mapping[str, Any], where: tuple[int, int], known: tuple[str, ...]) -> Fault:
    loc = error["loc"][:-1] if error["loc"][-1:] == ("[key]",) else error["loc"]
    key = ".".join(map(str, loc))
    known_as = re.sub(r"\.[0-9]+(?=\.|$)", "[]", key)
    reason = _reason(known_as, error["type"], error["msg"].removeprefix("Value error, "), known)
    shown = key if len(key) <= MOST_KEY else f"{key[:MOST_KEY]}…"
    return Fault(f"{shown or 'the file'}: {reason}", *where)


def _reason(key: str, kind: str, said: str, known: tuple[str, ...]) -> str:
    unknown_command = key.startswith("permissions.") and key not in known and kind == "literal_error"
    if kind in _EXPECTED:
        return _EXPECTED[kind]
    if kind != "extra_forbidden" and not unknown_command:
        return said if said.startswith("PLN") else said[:1].lower() + said[1:]
    meant = _ELSEWHERE.get(key) or nearest(key, known)
    what = "command" if unknown_command else "key"
    return f"there is no such {what}" + (f", the nearest is {meant}" if meant else "")
