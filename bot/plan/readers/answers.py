"""What a list of open questions says of an answer: one that was decided is open no more, one with a leaning
has something to say yes or no to. Takes nobody's word for an answer that is still to be given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.plan.markdown import Block

_COLON = r"(?:\s?\([^()\n]{1,40}\))?(?:\*\*|__)?\s?[:\uff1a](?:\*\*|__)?\s{0,3}"
_TO_COME = (
    r"[\W_]{0,4}(?:tbd|tbc|todo|open|pending|deferred|unknown|undecided|unclear|none|needed|required|not yet"
    r"|to be|ask|\?|$)"
)
_DECIDED = re.compile(
    rf"\b(?:decision|decided|answer|answered|resolved|resolution){_COLON}(?!{_TO_COME})", re.IGNORECASE
)
_LEANING = re.compile(
    r"\b(?:lean(?:ing|s)?(?: towards?)?|recommend(?:ation|ed)|propos(?:al|ed)|suggest(?:ion|ed)|preferred"
    rf"|preference|tentative|default){_COLON}(?!{_TO_COME})",
    re.IGNORECASE,
)


def is_decided(blocks: Sequence[Block], at: int) -> bool:
    """Whether the question in item `at` is ticked, or a decision stands behind or below it."""
    return blocks[at].box == "x" or any(map(_DECIDED.search, _after(blocks, at)))


def leaning(blocks: Sequence[Block], at: int) -> str:
    """The words below item `at` that say what its author would answer; "" when there are none."""
    below = (" ".join(block.text.split()) for block in _below(blocks, at))
    return next((text for text in below if _LEANING.search(text)), "")


def has_leaning(question: str) -> bool:
    """Whether a text says what its author would answer to the question it asks."""
    return bool(_LEANING.search(question.partition("?")[2]))


def _after(blocks: Sequence[Block], at: int) -> Iterator[str]:
    """What stands behind the question mark, and all that is below the item."""
    yield blocks[at].text.partition("?")[2]
    yield from (block.text for block in _below(blocks, at))


def _below(blocks: Sequence[Block], at: int) -> Iterator[Block]:
    """What is nested below an item, and the paragraphs right behind it."""
    level = blocks[at].level
    for later in range(at + 1, len(blocks)):
        block = blocks[later]
        if block.kind not in ("item", "paragraph") or (block.kind == "item" and block.level <= level):
            return
        yield block
