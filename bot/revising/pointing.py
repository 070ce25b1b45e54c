"""What of a plan stands at a line of one of its files. Knows nothing of why somebody asks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from bot.effects import PLAN_FILE
from bot.errors import UserError
from bot.plan.formats.plan_file import sections
from bot.plan.located_json import LocatedJson, read_json
from bot.plan.markdown import Document
from bot.plan.readers import reader_of

_UNDER = "/groundplan"


@dataclass(frozen=True, slots=True)
class Point:
    """A part of a plan: the id of the innermost item it belongs to, "" for none, and the field of the plan it
    stands in, such as "goals" or "delivery.tests"; "" when no line tells."""

    item: str = ""
    field: str = ""

    @property
    def words(self) -> str:
        """What to call it, "" for the plan as a whole."""
        return self.item or self.field.replace("_", " ").replace(".", ", ")


NOWHERE = Point()


class Pointer:
    """Leads from lines of the files of one plan, as they are now, to its parts."""

    def __init__(self, plan_format: str, issue: int, texts: Mapping[str, str]) -> None:
        self._format = plan_format
        self._texts = {
            path: text.removeprefix("\ufeff").replace("\r\n", "\n") for path, text in texts.items()
        }
        if PLAN_FILE in self._texts:
            self._texts[PLAN_FILE] = _only_section(self._texts[PLAN_FILE], issue)

    def at(self, path: str, line: int) -> Point:
        """The part whose text a line belongs to: the nearest one that begins at the line or above it."""
        if line < 1 or path not in self._texts:
            return NOWHERE
        return self._in_json(path, line) if path.endswith(".json") else self._in_document(path, line)

    @cached_property
    def _documents(self) -> dict[str, Document]:
        return {path: Document(path, text) for path, text in self._texts.items() if path.endswith(".md")}

    @cached_property
    def _places(self) -> dict[str, list[tuple[int, int, Point]]]:
        """By path, the lines where parts begin, the innermost part of a line last."""
        found: dict[str, list[tuple[int, int, Point]]] = {}
        for name in dict.fromkeys(("roadmap", self._format)):
            read = reader_of(name)
            reading = read([*self._documents.values()]) if read else None
            for pointer, at in reading.places.items() if reading else ():
                point = point_of(reading.value, pointer) if reading else NOWHERE
                # A task counts before a list that only names it, then what is further inside.
                depth = pointer.count("/") + 100 * pointer.startswith("/tasks/")
                found.setdefault(at.file, []).append((at.line, depth, point))
        return {path: sorted(each, key=lambda one: one[:2]) for path, each in found.items()}

    def _in_document(self, path: str, line: int) -> Point:
        places = self._places.get(path, [])
        at = bisect_right(places, line, key=lambda one: one[0]) - 1
        if at < 0 or self._is_over(path, places[at][0], line):
            return NOWHERE
        return places[at][2]

    def _is_over(self, path: str, begin: int, line: int) -> bool:
        """Whether a heading between the two ends what begins there."""
        heads = [(one.line, one.level) for one in self._documents[path].blocks if one.kind == "heading"]
        own = next((level for at, level in reversed(heads) if at <= begin), 0)
        return any(begin < at <= line and level <= own for at, level in heads)

    def _in_json(self, path: str, line: int) -> Point:
        text = self._texts[path]
        read = read_json(text)
        if not isinstance(read, LocatedJson):
            return NOWHERE
        lines = text.split("\n")
        end = sum(len(one) + 1 for one in lines[:line])
        before = [(offset, pointer) for pointer, offset in read.places.items() if offset < end]
        pointer = max(before, default=(0, ""))[1]
        plan = read.value.get("groundplan") if isinstance(read.value, dict) else None
        if pointer.startswith(f"{_UNDER}/"):
            return point_of(plan, pointer.removeprefix(_UNDER))
        return point_of(read.value, pointer)


def point_of(value: object, pointer: str) -> Point:
    """The part that a JSON Pointer into data of a plan leads to."""
    item, names = "", list[str]()
    in_list = False
    for step in pointer.split("/")[1:]:
        if isinstance(value, list):
            in_list = True
            value = value[int(step)] if step.isdigit() and int(step) < len(value) else None
            name = value.get("id") if isinstance(value, dict) else None
            item = name if isinstance(name, str) and name else item
        else:
            value = value.get(step) if isinstance(value, dict) else None
            names += [] if in_list else [step]
    return Point(item, ".".join(names))


def _only_section(text: str, issue: int) -> str:
    """The plan's section alone, on the lines where it stands."""
    try:
        own = next((one for one in sections(text) if one.issue == issue), None)
    except UserError:
        own = None
    return "\n" * text.count("\n", 0, own.start) + text[own.start : own.end] if own else ""


def items_in(value: object, pointer: str = "") -> Iterator[tuple[str, str]]:
    """The ids in data of a plan, each with its JSON Pointer; an id counts where it is first."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, one in pairs:
        inside = f"{pointer}/{step}"
        if isinstance(one, dict) and isinstance(one.get("id"), str):
            yield one["id"], inside
        yield from items_in(one, inside)
