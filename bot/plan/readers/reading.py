"""What reading a file for the linter gives: data in the plan's own shape, and where in the file each part of
it stands.

Reading never fails and never guesses: what a file does not say is not in `value`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.plan.findings import Location
from bot.plan.located_json import child
from bot.plan.markdown import Document

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Prose:
    """A stretch of text that is no field of the plan: `text` is Markdown source, `heading` the one above
    it."""

    text: str
    heading: str
    at: Location


@dataclass(frozen=True)
class Reading:
    """One file, or several that belong together, as a plan.

    `kind` names the sort of file ("steps", "spec-kit tasks"), `format` the plan format whose rules it has to
    hold ("foreign"
    for what other tools write). `value` has the shape of `Plan`, as far as the file goes; `places` maps JSON
    Pointers
    into it to locations. The text of `prose[3]` has the pointer `/prose/3`. `not_read` says in words what was
    there
    and was not understood.
    """

    kind: str
    format: str
    value: Data
    places: Mapping[str, Location] = field(default_factory=dict)
    documents: tuple[Document, ...] = ()
    prose: tuple[Prose, ...] = ()
    not_read: tuple[str, ...] = ()

    def place(self, pointer: str) -> Location | None:
        """Where `pointer` stands; a part without a place of its own stands where its nearest parent does."""
        if pointer.startswith("/prose/"):
            return self.prose[int(pointer.split("/")[2])].at
        while pointer and pointer not in self.places:
            pointer = pointer.rpartition("/")[0]
        return self.places.get(pointer)


Reader = Callable[[Sequence[Document]], Reading]


class Sheet:
    """Builds the `value` and `places` of a Reading side by side, from top to bottom of a file."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.value: Data = {}
        self.places: dict[str, Location] = {}
        self.prose: list[Prose] = []
        self.not_read: list[str] = []

    def put(self, pointer: str, value: Any, line: int, col: int = 1) -> None:
        """Set the part at `pointer`; objects on the way are made. Data below `value` has the same place."""
        *way, name = pointer.split("/")[1:]
        at = self._inside(way)
        if isinstance(at, list):
            at[int(name)] = value
        else:
            at[name] = value
        self.places[pointer] = Location(self.path, line, col)

    def add(self, pointer: str, value: Any, line: int, col: int = 1) -> str:
        """Add an item to the list at `pointer`, which is made when it is not there. The item's own
        pointer."""
        *way, name = pointer.split("/")[1:]
        parent = self._inside(way)
        items = parent.setdefault(name, [])
        items.append(value)
        mine = child(pointer, len(items) - 1)
        self.places[mine] = Location(self.path, line, col)
        self.places.setdefault(pointer, Location(self.path, line, col))
        return mine

    def say(self, text: str, heading: str, line: int, col: int = 1) -> None:
        """Keep a text that is no field of the plan."""
        self.prose.append(Prose(text, heading, Location(self.path, line, col)))

    def reading(self, kind: str, plan_format: str, *documents: Document) -> Reading:
        """What was built."""
        return Reading(
            kind, plan_format, self.value, self.places, documents, tuple(self.prose), tuple(self.not_read)
        )

    def _inside(self, way: list[str]) -> Any:
        at: Any = self.value
        for part in way:
            at = at[int(part)] if isinstance(at, list) else at.setdefault(part, {})
        return at
