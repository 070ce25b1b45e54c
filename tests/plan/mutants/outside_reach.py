"""How the outside mutators reach into a clean plan: places where texts stand, in documents of all formats, in
a whole plan and in its JSON. What is known here of the documents is their published grammar.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from bot.plan.findings import Finding
from bot.plan.model import Plan
from bot.recon.obligations import obligations
from tests.plan.mutants.harness import Base, Mutant

_NEW_BLOCK = re.compile(r"\s*([-*+]\s|\d+\.\s|#|\||```|<!--|\*\*)|\s*$")
_BULLET = r"\s*(?:(?:[-*+]|\d+\.)\s+(?:\[[ x]\]\s+)?)?"


@dataclass(frozen=True)
class Around(Mutant):
    """A defect of a whole item, such as a label that a step lacks: any field of the item, at any of these
    pointers, or any of its lines (from 0) is the place."""

    pointers: tuple[str, ...] = ()
    lines: range = range(0)
    file: str = ""

    def is_hit(self, finding: Finding) -> bool:
        at = finding.pointer
        near = any(at == one or (one and at.startswith(f"{one}/")) for one in self.pointers)
        places = [one for one in (finding.location, finding.rendered) if one]
        on = any(one.file == self.file and one.line - 1 in self.lines for one in places)
        return near or on or super().is_hit(finding)


@dataclass(frozen=True)
class Slot:
    """A text of a plan, and the way to put another in its place. `number` counts lines from 0."""

    text: str
    put: Callable[[str], Mutant]
    number: int = 0

    def add(self, more: str) -> Mutant:
        """The same text with one more sentence."""
        return self.put(f"{self.text.rstrip().rstrip('.')}. {more}")


def pick(dice: Random, slots: Iterable[Slot]) -> Slot | None:
    """One of these, None when there are none."""
    found = [one for one in slots if one.text.strip()]
    return dice.choice(found) if found else None


# Documents.


def lines_of(base: Base, path: str = "") -> list[str]:
    """The lines of the Markdown file, or of another file."""
    return base.files[path or base.path].split("\n")


def with_lines(base: Base, lines: Sequence[str], number: int, path: str = "", pointer: str = "") -> Mutant:
    """The plan with other lines in one file; the defect is on line `number`, counted from 0."""
    name = path or base.path
    given = base.given(files={**base.files, name: "\n".join(lines)})
    return Mutant(given, pointer or None, line=(name, number + 1))


def swap(base: Base, number: int, *new: str, path: str = "", until: int = 0, pointer: str = "") -> Mutant:
    """Line `number` (and those before `until`) replaced by `new`."""
    lines = lines_of(base, path)
    return with_lines(
        base, [*lines[:number], *new, *lines[until or number + 1 :]], number, path, pointer=pointer
    )


def text_end(lines: Sequence[str], number: int) -> int:
    """Where the text that begins on this line ends: the first line that is no longer part of it."""
    end = number + 1
    while end < len(lines) and not _NEW_BLOCK.match(lines[end]):
        end += 1
    return end


def section(base: Base, title: str, path: str = "") -> range:
    """The line numbers below a heading that matches, up to the next heading of its level or a higher one."""
    lines = lines_of(base, path)
    for start, line in enumerate(lines):
        head = re.match(r"(#+)\s+(.*)", line)
        if head and re.match(title, head[2], re.I):
            level = len(head[1])
            later = (at for at in range(start + 1, len(lines)) if re.match(rf"#{{1,{level}}}\s", lines[at]))
            return range(start + 1, next(later, len(lines)))
    return range(0)


def heading(base: Base, title: str) -> int | None:
    """The line number of a heading."""
    below = section(base, title)
    return below.start - 1 if below else None


def text_slot(base: Base, number: int, head: str, path: str = "") -> Slot:
    """What stands on a line behind `head`, with the lines it is wrapped over."""
    lines = lines_of(base, path)
    end = text_end(lines, number)
    whole = " ".join([lines[number][len(head) :], *(one.strip() for one in lines[number + 1 : end])])
    return Slot(whole.strip(), lambda new: swap(base, number, head + new, path=path, until=end), number)


def labelled(base: Base, label: str, within: Iterable[int] | None = None) -> Iterator[Slot]:
    """The texts behind a label."""
    lines = lines_of(base)
    shape = re.compile(rf"{_BULLET}(?:\*\*(?:{label}):\*\*|\*\*(?:{label})\*\*:?|(?:{label}):)\s*")
    for number in range(len(lines)) if within is None else within:
        found = shape.match(lines[number])
        if found:
            yield text_slot(base, number, lines[number][: found.end()])


def items(base: Base, title: str) -> Iterator[Slot]:
    """The outermost items of the list in a section."""
    lines, below = lines_of(base), section(base, title)
    for number in below:
        found = re.match(r"([-*+]|\d+\.)\s+(\[[ x]\]\s+)?", lines[number])
        if found:
            yield text_slot(base, number, lines[number][: found.end()])


def paragraph(base: Base, title: str) -> Slot | None:
    """The first paragraph of a section."""
    lines = lines_of(base)
    for number in section(base, title):
        if lines[number].strip() and not lines[number].startswith(("#", "<!--", "|")):
            return text_slot(base, number, "")
    return None


def split_row(line: str) -> list[str]:
    """The cells of a table row."""
    return [one.strip() for one in re.split(r"(?<!\\)\|", line.strip())[1:-1]]


def join_row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


@dataclass(frozen=True)
class Row:
    """A table row: its line, from 0, its place in the table, from 0, and its cells by column."""

    number: int
    index: int
    cells: Mapping[str, str]

    def but(self, **columns: str) -> str:
        """The row with other cells; `What_s` and `_` in a name stand for what no name can hold."""
        new = {name.replace("_", " "): text for name, text in columns.items()}
        assert set(new) <= set(self.cells), (new, self.cells)
        return join_row({**self.cells, **new}.values())


def rows(base: Base, title: str, *columns: str) -> list[Row]:
    """The rows of the first table in a section that has these columns."""
    lines, found, head = lines_of(base), list[Row](), list[str]()
    for number in section(base, title):
        if not lines[number].lstrip().startswith("|"):
            if found:
                return found
            head = []
        elif not head:
            head = split_row(lines[number])
        elif not re.match(r"[\s|:-]+$", lines[number]) and set(columns) <= set(head):
            cells = dict(zip(head, split_row(lines[number]), strict=False))
            found.append(Row(number, len(found), cells))
    return found


def cells(base: Base, title: str, column: str) -> Iterator[Slot]:
    """The texts of one column."""
    for row in rows(base, title, column):
        yield _cell(base, row, column)


def _cell(base: Base, row: Row, column: str) -> Slot:
    def put(new: str) -> Mutant:
        return swap(base, row.number, join_row({**row.cells, column: new}.values()))

    return Slot(row.cells[column], put, row.number)


# Steps, as `steps`, `export` and `technical` write them.

STEP = re.compile(r"(?:[-*]\s+(?:\[[ x]\]\s+)?)?(?:#+\s+)?(?:\*\*)?Step (\d+)\s*(?:–|-|—|:)\s*([^*(\n]*)")


@dataclass(frozen=True)
class Written:
    """A step of a document: its number, the lines it takes, what it needs and the files it names."""

    name: str
    index: int
    title: str
    lines: range
    needs: frozenset[str]
    files: tuple[tuple[str, int], ...]


def steps(base: Base) -> list[Written]:
    """The steps of a document, in order."""
    lines = lines_of(base)
    starts = [(at, found) for at, line in enumerate(lines) if (found := STEP.match(line))]
    stops = [at for at, _ in starts] + [at for at, one in enumerate(lines) if re.match(r"#{1,2}\s", one)]
    result = []
    for index, (at, found) in enumerate(starts):
        own = range(at, min((one for one in [*stops, len(lines)] if one > at), default=len(lines)))
        result.append(Written(found[1], index, found[2].strip(), own, _needs(base, own), _files(base, own)))
    return result


def _needs(base: Base, own: range) -> frozenset[str]:
    said = " ".join(one.text for one in labelled(base, "Step Dependencies|Depends on", own))
    ranges = re.findall(r"(\d+)\s*[–-]\s*(\d+)", said)
    counted = {str(one) for low, high in ranges for one in range(int(low), int(high) + 1)}
    return frozenset(counted | set(re.findall(r"\d+", said)))


def _files(base: Base, own: range) -> tuple[tuple[str, int], ...]:
    """Paths below the label Files, with their lines."""
    lines, found, on = lines_of(base), list[tuple[str, int]](), False
    for number in own:
        label = re.match(rf"{_BULLET}\*\*([\w ]+):?\*\*", lines[number])
        on = label[1] == "Files" if label else on
        if on:
            for path in re.findall(r"`([^`]+)`\s*\((?:new|edit|delete|rename)", lines[number]):
                found.append((path, number))
    return tuple(found)


def upstream(written: Sequence[Written], name: str) -> set[str]:
    """All steps that a step needs, near and far."""
    needs = {one.name: one.needs for one in written}
    seen, todo = set[str](), list(needs.get(name, ()))
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.add(one)
            todo.extend(needs.get(one, ()))
    return seen


def in_step(base: Base, one: Written, label: str) -> Slot | None:
    """The text behind a label of a step."""
    return next(labelled(base, label, one.lines), None)


# Whole plans.


def with_value(base: Base, pointer: str, value: object) -> Mutant:
    """The whole plan with another value at a JSON Pointer, which is where the defect is."""
    assert base.plan is not None
    data = base.plan.model_dump(mode="python")
    set_at(data, pointer, value)
    return Mutant(base.given(plan=Plan.model_validate(data)), pointer)


def plan_with(base: Base, values: Mapping[str, object], pointer: str) -> Mutant:
    """The whole plan with several other values, the defect at `pointer`."""
    assert base.plan is not None
    data = base.plan.model_dump(mode="python")
    for at, value in values.items():
        set_at(data, at, value)
    return Mutant(base.given(plan=Plan.model_validate(data)), pointer)


def set_at(data: Any, pointer: str, value: object) -> None:
    """Put a value into nested lists and objects; "-" appends."""
    *way, last = pointer.lstrip("/").split("/")
    for index, key in enumerate(way):
        at = int(key) if isinstance(data, list | tuple) else key
        if isinstance(data[at], tuple):
            data[at] = list(data[at])
        data = data[at]
        assert isinstance(data, list | dict), way[: index + 1]
    if last == "-":
        data.append(value)
    else:
        data[int(last) if isinstance(data, list) else last] = value


def get_at(data: Any, pointer: str) -> Any:
    for key in pointer.strip("/").split("/"):
        data = data[int(key)] if isinstance(data, list | tuple) else data[key]
    return data


def whole(base: Base) -> Plan:
    """The plan of a roadmap."""
    assert base.plan is not None
    return base.plan


def plan_slots(base: Base, *patterns: str) -> Iterator[Slot]:
    """The texts of a whole plan at pointers in which `*` stands for each item."""
    data = whole(base).model_dump(mode="python")
    for pattern in patterns:
        for pointer in _pointers(data, pattern.strip("/").split("/"), ""):
            yield _plan_slot(base, pointer, str(get_at(data, pointer)))


def _plan_slot(base: Base, pointer: str, text: str) -> Slot:
    return Slot(text, lambda new: with_value(base, pointer, new))


def _pointers(data: Any, way: Sequence[str], done: str) -> Iterator[str]:
    if not way:
        yield done
    elif way[0] == "*":
        for index, one in enumerate(data):
            yield from _pointers(one, way[1:], f"{done}/{index}")
    else:
        key = int(way[0]) if isinstance(data, list | tuple) else way[0]
        yield from _pointers(data[key], way[1:], f"{done}/{way[0]}")


# JSON files.


def json_path(base: Base, kind: str) -> str:
    """The contract (`planning-output`) or the fan-out file (`planner-fanout`)."""
    return next((path for path in base.files if path.startswith(f".agent/{kind}")), "")


def with_json(base: Base, kind: str, pointer: str, value: object, found_at: str = "") -> Mutant | None:
    """One value in a JSON file changed by hand; the pointer is the file's own."""

    def change(data: Any) -> None:
        set_at(data, pointer, value)

    return by_hand(base, kind, change, found_at or pointer)


