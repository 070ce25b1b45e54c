"""How many tokens a text costs, estimated from its bytes: the tokenizer of a model is not known here."""

from __future__ import annotations

import math

from bot.recon.languages import language_of

PROSE, CODE = 3.6, 3.2  # bytes a token; code costs more
RESERVE = 0.15  # of a budget stays free, since this is an estimate
_PROSE_LANGUAGES = frozenset({None, "Markdown", "reStructuredText"})


def usable(budget: int) -> int:
    """What of a budget may be spent."""
    return int(max(budget, 0) * (1 - RESERVE))


def tokens(text: str, path: str = "") -> int:
    """The tokens of a text, rounded up; `path` tells prose from code."""
    return math.ceil(len(text.encode("utf-8", "surrogatepass")) / bytes_a_token(path))


def bytes_a_token(path: str) -> float:
    return PROSE if language_of(path) in _PROSE_LANGUAGES else CODE
