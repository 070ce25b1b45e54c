"""Our part of a child's text: what stands between two lines of ours. Everything around it is people's.

Boxes that somebody ticked in our part are progress, and line ends are the browser's: neither is an edit.
"""

from __future__ import annotations

import re

from bot.plan.digest import text_digest
from bot.plan.ticks import ticked, with_ticks

BEGIN = "<!-- groundplan:begin -->"
END = "<!-- groundplan:end -->"
_TICKED = re.compile(r"^([ \t]{0,8}- )\[[xX]\]", re.MULTILINE)


def wrapped(part: str) -> str:
    """`part` between its markers. Markers inside it go: they would end it too early."""
    return f"{BEGIN}\n{part.replace(BEGIN, '').replace(END, '').strip()}\n{END}"


def without_copies(text: str) -> str:
    """`text` for a code block: what it quotes of marks and markers of ours is none any more."""
    return text.replace("<!-- groundplan:", "<! -- groundplan:")


def part_of(text: str) -> str | None:
    """Our part of `text` with plain line ends, or None when a marker was taken out."""
    lines = text.split("\n")
    place = _place(lines)
    return None if place is None else "\n".join(line.rstrip("\r") for line in lines[place[0] + 1 : place[1]])


def with_part(text: str, part: str) -> str:
    """`text` with our part brought up to date, its ticks kept; before everything else when it has none."""
    lines = text.split("\n")
    place = _place(lines)
    if place is None:
        return f"{wrapped(part)}\n\n{text}" if text.strip() else wrapped(part)
    kept = with_ticks(part, ticked(part_of(text) or ""))
    inside = wrapped(kept).split("\n")[1:-1]
    return "\n".join([*lines[: place[0] + 1], *inside, *lines[place[1] :]])


def print_of(part: str) -> str:
    """The fingerprint of our part, the same whatever is ticked in it."""
    text = "\n".join(line.rstrip() for line in part.replace("\r", "").split("\n"))
    return text_digest(_TICKED.sub(r"\1[ ]", text).strip())[:16]


def _place(lines: list[str]) -> tuple[int, int] | None:
    """The first pair of markers with no other marker between them, as line numbers from 0."""
    begin = None
    for at, line in enumerate(lines):
        if line.strip() == BEGIN:
            begin = at
        elif line.strip() == END and begin is not None:
            return begin, at
    return None
