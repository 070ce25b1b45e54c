"""Where words stand in a tree, line by line, for recipes. Files people do not write by hand are
told apart, not skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.plan.model import Evidence
from bot.recon.kinds import kind_of
from bot.recon.secrets import Guarded, secret_name
from bot.recon.tree import Tree
from bot.secret_text import secret_in

LONGEST_FILE = 1_000_000
UNSEARCHED = frozenset({"data"})


@dataclass(frozen=True, slots=True)
class Hit:
    """One line in which something stands; `line` counts from 1, `words` is "" where a secret is near."""

    path: str
    line: int
    words: str

    @property
    def evidence(self) -> Evidence:
        return Evidence(path=self.path, line=self.line, quote=self.words)


def whole_word(name: str) -> re.Pattern[str]:
    """A pattern for a name that is not part of a longer one."""
    return re.compile(rf"(?<![\w]){re.escape(name)}(?![\w])")


def lines_with(tree: Tree, needle: str, pattern: re.Pattern[str]) -> Iterator[Hit]:
    """Every line that the pattern finds; `needle` is a text each such line holds, to
    pass files over quickly. Of a file that holds a secret its lines are told, never their words.
    """
    guarded = Guarded(tree)
    for path in tree.paths:
        if kind_of(path) in UNSEARCHED or secret_name(path):
            continue
        text = tree.text(path)
        if text is None or len(text) > LONGEST_FILE or needle not in text:
            continue
        open_to_all = guarded.text(path) is not None
        for number, line in enumerate(text.split("\n"), 1):
            if needle in line and pattern.search(line):
                shown = open_to_all and not secret_in(line)
                yield Hit(path, number, line.strip()[:200] if shown else "")


def first_lines(hits: list[Hit]) -> dict[str, list[int]]:
    """The lines of each file, in order of the files' names."""
    out: dict[str, list[int]] = {}
    for hit in hits:
        out.setdefault(hit.path, []).append(hit.line)
    return dict(sorted(out.items()))


def told(lines: list[int]) -> str:
    """Line numbers in words: "line 4" or "lines 4, 9 and 3 more"."""
    if len(lines) == 1:
        return f"line {lines[0]}"
    shown = ", ".join(map(str, lines[:6]))
    return f"lines {shown}" + (f" and {len(lines) - 6} more" if len(lines) > 6 else "")