def by_hand(base: Base, kind: str, change: Callable[[Any], object], pointer: str) -> Mutant | None:
    """A JSON file changed by hand, in the shape it was written in."""
    path = json_path(base, kind)
    if not path:
        return None
    data = json.loads(base.files[path])
    change(data)
    text = json.dumps(data, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    return Mutant(base.given(files={**base.files, path: text}), pointer)


def json_of(base: Base, kind: str) -> Any:
    return json.loads(base.files[json_path(base, kind)])


def with_issue(base: Base, made: Mutant, more: str = "") -> Mutant:
    """The same, read together with the text of the issue: all that the plan says it asks for, and `more`."""
    asked = [one.text for one in base.plan.obligations] if base.plan else ["Please plan this."]
    text = "\n\n".join([*asked, more])
    demands = tuple(one.text for one in obligations(text))
    return replace(made, given=replace(made.given, issue_text=text, demands=demands))


def published(base: Base, what: str, text: str) -> Mutant:
    """A roadmap with another text of its pull request."""
    given = base.given()
    return Mutant(replace(given, published={**given.published, what: text}), what)


def around(made: Mutant, *pointers: str, lines: range = range(0), file: str = "") -> Around:
    """The same mutant, found anywhere in these items."""
    return Around(made.given, made.pointer, made.line, pointers, lines, file)
