"""Boxes that people ticked in a document. They are progress and no part of the plan: they are told, and kept
when the document is written again, whatever happened to the titles beside them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bot.plan.markdown import Block, Document, plain

_OPEN = re.compile(r"\[ \]")
_TICKED = re.compile(r"\[[xX]\]")
_CELL = re.compile(r"\[([ xX])\]")


@dataclass(frozen=True, slots=True)
class Box:
    """A check box: the heading above it, what it says, and which of several that say the same it is. An id
    stands for a heading or a table's row that has one."""

    heading: str
    text: str
    number: int


def ticked(text: str) -> frozenset[Box]:
    """The boxes of a Markdown text that are ticked, in lists and in cells of their own."""
    if not _TICKED.search(text):
        return frozenset()
    return frozenset(box for box, _, done in _boxes(text) if done)


def with_ticks(text: str, done: Collection[Box]) -> str:
    """The text with these boxes ticked as far as it has them; other boxes stay as they are."""
    lines = text.split("\n")
    for box, line, is_done in _boxes(text) if done else ():
        if box in done and not is_done and line <= len(lines):
            lines[line - 1] = _OPEN.sub("[x]", lines[line - 1], count=1)
    return "\n".join(lines)


def _boxes(text: str) -> Iterator[tuple[Box, int, bool]]:
    """Each box with its line."""
    heading, seen = "", Counter[tuple[str, str]]()
    for block in Document("", text).blocks:
        if block.kind == "heading":
            heading = plain(block.text).partition(" · ")[0]
        mark, said = _mark(block)
        if mark:
            seen[heading, said] += 1
            yield Box(heading, said, seen[heading, said]), block.line, mark in "xX"


def _mark(block: Block) -> tuple[str, str]:
    if block.kind == "item":
        return block.box, plain(block.text)
    cells = [one.text.strip() for one in block.cells]
    found = [one[1] for cell in cells if (one := _CELL.fullmatch(cell))]
    task = block.cell("Task")
    said = plain(task.text if task else " ".join(cell for cell in cells if not _CELL.fullmatch(cell)))
    return (found[0], said) if len(found) == 1 else ("", "")
