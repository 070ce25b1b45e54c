"""Code-aware words: identifiers of a text, and the stems an identifier is made of."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{1,79}")
HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
STOP = frozenset((
    "a", "about", "above", "after", "again", "all", "also", "am", "an", "and", "any", "anything", "are",
    "as", "at", "be", "because", "been", "before", "being", "below", "between", "both", "but", "by", "can",
    "cannot", "could", "did", "do", "does", "doing", "don", "down", "during", "each", "either", "else",
    "etc", "even", "ever", "every", "few", "for", "from", "further", "get", "gets", "getting", "give",
    "given", "go", "going", "good", "got", "had", "has", "have", "having", "he", "help", "her", "here",
    "hi", "hello", "him", "his", "how", "however", "i", "if", "im", "in", "instead", "into", "is", "isn",
    "it", "its", "itself", "just", "know", "let", "like", "likely", "ll", "look", "looks", "lot", "make",
    "makes", "many", "may", "maybe", "me", "might", "more", "most", "much", "must", "my", "need", "needs",
    "never", "no", "nor", "not", "nothing", "now", "of", "off", "ok", "on", "once", "one", "only", "or",
    "other", "our", "out", "over", "own", "please", "possible", "quite", "rather", "re", "really", "s",
    "same", "say", "see", "seem", "seems", "shall", "she", "should", "since", "so", "some", "something",
    "still", "such", "sure", "t", "take", "than", "thank", "thanks", "that", "the", "their", "them", "then",
    "there", "these", "they", "thing", "things", "think", "this", "those", "though", "through", "thus",
    "to", "too", "try", "trying", "two", "under", "until", "up", "upon", "us", "use", "used", "uses",
    "using", "usually", "ve", "very", "via", "want", "wants", "was", "way", "we", "well", "were", "what",
    "when", "where", "whether", "which", "while", "who", "why", "will", "with", "within", "without", "won",
    "would", "yes", "yet", "you", "your", "current", "currently", "actual", "actually", "expected",
    "behavior", "behaviour", "bug", "issue", "problem", "feature", "request", "describe", "description",
    "reproduce", "steps", "version", "environment", "additional", "context", "works", "working", "work",
    "follow", "following", "example", "expect", "result", "results", "simple", "new", "add", "added",
    "self", "cls", "return", "import", "def", "class", "function", "none", "true", "false", "null",
    "undefined", "var", "const", "public", "private", "static", "void", "int", "str", "string", "py", "js",
    "ts", "http", "https", "www", "com", "org", "github", "html",
))  # fmt: skip


@lru_cache(maxsize=400_000)
def stems_of(identifier: str) -> tuple[str, ...]:
    """The stems of an identifier's parts, and of the whole when it has several parts: `getFooBars` gives get,
    foo, bar and getfoobar.

    Stop words and single letters are left away.
    """
    if identifier.islower() and identifier.isalpha() and identifier.isascii():
        return (stem(identifier),) if len(identifier) > 1 and identifier not in STOP else ()
    parts = [part.lower() for part in HUMPS.findall(identifier)]
    words = [stem(part) for part in parts if len(part) > 1 and part not in STOP]
    if len(parts) > 1 and len(identifier) < 60:
        words.append(stem("".join(parts)))
    return tuple(dict.fromkeys(words))


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """A light English stem: plural, -ing, -ed, -er and -ion endings go; short words and numbers stay."""
    if len(word) < 5:
        return word[:-1] if len(word) == 4 and word.endswith("s") and not word.endswith("ss") else word
    for ending, instead in BY_LAST.get(word[-1], ()):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return (
                _undouble(word[: -len(ending)] + instead)
                if ending not in {"s", "es", "ies"}
                else word[: -len(ending)] + instead
            )
    return word[:-1] if word.endswith("e") else word


ENDINGS = (
    ("ations", ""), ("ation", ""), ("izing", "iz"), ("ising", "is"), ("ingly", ""), ("ings", ""), ("ing",
    ""), ("ers", ""), ("ies", "y"),
    ("ied", "y"), ("sses", "ss"), ("ions", ""), ("ion", ""), ("ed", ""), ("er", ""), ("ly", ""), ("es", ""),
    ("ss", "ss"),
    ("us", "us"), ("is", "is"), ("s", ""),
)  # fmt: skip
BY_LAST = {
    last: tuple(each for each in ENDINGS if each[0].endswith(last))
    for last in {ending[-1] for ending, _ in ENDINGS}
}


def _undouble(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz" else word


def identifiers(text: str) -> Counter[str]:
    """How often each identifier of at least two characters occurs in a text."""
    return Counter(IDENTIFIER.findall(text))
