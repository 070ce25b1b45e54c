"""YAML as a person wrote it: plain data, with the place of every part, or the first fault. Knows no keys.

Only what JSON has too: no aliases, no tags, no duplicate keys, one document, bounded size and depth. Nothing
that it holds is run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.plan.located_json import child

MAX_CHARACTERS = 100_000
MAX_DEPTH = 20
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,18})")
_BOOL = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class YamlFault:
    """Why a text is not read; line and column count from 1."""

    reason: str
    line: int
    col: int


@dataclass(frozen=True, slots=True)
class LocatedYaml:
    """A YAML value; `places` maps JSON Pointers to line and column, of the key where there is one."""

    value: Any
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def place(self, pointer: str) -> tuple[int, int]:
        """Where `pointer` stands; what is missing stands where its nearest parent does."""
        while pointer and pointer not in self.places:
            pointer = pointer.rpartition("/")[0]
        return self.places.get(pointer, (1, 1))


def read_yaml(text: str) -> LocatedYaml | YamlFault:
    """The one value in `text`, None for an empty one, or the first fault. Never raises."""
    if len(text) > MAX_CHARACTERS:
        return YamlFault(f"it is longer than {MAX_CHARACTERS:,} characters", 1, 1)
    try:
        node = YAML(typ="rt", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(str(part) for part in (error.context, error.problem) if part)
        reason = " ".join(said.split()) or "it is no YAML"
        return YamlFault(reason, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1)
    except (YAMLError, ValueError, RecursionError) as error:
        return YamlFault(f"it is no YAML: {type(error).__name__}", 1, 1)
    reader = _Reader()
    try:
        return LocatedYaml(reader.value(node, "", 0) if node else None, reader.places)
    except _Refused as no:
        return no.fault


class _Refused(Exception):
    def __init__(self, reason: str, node: Node) -> None:
        super().__init__(reason)
        self.fault = YamlFault(reason, node.start_mark.line + 1, node.start_mark.column + 1)


class _Reader:
    def __init__(self) -> None:
        self.places: dict[str, tuple[int, int]] = {}
        self._seen: set[int] = set()

    def value(self, node: Node, pointer: str, depth: int) -> Any:
        self.places.setdefault(pointer, (node.start_mark.line + 1, node.start_mark.column + 1))
        if depth > MAX_DEPTH:
            raise _Refused(f"it is nested deeper than {MAX_DEPTH} levels", node)
        if id(node) in self._seen:
            raise _Refused("aliases are not read", node)
        self._seen.add(id(node))
        if isinstance(node, MappingNode):
            return self._mapping(node, pointer, depth)
        if isinstance(node, SequenceNode):
            return [self.value(one, child(pointer, at), depth + 1) for at, one in enumerate(node.value)]
        if isinstance(node, ScalarNode):
            return _scalar(node)
        raise _Refused("this is not read", node)

    def _mapping(self, node: MappingNode, pointer: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = _scalar(key) if isinstance(key, ScalarNode) else None
            if not isinstance(name, str):
                raise _Refused("keys are plain text", key)
            if name in found:
                raise _Refused(f"key '{name[:60]}' stands twice", key)
            inner = child(pointer, name)
            self.places[inner] = (key.start_mark.line + 1, key.start_mark.column + 1)
            found[name] = self.value(value, inner, depth + 1)
        return found


def _scalar(node: ScalarNode) -> Any:
    """Quoted is text; plain is null, true, false, a whole number, or text."""
    text = str(node.value)
    if node.style is not None:
        return text
    if text in ("", "~", "null"):
        return None
    if text in _BOOL:
        return _BOOL[text]
    return int(text) if _INT.fullmatch(text) else text
