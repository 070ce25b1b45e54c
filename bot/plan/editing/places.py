"""Where in edited documents a part of the plan stands. Says nothing about what is written there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from bot.plan.editing.pairing import key_of
from bot.plan.editing.patch import Way
from bot.plan.findings import Location
from bot.plan.markdown import Document
from bot.plan.readers import Reading, reader_of


class Places:
    """The places of the parts of one plan, in the format's own document and in the section."""

    def __init__(self, plan_format: str, texts: Mapping[str, str]) -> None:
        self._format = plan_format
        self._documents = [Document(path, text) for path, text in texts.items() if path.endswith(".md")]

    @cached_property
    def _readings(self) -> Sequence[Reading]:
        readers = (reader_of(name) for name in dict.fromkeys((self._format, "roadmap")))
        return [read(self._documents) for read in readers if read]

    def of(self, way: Way) -> Location | None:
        """The place of a part, or of the nearest one that it is in; None when no document tells it."""
        for length in range(len(way), 0, -1):
            for reading in self._readings:
                pointer = _pointer(reading.value, way[:length])
                if pointer in reading.places:
                    return reading.places[pointer]
        return None


def _pointer(value: object, way: Way) -> str:
    """The JSON Pointer of a way whose steps in lists are names or indexes; "" when it leads nowhere."""
    pointer = ""
    for step in way:
        if isinstance(value, dict) and step in value:
            value, pointer = value[step], f"{pointer}/{step}"
            continue
        at = _index(value, step) if isinstance(value, list) else None
        if at is None or not isinstance(value, list):
            return ""
        value, pointer = value[at], f"{pointer}/{at}"
    return pointer


def _index(items: list[object], step: str) -> int | None:
    name = key_of(items)
    named = (at for at, one in enumerate(items) if isinstance(one, dict) and one.get(name or "id") == step)
    at = next(named, None)
    if at is None and not name and step.isdigit() and int(step) < len(items):
        return int(step)
    return at
