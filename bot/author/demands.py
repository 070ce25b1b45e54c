"""One demand of an issue, and how its words are judged: work or criterion, order or remark, and its topic."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.author.untrusted import one_line
from bot.recon.kinds import kind_of

Topic = Literal["code", "tests", "docs"]

CHECKS = re.compile(
    r"\b(acceptance|criteria|definition of done|expected|desired|should happen)\b", re.IGNORECASE
)
WORK_LIST = re.compile(
    r"\b(acceptance|criteria|definition of done|tasks?|to-?dos?|requirements?|scope|deliverables|plan"
    r"|steps)\b",
    re.IGNORECASE,
)
TESTS = re.compile(
    r"^(add|write|extend|update|create|include)\b.{0,40}\b(unit |integration |regression )?tests?\b"
    r"|^(unit |integration |regression |new )?tests? (cover|for|exist|that|of|are|prove)\b|\btest coverage\b",
    re.IGNORECASE,
)
DOCS = re.compile(
    r"\b(readme|changelog|documentation|docs?|docstrings?|release notes?)\b.{0,60}\b(describe|mention"
    r"|explain|updated?|list|document|cover)"
    r"|^(update|extend|add|write|mention|note|describe|document)\b.{0,60}\b(readme|changelog|documentation"
    r"|docs?|docstrings?|release notes?)\b"
    r"|^document\b|\b(is|are) documented\b",
    re.IGNORECASE,
)
REMARK = re.compile(
    r"\b(my guess|i guess|i think|i believe|i suspect|i suppose|i assume|i wonder|my understanding|imh?o"
    r"|not sure|please note"
    r"|note that|note:|nb:|perhaps|maybe|probably|presumably|reasonably|another discussion|may actually"
    r"|may also"
    r"|one either has to|workaround|looks like|fan of|fwiw)\b"
    r"|^(\(|\.\.\.|\u2026)|^(should|shall|could|would|can|do|does|is|are|why|what|how|whether)\b",
    re.IGNORECASE,
)
LABEL = re.compile(r"^\*\*[^*\n]{2,40}\*\*:?\s+|^\*\*(?!.*\*\*)\s*")


def said(text: str) -> str:
    """A demand as plans show it: one visible line without its label."""
    return LABEL.sub("", one_line(text, 1500))


@dataclass(frozen=True, slots=True)
class Demand:
    """One obligation of the issue with what was worked out about it. `paths` exist, `new_paths` do not yet.

    An order speaks to whoever plans and not about the software: it is shown to people and never carried out.
    A remark is prose with a "must" in it that guesses or notes rather than asks.
    """

    id: str
    text: str
    line: int
    heading: str
    ordered: bool
    done: bool
    is_check: bool
    is_open: bool
    is_order: bool
    is_remark: bool
    topic: Topic
    paths: tuple[str, ...]
    new_paths: tuple[str, ...]

    @property
    def is_work(self) -> bool:
        """Whether a task has to meet it."""
        return not (self.done or self.is_order or self.is_open or self.is_remark)

    @property
    def open_reason(self) -> str:
        """Why it may stay open; "" for what a task has to meet."""
        if self.is_remark:
            return "it reads as a remark and not as a demand"
        return "the issue calls it undecided" if self.is_open else ""


def is_remark(text: str) -> bool:
    """Whether a sentence guesses, notes or asks, or is too short to demand anything."""
    return bool(REMARK.search(text)) or len(text.split()) < 3


def topic_of(text: str, paths: Sequence[str]) -> Topic:
    kinds = {kind_of(path) for path in paths}
    if TESTS.search(text) or kinds == {"test"}:
        return "tests"
    return "docs" if DOCS.search(text) or kinds == {"doc"} else "code"
