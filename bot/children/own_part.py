"""Our part of a child's text: what stands between two lines of ours. Everything around it is people's.

Boxes that somebody ticked in our part are progress, and line ends are the browser's: neither is an edit.
"""

from __future__ import annotations

import re

from bot import own_part
from bot.own_part import BEGIN, END, wrapped
from bot.plan.digest import text_digest
from bot.plan.ticks import ticked, with_ticks

__all__ = ["BEGIN", "END", "part_of", "print_of", "with_part", "without_copies", "wrapped"]
_TICKED = re.compile(r"^([ \t]{0,8}- )\[[xX]\]", re.MULTILINE)


def without_copies(text: str) -> str:
    """`text` for a code block: what it quotes of marks and markers of ours is none any more."""
    return text.replace("<!-- groundplan:", "<! -- groundplan:")


def part_of(text: str) -> str | None:
    """Our part of `text` with plain line ends, or None when a marker was taken out."""
    part = own_part.part_of(text)
    return None if part is None else "\n".join(line.rstrip("\r") for line in part.split("\n"))


def with_part(text: str, part: str) -> str:
    """`text` with our part brought up to date, its ticks kept; before everything else when it has none."""
    there = part_of(text)
    if there is None:
        return f"{wrapped(part)}\n\n{text}" if text.strip() else wrapped(part)
    return own_part.with_part(text, with_ticks(part, ticked(there)))


def print_of(part: str) -> str:
    """The fingerprint of our part, the same whatever is ticked in it."""
    text = "\n".join(line.rstrip() for line in part.replace("\r", "").split("\n"))
    return text_digest(_TICKED.sub(r"\1[ ]", text).strip())[:16]
