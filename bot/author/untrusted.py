"""Text that strangers wrote, made harmless before it is kept or shown to a model.
Pure, linear in its length.
"""

from __future__ import annotations

import re

from bot.plan.safe_text import INVISIBLE, clipped
from bot.secret_text import secret_in

_ORDER = re.compile(
    r"\b(ignore|disregard|forget|override)\b[^.\n]{0,40}\b(previous|prior|above|earlier|all|your|these)\b[^.\n]{0,40}"
    r"\b(instructions?|rules?|prompts?)\b|\bsystem prompt\b",
    re.IGNORECASE,
)
_RARE_SPACE = re.compile("[\x0b\x0c\x85\u2028\u2029]")
_SENTENCE_END = re.compile(r"(?<=[.\n])")
_KEY_BLOCK = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [^\n-]{0,60}-----|\Z)", re.DOTALL
)
WITHHELD = "(withheld: it looks like a secret)"


def without_invisible(text: str) -> tuple[str, int]:
    """The text without invisible characters, and how many there were. New lines and tabs stay; `\\r\\n`
    counts as a new line, and rarer separators of lines as spaces.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return INVISIBLE.subn("", _RARE_SPACE.sub(" ", lines))


def one_line(text: str, limit: int = 400) -> str:
    """Visible characters on one line, clipped at a word with an ellipsis; a line that
    holds a secret is withheld.
    """
    words = " ".join(without_invisible(text)[0].split())
    if secret_in(words):
        return WITHHELD
    return clipped(words, limit)


def without_secrets(text: str) -> str:
    """The text with each line, and each block of a private key, that looks like a secret withheld."""
    if not secret_in(text):
        return text
    lines = _KEY_BLOCK.sub(WITHHELD, text).split("\n")
    kept = "\n".join(WITHHELD if secret_in(line) else line for line in lines)
    return WITHHELD if secret_in(kept) else kept


def gives_orders(text: str) -> bool:
    """Whether a text tries to tell a model what to do with its own instructions."""
    return bool(_ORDER.search(text))


def without_orders(text: str) -> tuple[str, int]:
    """The text with each sentence that gives orders replaced by "(removed)", and how many there were."""
    sentences = _SENTENCE_END.split(text)
    orders = [gives_orders(each) for each in sentences]
    kept = ("(removed)" if order else each for each, order in zip(sentences, orders, strict=True))
    return "".join(kept), sum(orders)
