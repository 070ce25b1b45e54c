"""The YAML front matter of a Markdown file as plain data, with the line of every part.

Bounded in size, read without tags or objects; a broken one is no front matter, never an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.plan.located_json import child
from bot.plan.markdown import Document

MAX_CHARACTERS = 20_000


@dataclass(frozen=True)
class FrontMatter:
    """`data` holds dicts, lists and plain values; `places` maps JSON Pointers into it to (line, column)."""

    data: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    broken: bool = False

    def at(self, pointer: str) -> tuple[int, int]:
        """Where a part stands, or its nearest parent that has a place."""
        while pointer and pointer not in self.places:
            pointer = pointer.rpartition("/")[0]
        return self.places.get(pointer, (1, 1))

    def words(self, key: str) -> str:
        """A plain value as text, "" when there is none."""
        value = self.data.get(key)
        return str(value).strip() if isinstance(value, str | int | float) and value != "" else ""

    def items(self, key: str) -> list[tuple[int, Any]]:
        """The entries of a list with their positions; a single text is a list of one."""
        value = self.data.get(key)
        if isinstance(value, str) and value.strip():
            return [(0, value)]
        return list(enumerate(value)) if isinstance(value, list) else []


def front_matter(document: Document) -> FrontMatter:
    """The front matter of a file; empty when there is none, `broken` when it is no YAML mapping."""
    if not document.front_matter:
        return FrontMatter()
    text = "\n".join(document.lines[1 : document.front_matter - 1])
    if len(text) > MAX_CHARACTERS or _has_alias(text):
        return FrontMatter(broken=True)
    return _read(text)


def _has_alias(text: str) -> bool:
    """Aliases can blow a small text up to any size, and nobody needs them here."""
    return any(
        word.startswith("*") and word[1:2].isalnum() and f"&{word[1:]}" in text for word in text.split()
    )


def _read(text: str) -> FrontMatter:
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap
    from ruamel.yaml.error import YAMLError

    try:
        value = YAML(typ="rt").load(text)
    except (YAMLError, ValueError, RecursionError):
        return FrontMatter(broken=True)
    if not isinstance(value, CommentedMap):
        return FrontMatter(broken=True)
    places: dict[str, tuple[int, int]] = {}
    return FrontMatter(_plain(value, "", places, 0), places)


def _plain(value: Any, pointer: str, places: dict[str, tuple[int, int]], depth: int) -> Any:
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    if depth > 20:
        return ""
    if isinstance(value, CommentedMap):
        for key in value:
            places[child(pointer, key)] = _shifted(value.lc.value(key))
        return {
            str(key): _plain(inner, child(pointer, key), places, depth + 1) for key, inner in value.items()
        }
    if isinstance(value, CommentedSeq):
        for at in range(len(value)):
            places[child(pointer, at)] = _shifted(value.lc.item(at))
        return [_plain(inner, child(pointer, at), places, depth + 1) for at, inner in enumerate(value)]
    return value if isinstance(value, int | float | bool) or value is None else str(value)


def _shifted(place: tuple[int, int]) -> tuple[int, int]:
    """From a place in the YAML text, counted from 0, to one in the file, whose first line is the fence."""
    return place[0] + 2, place[1] + 1
