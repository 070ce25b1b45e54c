"""Is a quote really there? Claims about a text count only with words that stand in it.

Blanks, Markdown's marks and the form of quotation marks do not count; letters do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

SHORTEST = 8  # letters of a quote; fewer stand anywhere
LONGEST = 600
_MARKS = re.compile(r"[`*_#>|\[\]]+|<!--|-->")
_BLANKS = re.compile(r"\s+")
_ALIKE = str.maketrans("\u201c\u201d\u2018\u2019\u2013\u2014\u00a0", "\"\"''-- ")


@dataclass(frozen=True)
class Quotable:
    """A text that quotes can be looked for in."""

    text: str

    @cached_property
    def _bare(self) -> str:
        return bare(self.text)

    def holds(self, quote: str) -> bool:
        """Whether the quote stands in the text word for word."""
        wanted = bare(quote[: LONGEST * 2])
        return SHORTEST <= len(wanted) <= LONGEST and wanted in self._bare


def bare(text: str) -> str:
    """A text without Markdown's marks, every run of blanks one blank."""
    return _BLANKS.sub(" ", _MARKS.sub(" ", text.translate(_ALIKE))).strip().casefold()
