"""Whether a text is English enough for rules about English words. Tells English from the rest, nothing
finer."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

Language = Literal["english", "other", "unknown"]

_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff]")
_WORD = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+(?:['\u2019][A-Za-z]+)?")
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+|(?<![\w.-])[\w.-]*[/_\\][\w./\\-]*", re.DOTALL)

# Small words of English that are no words of the languages below, and the other way round.
_ENGLISH_WORDS = """
    the and of to for from with without by is are was were be been has have had it its this that these
    those not when then if all any each every must can which who into after before than only per does
    should would there their they what how while where new user users you your will or at on
"""
_FOREIGN_WORDS = """
    der die das und nicht ist ein eine einen mit für auf von dem den des im zu werden wird sind oder bei
    nach wenn auch als durch kann zur zum über
    le la les et est une du dans pour sur avec par pas sont qui que au aux être doit ou cette ce
    el los las y para con por una del se al es como más no debe
    o os uma da dos das em não na nas ao às são pelo pela deve ser mais
    il gli che di della delle nel per sono non più come alla
    de en het een van niet voor zijn wordt naar
    ve bir bu için ile olarak olan veya daha gibi
    och att som är till inte på av med ett och w z na się jest do nie
"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_FOREIGN = frozenset(_FOREIGN_WORDS.split()) - {"no", "per", "do"}

ENOUGH_WORDS = 60
FEW_WORDS = 6
LEAST_SHARE = 0.04
MOST_FOREIGN = 0.3


@lru_cache(maxsize=20_000)
def language_of(text: str) -> Language:
    """The language of a text; "unknown" when it is Latin script and too short, or too much of a list, to
    tell.

    Another language: more than 30 % of the letters are outside Latin script, or there are more such letters
    than Latin words; or, in Latin script, common words of another language outnumber the English ones; or
    hardly any of 60 words or more is a common English one.
    """
    words = _CODE.sub(" ", text)
    letters = _LETTER.findall(words)
    found = [word.casefold() for word in _WORD.findall(words)]
    strange = sum(not _LATIN.match(letter) for letter in letters)
    if strange > MOST_FOREIGN * len(letters) or strange > max(len(found), FEW_WORDS):
        return "other"
    return _latin(found)


def _latin(found: list[str]) -> Language:
    english = sum(word in _ENGLISH for word in found)
    foreign = sum(word in _FOREIGN for word in found)
    if len(found) >= FEW_WORDS and foreign > english and foreign >= 2:
        return "other"
    if len(found) < ENOUGH_WORDS:
        return "unknown"
    return "english" if english >= LEAST_SHARE * len(found) else "other"
