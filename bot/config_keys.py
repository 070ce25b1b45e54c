"""The keys of a configuration, out of its JSON Schema: what each takes, what holds without it, what it says;
and the one that was probably meant. Knows no single key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

_LONGEST_NAME = 60  # comparing takes the square of it
_Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """One key, as "lint.suppress[].rule". `takes` is Markdown; `section` holds further keys and has neither
    `takes` nor `default`. `example` is None where the default shows well enough what is meant."""

    path: str
    says: str
    takes: str = ""
    default: Any = None
    required: bool = False
    section: bool = False
    example: Any = None

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]

    @property
    def parent(self) -> str:
        return self.path.rpartition(".")[0]


def keys_in(schema: _Schema) -> Iterator[Key]:
    """Every key in the schema's order, sections before what they hold."""
    yield from _inside(schema, schema, "")


def nearest(path: str, known: Iterable[str]) -> str:
    """The known key that an unknown one was probably meant for, or "": a neighbour of like name, or else one
    of the very name elsewhere."""
    parent, _, name = path.rpartition(".")
    if len(name) > _LONGEST_NAME:
        return ""
    every = tuple(known)
    neighbours = {one.rpartition(".")[2]: one for one in every if one.rpartition(".")[0] == parent}
    like = get_close_matches(name, neighbours, 1)
    elsewhere = (one for one in every if one.rpartition(".")[2] == name)
    return neighbours[like[0]] if like else next(elsewhere, "")


def _inside(schema: _Schema, part: _Schema, path: str) -> Iterator[Key]:
    for name, given in part.get("properties", {}).items():
        at = f"{path}.{name}" if path else name
        found = _resolved(schema, given)
        says = str(given.get("description") or found.get("description", ""))
        if "properties" in found:
            yield Key(at, says, section=True)
            yield from _inside(schema, found, at)
            continue
        default = given.get("default", _NOTHING.get(str(found.get("type"))))
        required = name in part.get("required", ())
        example = next(iter(given.get("examples", ())), None)
        yield Key(at, says, _takes(schema, found), default, required, example=example)
        yield from _inside(schema, _resolved(schema, found.get("items", {})), f"{at}[]")


_NOTHING: Mapping[str, Any] = {"array": [], "object": {}}


def _resolved(schema: _Schema, part: _Schema) -> _Schema:
    name = str(part.get("$ref", "")).rpartition("/")[2]
    return schema["$defs"][name] if name else part


def _takes(schema: _Schema, part: _Schema) -> str:
    """The values in a few words of Markdown."""
    if choices := part.get("enum"):
        return ", ".join(f"`{one}`" for one in choices)
    kind = part.get("type")
    if kind == "boolean":
        return "`true`, `false`"
    if kind == "integer":
        return f"{part['minimum']} to {part['maximum']}"
    most = part.get("maxItems") or part.get("maxProperties")
    limit = f", at most {most}" if most else ""
    if kind == "array":
        return f"a list{limit}"
    if kind == "object":
        values = _takes(schema, _resolved(schema, part.get("additionalProperties", {})))
        names = part.get("propertyNames", {})
        of = f"one of {_takes(schema, names)}" if "enum" in names else "a name"
        return f"pairs of {of} and one of {values}{limit}"
    return "text"
