"""The marks around what is ours in IMPLEMENTATION_PLAN.md, and what a merge left there: where it stands, and
what is wrong with it.

Never guesses and never raises: marks that do not pair are damage with a line. In code blocks they are
examples.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from bot.plan.digest import text_digest
from bot.plan.markdown import Document

FINISHED = 0  # stands for the list of finished plans where a section has its issue
_OURS = re.compile(r"(?<!`)<!--\s*groundplan:(?:plan|finished)\b")
_MARK = re.compile(
    r"<!-- groundplan:(?:plan ([1-9][0-9]{0,9})|finished) (begin|end)(?: ([^\r\n<>]*))? -->[ \t]*"
)
_TICKED = re.compile(r"\[[xX]\]")
_CONFLICT = re.compile(r"(<{7}|\|{7}|={7}|>{7})(?: .*)?")
_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
_INDENTED = re.compile(r"(?: {4}|\t)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file: its number from 1, the offset of its first character, its text without its end."""

    number: int
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of ours: which issue, and the characters from its begin mark to the end of its end mark."""

    issue: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Damage:
    """What keeps us from telling what is ours, at a place that counts from 1."""

    line: int
    col: int
    what: str


@dataclass(frozen=True, slots=True)
class Marked:
    """What stands in a file. `conflicts` has the lines of merge conflicts by number with their sign."""

    sections: tuple[Section, ...] = ()
    archive: Section | None = None
    damages: tuple[Damage, ...] = ()
    conflicts: Mapping[int, str] = field(default_factory=dict)


def begin_mark(issue: int, digest: str, body: str | None = None) -> str:
    """The line above a section. `digest` is that of the contract it was rendered from; `body` what stands
    between the marks, so that it can be told later whether somebody edited it.
    """
    text = "" if body is None else f" text={body_digest(body)}"
    return f"<!-- groundplan:plan {issue} begin contract={digest[:16]}{text} -->"


def body_digest(body: str) -> str:
    """What tells whether somebody edited a section; ticking a box is progress, not an edit."""
    return text_digest(_TICKED.sub("[ ]", body))[:16]


def end_mark(issue: int) -> str:
    """The line below a section."""
    return f"<!-- groundplan:plan {issue} end -->"


def fields_of(section: str) -> Mapping[str, str]:
    """What the begin mark of a section says: `contract`, and `text` when it is known."""
    found = _MARK.match(section)
    pairs = ((found[3] or "") if found else "").split()
    return dict(pair.split("=", 1) for pair in pairs if "=" in pair)


def is_untouched(section: str) -> bool:
    """Whether what stands between the marks is what we wrote there; unknown counts as edited."""
    body = section.replace("\r\n", "\n").split("\n")[1:-1]
    return fields_of(section).get("text") == body_digest("\n".join(body))


def lines_of(text: str) -> Iterator[Line]:
    """The lines of a text, with line ends of any kind, as Markdown counts them."""
    for number, found in enumerate(_LINE.finditer(text), start=1):
        yield Line(number, found.start(), found[1])
        if found.end() == len(text) and not found[0].endswith(("\n", "\r")):
            return


@lru_cache(maxsize=16)
def marked(text: str) -> Marked:
    """Sections and damages in file order. A merge conflict comes first: until it is settled, marks that do
    not pair say nothing.
    """
    lines = [line for line in lines_of(text) if _is_of_interest(line.text)]
    code, unended = _code_blocks(text, lines)
    story = _Story(code)
    for line in lines:
        story.take(line)
    pairs = _Pairs(unended)
    for line in story.marks:
        pairs.take(line)
    sections, archive, damages = pairs.done()
    return Marked(sections, archive, tuple(story.damages or damages), story.conflicts)


def _is_of_interest(line: str) -> bool:
    return "groundplan:" in line or bool(_CONFLICT.fullmatch(line.removeprefix("\ufeff")))


def _code_blocks(text: str, lines: Sequence[Line]) -> tuple[frozenset[int], Mapping[int, int]]:
    """The numbers of those lines that stand in whole code blocks; and of those in a fence without an end,
    with the line where it begins."""
    if not lines or not ("```" in text or "~~~" in text or any(_INDENTED.match(one.text) for one in lines)):
        return frozenset(), {}
    blocks = [one for one in Document("", text).blocks if one.kind == "fence"]
    inside = {
        line.number: one
        for one in blocks
        for line in lines
        if one.line <= line.number <= max(one.end, one.line)
    }
    whole = frozenset(number for number, one in inside.items() if not one.open)
    return whole, {number: one.line for number, one in inside.items() if one.open}


class _Story:
    """Tells conflict lines from marks, and both from examples in code."""

    def __init__(self, code: frozenset[int]) -> None:
        self.code = code
        self.marks: list[Line] = []
        self.damages: list[Damage] = []
        self.conflicts: dict[int, str] = {}
        self.in_section = False
        self.in_conflict = False

    def take(self, line: Line) -> None:
        found = _CONFLICT.fullmatch(line.text.removeprefix("\ufeff"))
        if found is None:
            self._mark(line)
        elif self.in_conflict or self.in_section or (found[1][0] in "<>" and line.number not in self.code):
            self._conflict(line, found[1][0])

    def _mark(self, line: Line) -> None:
        if _OURS.search(line.text) and line.number not in self.code:
            self.marks.append(line)
            self.in_section = " begin" in line.text

    def _conflict(self, line: Line, sign: str) -> None:
        if not self.in_conflict or sign == "<":
            self.damages.append(Damage(line.number, 1, "a merge conflict is left here"))
        self.conflicts[line.number] = sign
        self.in_conflict = sign == "<" or (self.in_conflict and sign != ">")


@dataclass(frozen=True, slots=True)
class _Mark:
    issue: int
    kind: Literal["begin", "end"]
    line: int
    col: int
    start: int
    end: int


class _Pairs:
    """Pairs begin marks with end marks."""

    def __init__(self, unended: Mapping[int, int]) -> None:
        self.unended = unended
        self.found: dict[int, Section] = {}
        self.first: dict[int, int] = {}
        self.open: list[_Mark] = []
        self.told: set[_Mark] = set()
        self.damages: list[Damage] = []

    def take(self, line: Line) -> None:
        text = line.text.removeprefix("\ufeff")
        col = 1 + line.text.index("<!--")
        mark = _MARK.fullmatch(text)
        if begins := self.unended.get(line.number):
            if all(one.line != begins for one in self.damages):
                self._damage(begins, 1, "a code block begins here and does not end before a mark of ours")
        elif mark is None:
            self._damage(line.number, col, "this mark of a plan section is damaged")
        else:
            start = line.start + len(line.text) - len(text)
            issue = int(mark[1]) if mark[1] else FINISHED
            kind: Literal["begin", "end"] = "begin" if mark[2] == "begin" else "end"
            one = _Mark(issue, kind, line.number, col, start, line.start + len(line.text))
            (self._begin if kind == "begin" else self._end)(one)

    def _begin(self, mark: _Mark) -> None:
        if self.open:
            outer = self.open[-1]
            self.told.add(outer)
            self._damage(
                mark.line, mark.col, f"{_name(mark.issue)} begins inside the one of line {outer.line}"
            )
        elif mark.issue in self.first:
            first = self.first[mark.issue]
            self._damage(mark.line, mark.col, f"{_name(mark.issue)} is there twice, first in line {first}")
        self.first.setdefault(mark.issue, mark.line)
        self.open.append(mark)

    def _end(self, mark: _Mark) -> None:
        if all(one.issue != mark.issue for one in self.open):
            self._damage(mark.line, mark.col, f"{_name(mark.issue)} ends here, but it did not begin")
            return
        while (begun := self.open.pop()).issue != mark.issue:
            pass
        self.found.setdefault(mark.issue, Section(mark.issue, begun.start, mark.end))

    def _damage(self, line: int, col: int, what: str) -> None:
        self.damages.append(Damage(line, col, what))

    def done(self) -> tuple[tuple[Section, ...], Section | None, Sequence[Damage]]:
        for one in self.open:
            if one not in self.told:
                self._damage(one.line, one.col, f"{_name(one.issue)} begins here and does not end")
        sections = sorted(self.found.values(), key=lambda one: one.start)
        archive = self.found.get(FINISHED)
        damages = sorted(self.damages, key=lambda one: (one.line, one.col))
        return tuple(one for one in sections if one.issue), archive, damages


def _name(issue: int) -> str:
    return f"the section of issue {issue}" if issue else "the list of finished plans"
