"""The format `roadmap`, our own rendering, read for the place of each part. What the parts say comes from the
format itself (`bot/plan/formats/roadmap.py`), so that both can never disagree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from bot.effects import PLAN_FILE, File
from bot.errors import UserError
from bot.plan.findings import Location
from bot.plan.formats.plan_file import sections
from bot.plan.formats.reading import Block as Words
from bot.plan.formats.reading import blocks as worded
from bot.plan.formats.roadmap import COMMAS, LISTS, ROADMAP
from bot.plan.markdown import Block, Document
from bot.plan.readers.reading import Data, Reading

_FOLDER = re.compile(r"specs/([1-9][0-9]{0,9})-[^/]*/")
_LISTS: Mapping[str, str] = {**LISTS, **COMMAS}
_TASK_CELLS: Mapping[str, str] = {
    "Milestone": "milestone",
    "Role": "role",
    "Kind": "kind",
    "Track": "track",
    "Effort": "effort",
    "Risk": "risk_class",
    "Files at most": "max_diff_scope",
    "After": "depends_on",
}
_FILE_CELLS: Mapping[str, str] = {
    "File": "path",
    "Change": "change",
    "What changes": "summary",
    "From": "source",
}
_MILESTONE_CELLS: Mapping[str, str] = {
    "Id": "id",
    "Milestone": "title",
    "Status": "status",
    "Needs": "dependencies",
    "Risk": "risk_class",
    "Files at most": "max_diff_scope",
}
_NAMED_LISTS: Mapping[str, tuple[str, str]] = {
    "Assumptions": ("assumptions", "text"),
    "Unknowns": ("questions", "text"),
    "Decisions": ("decisions", "question"),
}


@dataclass(frozen=True, slots=True)
class _Placed:
    """A block with its words, and where it stands."""

    words: Words
    block: Block
    file: str
    before: int

    def at(self, col: int = 0) -> Location:
        return Location(self.file, self.block.line + self.before, col or self.block.col)

    def after(self, text: str) -> Location:
        """The place behind `text`, when the block begins with it."""
        found = self.block.text.find(text)
        return self.at(self.block.col + found + len(text) if found >= 0 else 0)


_Place = tuple[str, Location]


def read(documents: Sequence[Document]) -> Reading:
    """The documents of one issue: the one whose folder under specs/ is there, or the first section's."""
    issue, broken = _issue(documents)
    files = [File(one.path, one.text) for one in documents if not (broken and one.path == PLAN_FILE)]
    value = ROADMAP.parse(files, issue)
    places = dict(_known(value, chain.from_iterable(_places(one, issue, broken, value) for one in documents)))
    return Reading("roadmap", "roadmap", value, places, tuple(documents), (), (broken,) if broken else ())


def _issue(documents: Sequence[Document]) -> tuple[int, str]:
    """Which issue the documents are about, and why the sections of the plan file cannot be told apart."""
    plan_file = next((one.text for one in documents if one.path == PLAN_FILE), "")
    try:
        there, broken = [one.issue for one in sections(plan_file)], ""
    except UserError as error:
        there, broken = [], error.reason
    folders = [int(found[1]) for one in documents if (found := _FOLDER.match(one.path))]
    both = [issue for issue in folders if issue in there]
    return next(iter([*both, *folders, *there]), 0), broken


def _known(value: Data, places: Iterator[_Place]) -> Iterator[_Place]:
    """Only places of what was read; the first one of each."""
    seen: set[str] = set()
    for pointer, at in places:
        if pointer not in seen and _resolves(value, pointer):
            seen.add(pointer)
            yield pointer, at


def _resolves(value: object, pointer: str) -> bool:
    for part in pointer.split("/")[1:]:
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return False
    return True


def _places(document: Document, issue: int, broken: str, value: Data) -> Iterator[_Place]:
    name = document.path.rpartition("/")[2]
    if document.path == PLAN_FILE and not broken:
        yield from _section(list(_placed_section(document, issue)))
    elif document.path.startswith(f"specs/{issue}-") and name == "acceptance.md":
        at = {one["id"]: number for number, one in reversed([*enumerate(value["roadmap"]["milestones"])])}
        for _, heading, below in _items(_placed(document.path, document.text, 0)):
            number = at.get(heading.words.words.text.partition(" · ")[0])
            if number is not None:
                yield from _item(f"/roadmap/milestones/{number}", "outcome", heading, below)
    elif document.path.startswith(f"specs/{issue}-") and name == "tasks.md":
        for number, heading, below in _items(_placed(document.path, document.text, 0)):
            mine = f"/tasks/{number}"
            yield mine, heading.at()
            yield f"{mine}/id", heading.at()
            yield f"{mine}/title", heading.after(" · ")
            yield from _item(mine, "objective", heading, below)


