"""A file's text with its lines and keys at hand, so that evidence costs one pass however much is declared.

It knows nothing of any format but what a key looks like in JSON and TOML; values are their readers' business.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property

from bot.recon.tree import Evidence

KEYS = re.compile(r"\"([^\"\\\n]{1,300})\"|'([^'\\\n]{1,300})'"
r"|^[ \t]{0,20}([\w./@-]{1,200})(?=[ \t]{0,20}[=:])",
                  re.MULTILINE)  # fmt: skip
SHOWN = 200  # characters of a line that are quoted


@dataclass(frozen=True)
class Written:
    """One file's text. Lines are counted from 1."""

    path: str
    text: str

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def _starts(self) -> list[int]:
        starts, at = [], 0
        for line in self.lines:
            starts.append(at)
            at += len(line) + 1
        return starts

    @cached_property
    def _words(self) -> dict[str, list[int]]:
        """Quoted strings and bare keys, each with the lines it stands in, in order."""
        found: dict[str, list[int]] = {}
        for hit in KEYS.finditer(self.text):
            found.setdefault(hit[hit.lastindex or 0], []).append(self.line_at(hit.start()))
        return found

    def line_at(self, offset: int) -> int:
        """The line of an offset into the text."""
        return bisect_right(self._starts, offset)

    def line_of(self, word: str, after: int = 1) -> int | None:
        """The first line from `after` on in which `word` stands as a key or as a quoted string."""
        lines = self._words.get(word, [])
        at = bisect_left(lines, after)
        return lines[at] if at < len(lines) else None

    def line_with(self, part: str) -> int:
        """The first line that holds `part`; 1 when none does."""
        at = self.text.find(part)
        return 1 if at < 0 else self.line_at(at)

    def evidence(self, line: int) -> Evidence:
        """The place of a line; the quote is empty when the line is not there."""
        shown = self.lines[line - 1].strip()[:SHOWN] if 0 < line <= len(self.lines) else ""
        return Evidence(self.path, line, shown)

    def at(self, offset: int) -> Evidence:
        """The place of an offset into the text."""
        return self.evidence(self.line_at(offset))

    def key(self, name: str, *within: str) -> Evidence:
        """The place of a key below the named tables; the nearest that can be told when not found so."""
        after = 1
        for outer in within:
            after = self.line_of(outer, after) or after
        return self.evidence(self.line_of(name, after) or self.line_of(name) or self.line_with(name))
