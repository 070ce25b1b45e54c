"""Acceptance criteria in Given, When and Then, however they are wrapped: bold or plain, in paragraphs or
lists, each on its own line or all in one. Knows no document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.plan.readers.parts import Entry, Page
from bot.plan.readers.stretch import Stretch

# A bold keyword in any case, or a plain one with a capital. "and" joins only as a keyword of its own.
_KEY = re.compile(
    r"(?:^|(?<=[\s(]))(?:(?P<mark>\*\*|__|\*)(?P<bold>given|when|then|and|but)\s*[:,]?(?P=mark)[:,]?"
    r"|(?P<plain>G(?:iven|IVEN)|W(?:hen|HEN)|T(?:hen|HEN)|A(?:nd|ND)|B(?:ut|UT))\b[:,]?)(?=\s|$)",
    re.IGNORECASE,
)
_CODE = re.compile(r"`[^`]*`|\"[^\"]{0,400}\"")
_PLAIN = re.compile(r"Given|GIVEN|When|WHEN|Then|THEN|And|AND|But|BUT")


def clauses(text: Stretch) -> Iterator[tuple[str, Stretch]]:
    """The clauses of a text with their keyword in lower case; "" for what stands before the first one."""
    masked = _CODE.sub(lambda code: "x" * len(code[0]), text.source)
    found = [one for one in _KEY.finditer(masked) if one["bold"] or _PLAIN.fullmatch(one["plain"])]
    before = text.cut(0, found[0].start() if found else None)
    if before.source:
        yield "", before
    for at, one in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else None
        yield (one["bold"] or one["plain"]).lower(), text.cut(one.end(), end)


def has_clauses(text: Stretch) -> bool:
    """Whether a text begins with a keyword."""
    return bool(next((name for name, _ in clauses(text)), ""))


def read_clauses(page: Page, pointer: str, entries: Iterable[Entry], heading: str) -> None:
    """Fill the criterion at `pointer`; what belongs to no clause is kept as prose."""
    block = ""
    for entry in _flat(entries):
        if entry.kind not in ("item", "paragraph") or entry.block.quoted:
            page.keep([Entry(entry.block, entry.text)], heading)
            continue
        for name, text in clauses(entry.text):
            if name in ("given", "when", "then"):
                block = name
            if block and (name or entry.kind == "item"):
                _clause(page, f"{pointer}/{block}", text)
            else:
                page.puzzled("this text of a criterion has no Given, When or Then", text, (), heading)
                page.say(text.source, heading, text.line, text.col)


def _flat(entries: Iterable[Entry]) -> Iterator[Entry]:
    for entry in entries:
        yield entry
        yield from _flat(entry.below)


def _clause(page: Page, pointer: str, text: Stretch) -> None:
    said = text.cut(0, len(text.source.rstrip(" \n,;")))
    if said.words:
        page.add(pointer, said.words, said.line, said.col)