def _placed_section(document: Document, issue: int) -> Iterator[_Placed]:
    text = document.text
    own = next((one for one in sections(text) if one.issue == issue), None)
    if own:
        yield from _placed(document.path, text[own.start : own.end], text.count("\n", 0, own.start))


def _placed(path: str, text: str, before: int) -> Iterator[_Placed]:
    """The blocks that the format reads, each with its place; both readings walk the same Markdown."""
    document = Document(path, text)
    there = [
        block
        for block in document.blocks
        if block.kind in ("heading", "paragraph", "item") or (block.kind == "row" and not block.head)
    ]
    for words, block in zip(worded(text), there, strict=False):
        yield _Placed(words, block, path, before)


def _section(found: Sequence[_Placed]) -> Iterator[_Place]:
    heading, rows = "", 0
    counts = {"assumptions": 0, "questions": 0, "decisions": 0}
    for one in found:
        words = one.words
        if words.kind == "heading" and words.level == 2:
            yield "/title", one.after(" · ")
        elif words.kind == "heading":
            heading = words.words.text
        elif words.kind == "paragraph" and words.words.name == "Roadmap":
            yield "/roadmap/version", one.after("** ")
        elif heading == "Objective":
            yield "/roadmap/objective", one.at()
        elif heading == "Milestones" and words.kind == "row":
            yield from _cells(f"/roadmap/milestones/{rows}", one, _MILESTONE_CELLS)
            rows += 1
        elif heading in _NAMED_LISTS and words.kind == "item" and words.words.name:
            kind, name = _NAMED_LISTS[heading]
            mine = f"/{kind}/{counts[kind]}"
            counts[kind] += 1
            yield mine, one.at()
            yield f"{mine}/id", one.after("**")
            yield f"{mine}/{name}", one.after("** ")


def _items(found: Iterator[_Placed]) -> Iterator[tuple[int, _Placed, list[_Placed]]]:
    """Each heading of level 2 that names an item, counted, with the blocks below it."""
    number, heading, below = 0, None, list[_Placed]()
    for one in found:
        if one.words.kind == "heading" and one.words.level <= 2:
            if heading:
                yield number, heading, below
                number += 1
            named = one.words.level == 2 and " · " in one.words.words.text
            heading, below = one if named else None, []
        else:
            below.append(one)
    if heading:
        yield number, heading, below


def _item(mine: str, prose: str, heading: _Placed, below: Sequence[_Placed]) -> Iterator[_Place]:
    """The places of a task's or milestone's fields."""
    label, counts, files = "", dict.fromkeys(_LISTS.values(), 0), 0
    for one in below:
        if one.words.kind == "row":
            if "Effort" in one.words.heads:
                yield from _cells(mine, one, _TASK_CELLS)
            elif "File" in one.words.heads:
                yield from _cells(f"{mine}/files/{files}", one, _FILE_CELLS)
                files += 1
        elif one.words.kind == "paragraph" and one.words.words.name:
            label = one.words.words.name
            if label in ("Covers", "Decisions"):
                yield from _names(f"{mine}/{_LISTS[label]}", one)
        elif label == "Rollback" and one.words.kind == "item":
            yield f"{mine}/rollback", one.at()
            yield f"{mine}/rollback/kind", one.after("**")
            yield f"{mine}/rollback/note", one.after("** ")
        elif label in _LISTS and one.words.kind == "item":
            name = _LISTS[label]
            yield f"{mine}/{name}", one.at()
            yield f"{mine}/{name}/{counts[name]}", one.at()
            counts[name] += 1
        elif not label:
            yield f"{mine}/{prose}", one.at()


def _names(pointer: str, one: _Placed) -> Iterator[_Place]:
    """The places of the ids in a comma list behind a label."""
    label = one.block.text.find("** ") + 3
    yield pointer, one.at(one.block.col + label)
    for number, at in enumerate(_starts(one.block.text[label:])):
        yield f"{pointer}/{number}", one.at(one.block.col + label + at)


def _cells(mine: str, one: _Placed, names: Mapping[str, str]) -> Iterator[_Place]:
    yield mine, one.at()
    for head, name in names.items():
        cell = one.block.cell(head)
        if cell:
            yield f"{mine}/{name}", one.at(cell.col)
            if name in ("depends_on", "dependencies"):
                for number, at in enumerate(_starts(cell.text)):
                    yield f"{mine}/{name}/{number}", one.at(cell.col + at)


def _starts(names: str) -> Iterator[int]:
    """Where each name of a comma list starts."""
    return (found.start() for found in re.finditer(r"[^\s,][^,]*", names))
