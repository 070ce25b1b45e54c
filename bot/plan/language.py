"""Whether a text is English enough for rules about English words. Tells English from the rest, nothing
finer."""

from __future__ import annotations

import re
from typing import Literal

Language = Literal["english", "other", "unknown"]

_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_WORD = re.compile(r"[A-Za-z\u00c0-\u024f']+")
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+", re.DOTALL)
_ENGLISH = frozenset(
    [
        "the",
        "a",
        "an",
        "and",
        "or",
        "of",
        "to",
        "in",
        "on",
        "at",
        "for",
        "from",
        "with",
        "without",
        "by",
        "is",
        "are",
        "was",
        "be",
        "been",
        "has",
        "have",
        "had",
        "it",
        "its",
        "this",
        "that",
        "these",
        "those",
        "not",
        "no",
        "when",
        "then",
        "if",
        "as",
        "all",
        "any",
        "each",
        "every",
        "must",
        "can",
        "will",
        "which",
        "who",
        "into",
        "after",
        "before",
        "than",
        "only",
        "one",
        "per",
        "does",
        "do",
    ]
)
ENOUGH_WORDS = 60
LEAST_SHARE = 0.04
MOST_FOREIGN = 0.3


def language_of(text: str) -> Language:
    """The language of a text; "unknown" when it is Latin script and too short to tell.

    More than 30 % of the letters outside Latin script, or less than 4 % common English words among 60 words
    or more, is
    another language.
    """
    words = _CODE.sub(" ", text)
    letters = _LETTER.findall(words)
    if letters and sum(not _LATIN.match(letter) for letter in letters) > MOST_FOREIGN * len(letters):
        return "other"
    found = [word.lower() for word in _WORD.findall(words)]
    if len(found) < ENOUGH_WORDS:
        return "unknown"
    share = sum(word in _ENGLISH for word in found) / len(found)
    return "english" if share >= LEAST_SHARE else "other"
