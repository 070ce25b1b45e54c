"""Our own Markdown, read back as text. Conventions: **strong** names a thing, *emphasis* is commentary
and is not read.

Untrusted text is always escaped when written, so it can be neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from markdown_it.token import Token

from bot.plan.markdown import tokens
from bot.plan.safe_text import plain


@dataclass(frozen=True, slots=True)
class Words:
    """The text of a line: its strong part, the rest as it was written (code in backticks),
    the rest without backticks.
    """

    name: str
    text: str
    bare: str


@dataclass(frozen=True, slots=True)
class Block:
    """A heading (with its level), paragraph, list item or table row (with the table's heads)."""

    kind: Literal["heading", "paragraph", "item", "row"]
    words: Words
    level: int = 0
    cells: tuple[Words, ...] = ()
    heads: tuple[str, ...] = ()

    def cell(self, head: str) -> Words:
        """The cell under `head`; empty when the table has no such column."""
        return self.cells[self.heads.index(head)] if head in self.heads else EMPTY


EMPTY = Words("", "", "")


@lru_cache(maxsize=16)
def blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a document in order. HTML, quotes' marks and code blocks are passed over.

    Several rules read the same few documents back, one after the other.
    """
    return tuple(_blocks(text))


def _blocks(text: str) -> Iterator[Block]:
    level, in_item = 0, 0
    heads: list[str] = []
    row: list[Words] | None = None
    for token in tokens(text):
        if token.type == "heading_open":
            level = int(token.tag[1:])
        elif token.type == "heading_close":
            level = 0
        elif token.type == "thead_open":
            heads = []
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            if heads:
                yield Block("row", row[0] if row else EMPTY, cells=tuple(row), heads=tuple(heads))
            heads, row = heads or [one.text for one in row], None
        elif token.type in ("list_item_open", "list_item_close"):
            in_item += 1 if token.nesting == 1 else -1
        elif token.type == "inline":
            found = _words(token.children or [])
            if row is not None:
                row.append(found)
            else:
                yield Block("heading" if level else "item" if in_item else "paragraph", found, level)


def _words(children: Sequence[Token]) -> Words:
    name, text, bare = "", "", ""
    strong = emphasis = 0
    for token in children:
        strong += token.nesting if token.type.startswith("strong_") else 0
        emphasis += token.nesting if token.type.startswith("em_") else 0
        if emphasis:
            continue
        if strong:
            name += _content(token)
        else:
            text += _content(token, ticks=True)
            bare += _content(token)
    return Words(plain(name), plain(text), plain(bare))


def _content(token: Token, *, ticks: bool = False) -> str:
    if token.type == "code_inline":
        return f"`{token.content}`" if ticks and token.markup == "`" else token.content
    return (
        " "
        if token.type in ("softbreak", "hardbreak")
        else token.content
        if token.type.startswith("text")
        else ""
    )


def numbered_heading(block: Block) -> tuple[str, str]:
    """Id and title of a heading such as "T1 · Title"."""
    name, _, title = block.words.text.partition(" · ")
    return name, title


def names_in(text: str) -> list[str]:
    """The ids of a comma list."""
    return [name for name in (part.strip() for part in text.split(",")) if name]


def item_text(words: Words) -> str:
    """The text of a list item without its checkbox."""
    for box in ("[ ] ", "[x] ", "[X] "):
        if words.text.startswith(box):
            return words.text[len(box) :]
    return words.text
