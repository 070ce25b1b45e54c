"""What a reader did not take for a field of the plan becomes prose, so that rules on words still see it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from bot.plan.markdown import Block, Document
from bot.plan.readers.reading import Sheet


def keep_prose(sheet: Sheet, document: Document, used: Collection[int], skip: Collection[int] = ()) -> None:
    """Say every paragraph, list item and table cell that is not used, with its heading.

    `used` are indexes of blocks, `skip` line numbers that somebody else has read.
    """
    heading = ""
    fenced = html = 0
    for at, block in enumerate(document.blocks):
        if block.kind == "heading":
            heading = " ".join(block.text.split())
        if at in used or block.line in skip:
            continue
        if block.kind == "fence":
            fenced += block.text.count("\n")
        elif block.kind == "html":
            html += 0 if block.text.lstrip().startswith("<!--") else block.text.count("\n") + 1
        for text, line, col in _texts(block):
            sheet.say(text, heading, line, col)
    if fenced:
        sheet.not_read.append(f"{fenced} {_lines(fenced)} inside code fences")
    if html:
        sheet.not_read.append(f"{html} {_lines(html)} of HTML")


def _texts(block: Block) -> Iterator[tuple[str, int, int]]:
    if block.kind in ("paragraph", "item") and block.text.strip():
        yield block.text, block.line, block.col
    elif block.kind == "row" and not block.head:
        for cell in block.cells:
            if any(letter.isalpha() for letter in cell.text):
                yield cell.text, cell.line, cell.col


def _lines(count: int) -> str:
    return "line" if count == 1 else "lines"
