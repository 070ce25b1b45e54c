"""The first words of a heading or item: number, marks and title, and where they stand in the file."""

from __future__ import annotations

import re

from bot.plan.markdown import Block, Document
from bot.plan.readers.labels import LEADING_ID, MARKERS, ODD_BOX, PHASE, STEP, TASK

_TRAILING_MARKS = re.compile(r"\s?(?:✅|☑️?|❌|🚧|⏳|🔄)$")
# "Day 1-2" says when; it is nobody's number.
_DAYS = re.compile(r"\W{0,4}(?:day|week|month|tag|woche)s?\s{0,3}\d{1,3}-\d{1,3}\b(?!-)", re.IGNORECASE)
_TICKED = "x✓✔✅"


def box_of(block: Block) -> tuple[bool, int] | None:
    """Whether a list item's check box is ticked, and where its text begins; None when it has no box."""
    if block.kind != "item":
        return None
    if block.box:
        return block.box == "x", 0
    odd = ODD_BOX.match(block.text)
    return (odd["mark"].lower() in _TICKED, odd.end()) if odd else None


def unbold(text: str) -> str:
    """A text without bold marks around its beginning."""
    text = text.strip()
    for mark in ("**", "__"):
        if text.startswith(mark):
            text = text[2:].replace(mark, "", 1)
    return text.strip()


def unmarked(text: str) -> str:
    """A text without marks of emphasis that stand around the whole of it."""
    for mark in ("**", "__", "*", "_"):
        inner = text[len(mark) : -len(mark)]
        if (
            len(text) > 2 * len(mark)
            and text.startswith(mark)
            and text.endswith(mark)
            and mark[0] not in inner
        ):
            return inner.strip()
    # The end of "_Requirements: 1.1_" whose beginning was its label.
    return text[:-1] if text.endswith("_") and text.count("_") == 1 else text


def has_plain_id(text: str) -> bool:
    """Whether a text begins with an id that is no mere number: T001, TASK-3."""
    found = LEADING_ID.match(text)
    return bool(found and re.match(r"T\d|[A-Z][A-Z0-9]{0,8}-\d", found["id"]))


def headline(text: str) -> tuple[str, list[str], bool, str]:
    """Of a task's first words: its number, its stories, whether it is marked parallel, and its title."""
    bare = unbold(text)
    number = ""
    found = TASK.match(bare) or STEP.match(bare)
    if found and found["title"].strip():
        number, bare = found["id"], found["title"]
    elif lead := LEADING_ID.match(bare):
        number, bare = lead["id"], bare[lead.end() :]
    elif (heading := PHASE.fullmatch(bare)) and not _DAYS.match(bare):
        number, bare = (heading["id"], heading["title"]) if heading["title"] else ("", bare)
    elif re.match(r"Task\s?:\s", bare):
        bare = bare[bare.index(":") + 1 :]
    bare = bare.lstrip("* ")
    stories: list[str] = []
    parallel = False
    while marker := MARKERS.match(bare):
        if marker["p"] or marker["q"]:
            parallel = True
        elif marker["story"]:
            stories += re.findall(r"US\d+", marker["story"].replace("Story ", "US").replace("Story", "US"))
        elif number == "" and re.fullmatch(r"(?:T|[A-Z]{2,6}-)\d+", marker["other"] or ""):
            number = marker["other"]
        bare = bare[marker.end() :]
    title = _TRAILING_MARKS.sub("", " ".join(bare.split()))
    return number.lstrip("#").rstrip(".-"), stories, parallel, title.strip()


def column(block: Block, title: str) -> int:
    """The column of a title in the first line of its block; marks may stand between its words."""
    first = block.text.split("\n")[0]
    words = title.split(" ")
    for lead in (title[:24], " ".join(words[:2]), words[0][:12]):
        at = first.find(lead.strip()) if lead.strip() else -1
        if at >= 0:
            return block.col + at
    return block.col


def place_in(document: Document, block: Block, offset: int) -> tuple[int, int]:
    """The line and column of a character of a block's text."""
    before = block.text[:offset]
    breaks = before.count("\n")
    if not breaks:
        return block.line, block.col + offset
    line = block.line + breaks
    part = block.text.split("\n", breaks + 1)[breaks]
    source = document.lines[line - 1] if line <= len(document.lines) else ""
    start = max(source.find(part.strip()), 0) - (len(part) - len(part.lstrip()))
    return line, max(start, 0) + offset - before.rfind("\n")
