"""Elements that some plans are written in (`<task>`, `<action>`), with the place of every line.

Lines are scanned, not parsed as XML: such plans hold code with angle brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

Placed = tuple[str, int, int]

NAMES_TEXT = """
    task name title files action verify done automated acceptance_criteria read_first objective
    behavior context human-check requirements
"""
NAMES = frozenset(NAMES_TEXT.split())
_OPEN = re.compile(r"\s*<(?P<name>[a-z_-]{2,24})(?P<attributes>\s[^<>\n]{0,300})?>(?P<rest>.*)$")
_FENCE = re.compile(r"\s{0,12}(?P<mark>`{3,}+|~{3,}+)(?P<info>[^`]*)$")


@dataclass
class Tag:
    """One element: its lines of text with their places, and the elements in it. Lines count from 1."""

    name: str
    attributes: str
    line: int
    end: int
    lines: list[Placed] = field(default_factory=list)
    inside: list[Tag] = field(default_factory=list)

    def child(self, name: str) -> Tag | None:
        return next((one for one in self.inside if one.name == name), None)

    def text(self) -> tuple[str, int, int]:
        """All lines as one text, at the place of the first that is not blank."""
        filled = [one for one in self.lines if one[0].strip()]
        if not filled:
            return "", self.line, 1
        return "\n".join(one[0] for one in filled), filled[0][1], filled[0][2]


def read_tags(lines: Sequence[str], first: int = 1, only: str = "") -> tuple[list[Tag], int]:
    """The outermost elements of these lines (`only` those of one name), and how many were not closed.

    `first` is the number of the first line. Fences outside elements are passed over, and so are those inside.
    """
    top: list[Tag] = []
    stack: list[Tag] = []
    fence = ""
    for number, line in enumerate(lines, first):
        found = _FENCE.match(line)
        if fence:
            fence = "" if found and found["mark"].startswith(fence) and not found["info"].strip() else fence
            continue
        if found:
            fence = found["mark"]
            continue
        _line(line, number, stack, top, only)
    return top, len(stack)


def _line(line: str, number: int, stack: list[Tag], top: list[Tag], only: str) -> None:
    col = 1
    while (
        (opened := _OPEN.match(line)) and opened["name"] in NAMES and (stack or only in ("", opened["name"]))
    ):
        stack.append(Tag(opened["name"], opened["attributes"] or "", number, number))
        col += opened.start("rest")
        line = opened["rest"]
    if not stack:
        return
    for text, at, closes in _closings(line):
        if text.strip():
            start = len(text) - len(text.lstrip())
            stack[-1].lines.append((text.strip(), number, col + at + start))
        if closes and any(one.name == closes for one in stack):
            _close(stack, top, closes, number)
            if not stack:
                return


def _closings(line: str) -> Iterator[tuple[str, int, str]]:
    at = 0
    for found in re.finditer(r"</([a-z_-]{2,24})>", line):
        if found[1] in NAMES:
            yield line[at : found.start()], at, found[1]
            at = found.end()
    yield line[at:], at, ""


def _close(stack: list[Tag], top: list[Tag], name: str, number: int) -> None:
    while stack:
        tag = stack.pop()
        tag.end = number
        (stack[-1].inside if stack else top).append(tag)
        if tag.name == name:
            return
