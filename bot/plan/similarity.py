"""How alike two texts are by the words they share: order, endings and small words do not count.

Compares words, not meanings; knows English endings only, and takes other languages word for word.
"""

from __future__ import annotations

import re
from collections.abc import Set
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T")

_WORD = re.compile(r"[^\W_]+")
_OWNER = re.compile(r"['\u2019]s\b")
_VOWEL = re.compile(r"[aeiouy]")

# Small words that carry no content. "not", "no", "never", "without" are content: they turn a sentence round.
_SMALL = """
a about after again all also am an and any are as at be because been before being both but by can
could did do does doing done during each every few for from further get gets had has have having he
her here him his how i if in into is it its itself let may me might more most must my of off on once
only or other our out over own per same shall she should so some such than that the their them then
there these they this those through to too under until up upon us use used uses using very via was
we were what when where whether which while who whom why will with would yet you your
"""
_STOP = frozenset(_SMALL.split())


SAME_QUESTION = 0.85


def similarity(a: str, b: str) -> float:
    """From 0.0 (no content word in common) to 1.0 (the same content words): twice the shared words over all.

    Texts of small words only are alike when they are the same but for case and blanks.
    """
    ours, theirs = content_words(a), content_words(b)
    if not ours and not theirs:
        return float(a.casefold().split() == b.casefold().split())
    return 2 * len(ours & theirs) / (len(ours) + len(theirs))


def same_question(a: str, b: str) -> bool:
    """Whether two texts ask for the same: people would answer both with one sentence."""
    return bool(a.strip()) and similarity(a, b) >= SAME_QUESTION


def containment(part: str, whole: str) -> float:
    """The share of `part`'s content words that `whole` has too, from 0.0 to 1.0; 0.0 when `part` has none."""
    words = content_words(part)
    return len(words & content_words(whole)) / len(words) if words else 0.0


def jaccard(one: Set[T], other: Set[T]) -> float:
    """The share of what either holds that both hold; 1.0 of two empty sets."""
    return len(one & other) / len(one | other) if one or other else 1.0


@lru_cache(maxsize=20_000)
def content_words(text: str) -> frozenset[str]:
    """The words of `text` that carry content, in lower case and without endings."""
    words = _WORD.findall(_OWNER.sub("", text).casefold())
    return frozenset(stem(word) for word in words if word not in _STOP)


def stem(word: str) -> str:
    """A lower-case word without its ending, so that "retries", "retried" and "retrying" are one word."""
    return _bare_end(_without_tense(_singular(word)))


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _without_tense(word: str) -> str:
    if len(word) > 4 and word.endswith("ied"):
        return word[:-3] + "y"
    for ending in ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) > 2 and _VOWEL.search(rest) and not word.endswith("eed"):
            return rest
    return word


def _bare_end(word: str) -> str:
    """ "cache" and "caching", "stop" and "stopped", "class" and "classes" end alike."""
    if len(word) > 3 and word.endswith("e"):
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and not word.isdigit() else word
