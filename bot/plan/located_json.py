"""JSON as a person wrote it: one value, with the place of every part, or the reason why it is not one value.

Stricter than `json.loads`: no duplicate keys, no NaN, no second document, no byte order mark, bounded
size and depth. It never raises on any text; linear in its length.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from json import JSONDecodeError, JSONDecoder
from typing import Any

MAX_CHARACTERS = 2_000_000
MAX_DEPTH = 60

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"(-?(?:0|[1-9][0-9]{0,300}))(\.[0-9]{1,300})?([eE][-+]?[0-9]{1,4})?")
_WORDS = {"true": True, "false": False, "null": None}
_WORD = re.compile(r"true|false|null")
_DECODER = JSONDecoder()
_FOREIGN_NUMBER = re.compile(r"NaN|-?Infinity")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a text is not one JSON value. `offset` counts characters from 0;
    `pointer` is where reading stood.
    """

    reason: str
    offset: int
    pointer: str = ""


@dataclass(frozen=True)
class LocatedJson:
    """A JSON value and where each part of it starts (`places`) and where each key stands (`keys`)."""

    text: str
    value: Any
    places: Mapping[str, int]
    keys: Mapping[str, int]

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    def line_and_column(self, pointer: str, *, key: bool = False) -> tuple[int, int]:
        """Where `pointer` is, from 1; a part that is missing is placed at its nearest existing parent."""
        places = self.keys if key else self.places
        while pointer and pointer not in places:
            pointer, places = pointer.rpartition("/")[0], self.places
        return position(self._line_starts, places.get(pointer, 0))


def position(line_starts: list[int], offset: int) -> tuple[int, int]:
    """Line and column, from 1, of a character offset."""
    line = bisect_right(line_starts, offset)
    return line, offset - line_starts[line - 1] + 1


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Line and column, from 1, of `offset` in `text`."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def child(pointer: str, key: str | int) -> str:
    """The JSON Pointer of a part, escaped as RFC 6901 says."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


@lru_cache(maxsize=8)
def read_json(text: str) -> LocatedJson | Fault:
    """The one JSON value in `text` with its places, or the first fault. Nobody may change the value: a text
    that
    several rules look at is read once.
    """
    if len(text) > MAX_CHARACTERS:
        return Fault(f"it is {len(text):,} characters long (limit {MAX_CHARACTERS:,})", MAX_CHARACTERS)
    if text.startswith("\ufeff"):
        return Fault("it starts with a byte order mark", 0)
    reader = _Reader(text)
    try:
        return LocatedJson(text, reader.document(), reader.places, reader.keys)
    except _FaultError as stop:
        return stop.fault


class _FaultError(Exception):
    def __init__(self, reason: str, offset: int, pointer: str) -> None:
        super().__init__(reason)
        self.fault = Fault(reason, offset, pointer)


class _Reader:
    """Recursive descent, at most MAX_DEPTH deep; every method starts at `self.at` and
    leaves it behind its part.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.places: dict[str, int] = {}
        self.keys: dict[str, int] = {}

    def document(self) -> Any:
        self._space()
        if self.at == len(self.text):
            raise _FaultError("it is empty", self.at, "")
        value = self._value("", 0)
        self._space()
        if self.at < len(self.text):
            raise _FaultError("more text follows the first value", self.at, "")
        return value

    def _space(self) -> None:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _peek(self) -> str:
        self._space()
        return self.text[self.at : self.at + 1]

    def _expect(self, letter: str, pointer: str) -> None:
        found = self._peek()
        if found != letter:
            raise _FaultError(f"expected '{letter}', found {_shown(found)}", self.at, pointer)
        self.at += 1

    def _value(self, pointer: str, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise _FaultError(f"it is nested deeper than {MAX_DEPTH} levels", self.at, pointer)
        letter = self._peek()
        self.places[pointer] = self.at
        if letter == "{":
            return self._object(pointer, depth)
        if letter == "[":
            return self._list(pointer, depth)
        if letter == '"':
            return self._string(pointer)
        return self._plain(pointer)

    def _object(self, pointer: str, depth: int) -> dict[str, Any]:
        self.at += 1
        found: dict[str, Any] = {}
        if self._peek() == "}":
            self.at += 1
            return found
        while True:
            key, inner = self._key(pointer, found)
            found[key] = self._value(inner, depth + 1)
            if self._peek() == "}":
                self.at += 1
                return found
            self._expect(",", pointer)

    def _key(self, pointer: str, found: dict[str, Any]) -> tuple[str, str]:
        if self._peek() != '"':
            raise _FaultError(f"expected a key in quotes, found {_shown(self._peek())}", self.at, pointer)
        start = self.at
        key = self._string(pointer)
        inner = child(pointer, key)
        if key in found:
            raise _FaultError(f"key {_clipped(key)!r} stands twice in one object", start, inner)
        self.keys[inner] = start
        self._expect(":", inner)
        return key, inner

    def _list(self, pointer: str, depth: int) -> list[Any]:
        self.at += 1
        found: list[Any] = []
        if self._peek() == "]":
            self.at += 1
            return found
        while True:
            found.append(self._value(child(pointer, len(found)), depth + 1))
            if self._peek() == "]":
                self.at += 1
                return found
            self._expect(",", pointer)

    def _string(self, pointer: str) -> str:
        start = self.at
        try:
            value, self.at = _DECODER.raw_decode(self.text, start)
        except JSONDecodeError as error:
            raise _FaultError(f"broken string: {error.msg}", error.pos, pointer) from None
        return str(value)

    def _plain(self, pointer: str) -> Any:
        if word := _WORD.match(self.text, self.at):
            self.at = word.end()
            return _WORDS[word.group()]
        if foreign := _FOREIGN_NUMBER.match(self.text, self.at):
            raise _FaultError(f"{foreign.group()} is not JSON", self.at, pointer)
        number = _NUMBER.match(self.text, self.at)
        if number is None:
            raise _FaultError(
                f"expected a value, found {_shown(self.text[self.at : self.at + 1])}", self.at, pointer
            )
        return self._number(number, pointer)

    def _number(self, found: re.Match[str], pointer: str) -> int | float:
        start, self.at = self.at, found.end()
        if self.text[self.at : self.at + 1].isalnum():
            raise _FaultError("broken number", start, pointer)
        whole, fraction, exponent = found.groups()
        if not fraction and not exponent:
            return int(whole)
        value = float(found.group())
        if value in (float("inf"), float("-inf")):
            raise _FaultError("number out of range", start, pointer)
        return value


def _shown(letter: str) -> str:
    return repr(letter) if letter else "the end of the text"


def _clipped(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
