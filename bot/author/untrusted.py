"""Text that strangers wrote, made harmless before it is kept or shown to a model. Pure, linear in
its length.
"""

from __future__ import annotations

import re

from bot.recon.secrets import secret_in

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2028\u2029\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\ue000-\uf8ff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
_ORDER = re.compile(
    r"\b(ignore|disregard|forget|override)\b[^.\n]{0,40}\b(previous|prior|above|earlier|all|your|these)\b[^.\n]{0,40}"
    r"\b(instructions?|rules?|prompts?)\b|\bsystem prompt\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.\n])")
WITHHELD = "(withheld: it looks like a secret)"


def without_invisible(text: str) -> tuple[str, int]:
    """The text without control, zero-width, direction and private-use characters, and how many there were.
    New lines and tabs stay; `\\r\\n` counts as a new line."""
    return _INVISIBLE.subn("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str, limit: int = 400) -> str:
    """Visible characters on one line, clipped at a word with an ellipsis; a line that holds a secret is
    withheld.
    """
    words = " ".join(without_invisible(text)[0].split())
    if secret_in(words):
        return WITHHELD
    return clipped(words, limit)


def clipped(words: str, limit: int) -> str:
    """At most `limit` characters, cut between words where that loses less than half."""
    if len(words) <= limit:
        return words
    short = words[: limit - 1]
    at = short.rfind(" ")
    return (short[:at] if at > limit // 2 else short).rstrip(" ,;:") + "…"


def gives_orders(text: str) -> bool:
    """Whether a text tries to tell a model what to do with its own instructions."""
    return bool(_ORDER.search(text))


def without_orders(text: str) -> tuple[str, int]:
    """The text with each sentence that gives orders replaced by "(removed)", and how many there were."""
    sentences = _SENTENCE_END.split(text)
    orders = [gives_orders(each) for each in sentences]
    kept = ("(removed)" if order else each for each, order in zip(sentences, orders, strict=True))
    return "".join(kept), sum(orders)
