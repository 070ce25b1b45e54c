"""Whether words stand in the issue as they are. No rule lives here."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.plan.safe_text import INVISIBLE

_MARKUP = re.compile(
    r"\]\([^()\s]{0,500}\)|[*_`~\[\]<>\\|]|^[ \t]*(?:[-+#>]+|[0-9]{1,3}[.)])[ \t]", re.MULTILINE
)
_WITHHELD = re.compile(r"\(withheld: [^()\n]{1,80}\)")


@lru_cache(maxsize=256)
def folded(text: str) -> str:
    return " ".join(text.split())


def told(words: str, issue: str) -> bool:
    """Whether the issue says these words in this order; its marks for bold, code, links and lists, and what
    cannot be seen, do not count. What was withheld as a secret may have been anything.
    """
    if folded(words) in folded(issue):
        return True
    at, text = 0, _unmarked(issue)
    for piece in filter(None, map(_unmarked, _WITHHELD.split(words))):
        found = text.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return True


@lru_cache(maxsize=256)
def _unmarked(text: str) -> str:
    """Without white space, too: some of what nobody sees is taken for it, and some is not."""
    return "".join(_MARKUP.sub("", INVISIBLE.sub("", text)).split())
