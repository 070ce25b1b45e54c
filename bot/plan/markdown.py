"""A Markdown file with the place of everything in it: blocks, sections, code spans. Knows nothing of plans.

Parsed by markdown-it, never matched as a whole. Places count from 1; columns count characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

BlockKind = Literal["heading", "paragraph", "item", "row", "fence", "html", "rule"]
MAX_FRONT = 2_000
_FRONT_KEY = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*[\"']?[A-Za-z_][\w .-]{0,60}[\"']?[ \t]*:(?:\s|$)")
_BOX = re.compile(r"\[([ xX])\](?:[^\S\n]+|(?=\n)|$)")
_FAR = 4000  # longer than any address a link's text may be followed by


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of inline text. `kind` says what it is; `target` is a link's or image's address."""

    kind: Literal["text", "code", "strong", "link", "image", "html"]
    text: str
    line: int
    col: int
    target: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table row, as it is written."""

    text: str
    line: int
    col: int


@dataclass(frozen=True, slots=True)
class Block:
    """One block. `text` is its Markdown source without marks of lists, quotes, headings and check boxes.

    `level` is a heading's level, or how deep a list item is nested (from 1); a paragraph or table row inside
    a list item has the item's depth too. `number` is an ordered item's number, `box` its check box ("" none,
    " " open, "x" ticked). A table's first row is its head (`head`), and every row knows the heads. `info` is
    a fence's language; `open` marks a fence without an end.
    """

    kind: BlockKind
    text: str
    line: int
    col: int = 1
    end: int = 0
    level: int = 0
    number: int | None = None
    box: str = ""
    quoted: bool = False
    head: bool = False
    heads: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()
    info: str = ""
    open: bool = False
    spans: tuple[Span, ...] = ()

    def cell(self, *heads: str) -> Cell | None:
        """The cell of a row under one of `heads`, compared without case; None when there is no such
        column."""
        for at, name in enumerate(self.heads):
            if name.lower() in {head.lower() for head in heads} and at < len(self.cells):
                return self.cells[at]
        return None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and everything below it up to the next heading of its level or higher.

    `own` are the blocks before its first subsection, `blocks` all of them; the heading is in neither.
    """

    title: str
    level: int
    line: int
    end: int
    blocks: tuple[Block, ...]
    parents: tuple[str, ...] = ()

    @property
    def own(self) -> tuple[Block, ...]:
        at = next((at for at, block in enumerate(self.blocks) if block.kind == "heading"), len(self.blocks))
        return self.blocks[:at]


@dataclass(frozen=True)
class Document:
    """A Markdown file."""

    path: str
    text: str
    first_line: int = field(default=1, compare=False)

    @cached_property
    def lines(self) -> list[str]:
        return _newlines(self.text).split("\n")

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(_Reader(self.lines, tokens("\n".join(self._body()))).blocks())

    @cached_property
    def headings(self) -> tuple[Block, ...]:
        return tuple(block for block in self.blocks if block.kind == "heading")

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """Every section, in the order of headings; subsections follow the section they are in."""
        found: list[Section] = []
        above: list[Block] = []
        for at, stop in self._reaches():
            block, below = self.blocks[at], self.blocks[at + 1 : stop]
            while above and above[-1].level >= block.level:
                above.pop()
            end = max((one.end for one in below), default=block.end)
            parents = tuple(plain(one.text) for one in above)
            found.append(Section(plain(block.text), block.level, block.line, end, below, parents))
            above.append(block)
        return tuple(found)

    def section(self, title: str, level: int | None = None) -> Section | None:
        """The first section with this title, compared without case and white space around it."""
        wanted = title.strip().lower()
        found = (one for one in self.sections if one.title.strip().lower() == wanted)
        return next((one for one in found if level is None or one.level == level), None)

    @cached_property
    def front_matter(self) -> int:
        """How many lines at the top are YAML front matter, its two fences included; 0 when there is none."""
        if self.lines[0].rstrip() != "---" or not _FRONT_KEY.match("\n".join(self.lines[1:4])):
            return 0
        ends = (at for at, line in enumerate(self.lines[1:MAX_FRONT], 2) if line.rstrip() in ("---", "..."))
        return next(ends, 0)

    def _body(self) -> list[str]:
        """The lines with the front matter blanked out, which Markdown would take for a heading."""
        return [""] * self.front_matter + self.lines[self.front_matter :]

    def _reaches(self) -> list[tuple[int, int]]:
        """Each heading's index, and that of the next heading of its level or higher."""
        reaches: list[tuple[int, int]] = []
        stops = [len(self.blocks)] * 7
        for at in range(len(self.blocks) - 1, -1, -1):
            block = self.blocks[at]
            if block.kind == "heading":
                reaches.append((at, stops[block.level]))
                stops[block.level :] = [at] * (7 - block.level)
        return reaches[::-1]


