"""What of a Markdown text somebody says in words of their own. Code, quotes, comments and addresses are not
that."""

from __future__ import annotations

import re
from functools import lru_cache

_ASIDE = re.compile(
    r"```.*?(?:```|\Z)|(?<!`)(`{1,9})(?!`)[^\n]{0,2000}?(?<!`)\1(?!`)|\"[^\"\n]{1,200}\""
    r"|\u201c[^\u201d\n]{1,200}\u201d|\u2018[^\u2019\n]{1,80}\u2019(?!\w)|(?<!\w)'[^'\n]{1,80}'(?!\w)"
    r"|https?://\S+|<!--.*?(?:-->|\Z)|(?<=\]\()[^()\[\]\s]{1,2000}(?=\))",
    re.DOTALL,
)


@lru_cache(maxsize=20_000)
def bare(text: str) -> str:
    """`text` with code, quotes, comments and addresses blanked out; every other character keeps its place."""
    return blanked(_ASIDE, text)


def blanked(pattern: re.Pattern[str], text: str) -> str:
    """`text` with what matches blanked out; every other character keeps its place."""
    return pattern.sub(lambda found: re.sub(r"\S", " ", found[0]), text)


def short(text: str, most: int) -> str:
    """`text` on one line of at most `most` characters, for a message."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
