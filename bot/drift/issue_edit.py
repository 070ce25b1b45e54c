"""Which demands of an issue its text does not make any more. New ones are not looked for: whoever plans again
reads the whole text."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from bot.plan.model import Obligation
from bot.plan.similarity import similarity
from bot.recon.obligations import obligations

ALIKE = 0.5  # of two demands' content words; below it the old one is taken for gone
_LETTERS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class DemandChange:
    """A demand of the plan whose words are not in the issue now. `now` are those that took their place, ""
    when there are none; `by` are the tasks (or whatever else) that answer it."""

    id: str
    text: str
    now: str
    by: tuple[str, ...]


def issue_digest(title: str, body: str) -> str:
    """What an issue's text is known by: 64 hex digits. Line ends do not count, GitHub changes them."""
    words = [title, body.replace("\r\n", "\n")]
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()


def issue_changed(
    demands: Sequence[Obligation], title: str, body: str, before_digest: str = ""
) -> tuple[DemandChange, ...]:
    """The demands that an issue with this text does not make any more, in the plan's order. Nothing when it
    is the text of `before_digest`. Case, punctuation, marks and ticked boxes are no change."""
    if before_digest and before_digest == issue_digest(title, body):
        return ()
    text = f" {_words(title)} \n {_words(body)} "
    lost = [each for each in demands if _words(each.text) and not _stands(each.text, text)]
    kept = {_words(each.text) for each in demands if each not in lost}
    fresh = [each.text for each in obligations(body) if _words(each.text) not in kept]
    return tuple(DemandChange(each.id, each.text, _likest(each.text, fresh), each.by) for each in lost)


def _stands(demand: str, text: str) -> bool:
    """A demand that was too long for the plan was cut, and ends in dots."""
    cut = demand.rstrip().endswith("\u2026")
    return f" {_words(demand)}{'' if cut else ' '}" in text


def _likest(demand: str, others: Sequence[str]) -> str:
    best = max(others, key=lambda other: similarity(demand, other), default="")
    return best if best and similarity(demand, best) >= ALIKE else ""


def _words(text: str) -> str:
    return " ".join(_LETTERS.findall(unicodedata.normalize("NFKC", text).casefold()))