def plain(markdown: str) -> str:
    """Inline Markdown as a person reads it: code without backticks, links by their words, escapes undone."""
    found = _parser().parseInline(markdown)
    return " ".join("".join(_shown(child) for child in (found[0].children or [])).split()) if found else ""


def inline_spans(markdown: str, line: int = 1, col: int = 1) -> tuple[Span, ...]:
    """The spans of inline Markdown that starts at this place."""
    found = _parser().parseInline(markdown)
    children = (found[0].children or []) if found else []
    return tuple(_spans(children, markdown.split("\n"), [(line, col)] * (markdown.count("\n") + 1)))


def _shown(token: Token) -> str:
    if token.type in ("text", "code_inline", "text_special"):
        return token.content
    return " " if token.type in ("softbreak", "hardbreak") else ""


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


@lru_cache(maxsize=16)
def tokens(text: str) -> tuple[Token, ...]:
    """The parser's own tokens. A plan's few documents are read by several readers one after the other."""
    return tuple(_parser().parse(text))


def _newlines(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")


class _Reader:
    """Walks the token stream once and yields blocks."""

    def __init__(self, lines: Sequence[str], tokens: Sequence[Token]) -> None:
        self.lines = lines
        self.tokens = tokens
        self.lists: list[int | None] = []
        self.quotes = 0
        self.fresh_item = False
        self.heading = 0
        self.heads: list[str] = []
        self.row: list[Cell] | None = None
        self.row_spans: list[Span] = []
        self.row_line = 0
        self.row_col = 0

    def blocks(self) -> Iterator[Block]:
        for token in self.tokens:
            self._nest(token)
            if block := self._block(token):
                yield replace(block, quoted=self.quotes > 0)

    def _nest(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open":
                self.lists.append(None)
            case "ordered_list_open":
                self.lists.append(int(token.attrGet("start") or 1) - 1)
            case "bullet_list_close" | "ordered_list_close":
                self.lists.pop()
            case "list_item_open":
                self.fresh_item = True
                if self.lists[-1] is not None:
                    self.lists[-1] = self.lists[-1] + 1
            case "blockquote_open":
                self.quotes += 1
            case "blockquote_close":
                self.quotes -= 1
            case "heading_open":
                self.heading = int(token.tag[1:])
            case "heading_close":
                self.heading = 0
            case "thead_open":
                self.heads = []
            case "tr_open" if token.map:
                self.row, self.row_line, self.row_col = [], token.map[0] + 1, 0
                self.row_spans = []

    def _block(self, token: Token) -> Block | None:
        if token.type == "tr_close" and self.row is not None:
            return self._row()
        if token.type == "inline" and self.row is not None:
            cell = self._cell(token.content)
            self.row.append(cell)
            self.row_spans.extend(_spans(token.children or [], [cell.text], [(cell.line, cell.col)]))
            return None
        if not token.map:
            return None
        line, end = token.map[0] + 1, token.map[1]
        if token.type == "inline":
            return self._inline(token, line, end)
        if token.type in ("fence", "code_block"):
            self.fresh_item = False
            unended = token.type == "fence" and not self._closes(token, line - 1, end)
            return Block(
                "fence",
                token.content,
                line,
                end=end,
                level=len(self.lists),
                info=token.info.strip(),
                open=unended,
            )
        if token.type == "html_block":
            return Block("html", token.content, line, end=end, level=len(self.lists))
        return Block("rule", "", line, end=end) if token.type == "hr" else None

    def _inline(self, token: Token, line: int, end: int) -> Block:
        source = token.content.split("\n")
        while line < end and not self.lines[line - 1].strip():
            line += 1  # a line of unusual blanks, which the parser has taken off
        places = [self._place(line + at, part) for at, part in enumerate(source)]
        spans = tuple(_spans(token.children or [], source, places))
        text, col = token.content, places[0][1]
        if self.heading:
            return Block("heading", text, line, col, end, self.heading, spans=spans)
        depth = len(self.lists)
        if not (depth and self.fresh_item):
            return Block("paragraph", text, line, col, end, depth, spans=spans)
        self.fresh_item = False
        box = _BOX.match(text)
        return Block(
            "item",
            text[box.end() :] if box else text,
            line,
            col + (box.end() if box else 0),
            end,
            depth,
            self.lists[-1],
            box[1].lower() if box else "",
            spans=spans,
        )

    def _place(self, line: int, part: str) -> tuple[int, int]:
        source = self.lines[line - 1] if line <= len(self.lines) else ""
        if source.rstrip().endswith(part.rstrip()):
            return line, 1 + len(source.rstrip()) - len(part.rstrip())
        found = source.find(part)
        return line, 1 + (found if found >= 0 else max(source.find(part.strip()), 0))

    def _closes(self, token: Token, start: int, end: int) -> bool:
        last = self.lines[end - 1].strip().lstrip("> ") if end <= len(self.lines) else ""
        return end - start > 1 and len(last) >= len(token.markup) and set(last) == {token.markup[:1]}

    def _cell(self, content: str) -> Cell:
        source = self.lines[self.row_line - 1] if self.row_line <= len(self.lines) else ""
        written = content if content in source else content.replace("|", "\\|")
        at = source.find(written, self.row_col) if content else -1
        self.row_col = at + len(written) if at >= 0 else source.find("|", self.row_col + 1)
        return Cell(content, self.row_line, at + 1 if at >= 0 else max(self.row_col, 0) + 1)

    def _row(self) -> Block:
        cells, self.row = tuple(self.row or ()), None
        head = not self.heads
        if head:
            self.heads = [plain(cell.text) for cell in cells]
        text = " | ".join(cell.text for cell in cells)
        return Block(
            "row", text, self.row_line, cells[0].col if cells else 1, self.row_line, len(self.lists),
            head=head, heads=tuple(self.heads), cells=cells, spans=tuple(self.row_spans),
        )  # fmt: skip


def _spans(
    children: Sequence[Token], source: Sequence[str], places: Sequence[tuple[int, int]]
) -> Iterator[Span]:
    """Spans in order, each placed at its text's next occurrence in the source line it stands in."""
    at_line, at_col, strong, link = 0, 0, 0, ""
    for token in children:
        if token.type in ("softbreak", "hardbreak"):
            at_line, at_col = min(at_line + 1, len(source) - 1), 0
            continue
        strong += token.nesting if token.type.startswith("strong_") else 0
        if token.type.startswith("link_"):
            link = str(token.attrGet("href") or "") if token.nesting == 1 else ""
        if token.type not in ("text", "code_inline", "html_inline", "image"):
            continue
        # An escaped text is not there as it is shown; looking far for each would take quadratic time.
        far = at_col + 2 * len(token.content) + _FAR
        found = source[at_line].find(token.content, at_col, far) if token.content else -1
        col = found if found >= 0 else at_col
        at_col = col + len(token.content) if found >= 0 else at_col
        line, start = places[at_line]
        yield Span(_span_kind(token, strong, link), token.content, line, start + col, _target(token, link))


def _span_kind(
    token: Token, strong: int, link: str
) -> Literal["text", "code", "strong", "link", "image", "html"]:
    if token.type == "code_inline":
        return "code"
    if token.type == "image":
        return "image"
    if token.type == "html_inline":
        return "html"
    return "link" if link else "strong" if strong else "text"


def _target(token: Token, link: str) -> str:
    return str(token.attrGet("src") or "") if token.type == "image" else link
