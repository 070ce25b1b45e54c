"""A stretch of Markdown source that knows where each of its characters stands. Reads no plan.

Readers cut stretches smaller and smaller, so that whatever they take keeps its own line and column; only what
ends up in a plan is turned into words.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.plan.markdown import Block, Cell, Document

# Text without marks but for code in single backticks, as nearly all text is: it need not be parsed.
_SIMPLE = re.compile(
    r"[^\\`*_\[\]<>&!~]*(?:(?<!`)`(?:[^`\s]|[^`\s][^`]*[^`\s])`(?!`)[^\\`*_\[\]<>&!~]*)*", re.DOTALL
)
_BREAK = re.compile(r"<br\s?/?>", re.IGNORECASE)
# Escaped signs and code spans hide what stands in them.
_BOLD_MARK = re.compile(
    r"\\.|(?<!`)(?P<ticks>`++)[^`](?:.{0,400}?[^`])??(?P=ticks)(?!`)|`+|\*\*|__", re.DOTALL
)


@dataclass(frozen=True)
class Stretch:
    """`source` as it is written; `lines` holds line and column of the first character of each of its
    lines."""

    source: str
    lines: tuple[tuple[int, int], ...]

    @property
    def line(self) -> int:
        return self.lines[0][0]

    @property
    def col(self) -> int:
        return self.lines[0][1]

    @cached_property
    def words(self) -> str:
        """The text on one line as a person reads it, with code in backticks and no other marks."""
        return words(self.source)

    @cached_property
    def bare(self) -> str:
        """`words` without backticks: for paths, commands, ids and choices."""
        return words(self.source, ticks="")

    def cut(self, start: int, end: int | None = None) -> Stretch:
        """The part from `start` to `end`, without white space around it."""
        part = self.source[start:end]
        start += len(part) - len(part.lstrip())
        part = part.strip()
        first = bisect_right(self._starts, start) - 1
        line, col = self.lines[first]
        rest = self.lines[first + 1 : first + 1 + part.count("\n")]
        return Stretch(part, ((line, col + start - self._starts[first]), *rest))

    def undangled(self) -> Stretch:
        """Without the closing mark of bold text that began before it."""
        odd = self.source.count("**") % 2 or self.source.count("__") % 2
        return self.cut(0, -2) if odd and self.source.endswith(("**", "__")) else self

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self.source.split("\n")[:-1]:
            starts.append(starts[-1] + len(line) + 1)
        return starts


@dataclass(frozen=True)
class Verbatim(Stretch):
    """What stands between backticks: its marks are no marks."""

    @cached_property
    def words(self) -> str:
        return " ".join(self.source.split())

    @cached_property
    def bare(self) -> str:
        return self.words


def verbatim(text: Stretch) -> Verbatim:
    """A stretch of code without its backticks."""
    return Verbatim(text.source, text.lines)


def closing_mark(source: str, mark: str, start: int) -> int:
    """Where bold text that began with `mark` before `start` ends; -1 when it does not."""
    found = (one.start() for one in _BOLD_MARK.finditer(source, start) if one[0] == mark)
    return next(found, -1)


def of_block(document: Document, block: Block) -> Stretch:
    """The inline text of a block; HTML comments in it are blanked out."""
    parts = block.text.split("\n")
    lines = [(block.line, block.col)]
    lines += [_place(document.lines, block.line + at, part) for at, part in enumerate(parts[1:], start=1)]
    hidden = any(span.kind == "html" and span.text.startswith("<!--") for span in block.spans)
    return Stretch(uncommented(block.text) if hidden else block.text, tuple(lines)).cut(0)


def of_cell(cell: Cell) -> Stretch:
    """The text of a table's cell."""
    return Stretch(cell.text, ((cell.line, cell.col),)).cut(0)


def _place(lines: Sequence[str], line: int, part: str) -> tuple[int, int]:
    source = lines[line - 1] if line <= len(lines) else ""
    return line, max(source.find(part.strip()), 0) + 1 - (len(part) - len(part.lstrip()))


def uncommented(text: str) -> str:
    """`text` with HTML comments replaced by as many spaces; line ends stay."""
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        blank = "".join("\n" if letter == "\n" else " " for letter in text[start : end + 3])
        kept += [text[at:start], blank]
        at = end + 3
    return "".join([*kept, text[at:]])


def words(markdown: str, ticks: str = "`") -> str:
    """Inline Markdown as a person reads it: links by their words, escapes undone, code between `ticks`.

    What looks like HTML stays, because in plans it often is a placeholder; comments go.
    """
    if _SIMPLE.fullmatch(markdown):
        return " ".join((markdown if ticks else markdown.replace("`", "")).split())
    tokens = _parser().parseInline(markdown)
    children = (tokens[0].children or []) if tokens else []
    return " ".join("".join(_shown(child, ticks) for child in children).split())


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable(["strikethrough"])


def _shown(token: Token, ticks: str) -> str:
    match token.type:
        case "text" | "text_special" | "image":
            return token.content
        case "code_inline":
            return f"{ticks}{token.content}{ticks}" if token.markup == "`" else token.content
        case "softbreak" | "hardbreak":
            return " "
        case "html_inline" if not token.content.startswith("<!--"):
            return " " if _BREAK.fullmatch(token.content) else token.content
    return ""
