"""Which Markdown a rule on form may judge: what is ours, never what people wrote around it. No rule lives
here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.errors import UserError
from bot.plan.findings import Location
from bot.plan.formats.plan_file import entries, sections
from bot.plan.formats.sections import LAYOUTS, Layout, SectionRule
from bot.plan.markdown import Document, Section
from bot.plan.rules.engine import Lacking, LintInput

_NUMBERING = re.compile(r"^\(?\d{1,3}(?:\.\d{1,3}){0,3}[.)]?\s+")
_NOT_WORDS = re.compile(r"[\W_]+")


def judged(given: LintInput) -> Iterator[Document]:
    """The Markdown at hand without what people wrote around sections of ours; lines keep their numbers."""
    for document in given.documents:
        if given.format == "foreign":
            yield document
        elif ours := _ours(document, given.number or 0):
            yield ours


def text_page(given: LintInput) -> Document:
    """The document whose form the plan's format describes. Raises Lacking when there is none."""
    layout = LAYOUTS[given.format]
    pages = [page for page in judged(given) if _is_section_file(page) == (given.format == "roadmap")]
    pages = pages or ([*judged(given)] if given.reading else [])
    if not pages:
        raise Lacking(f"no document in the format {given.format}")
    return max(pages, key=lambda page: len(headings(page, layout)))


@lru_cache(maxsize=64)
def _ours(document: Document, issue: int) -> Document | None:
    """None when nothing there is to be judged: the marks of the file cannot be trusted, which PLN005 says,
    or the plan is finished and one line is left of it.
    """
    try:
        found = sections(document.text)
    except UserError:
        return None
    own = [one for one in found if one.issue == issue]
    if not own and issue in entries(document.text):
        return None
    if not found:
        return document
    kept = own or list(found)
    text, at = "", 0
    for one in kept:
        text += "\n" * document.text.count("\n", at, one.start) + document.text[one.start : one.end]
        at = one.end
    return Document(document.path, text)


def _is_section_file(document: Document) -> bool:
    return "<!-- groundplan:plan " in document.text


def at_line(document: Document, line: int, col: int = 1) -> Location:
    return Location(document.path, line, col)


@lru_cache(maxsize=4096)
def bare_title(title: str) -> str:
    """A title as titles are compared: "3. Data & Interface Contracts (if applicable)" is "data and interface
    contracts"."""
    words = _NUMBERING.sub("", title.strip())
    remark = words.rfind("(") if words.endswith(")") else -1
    words = (words[:remark] if remark > 0 else words).replace("&", " and ")
    return _NOT_WORDS.sub(" ", words.casefold()).strip()


@dataclass(frozen=True, slots=True)
class Heading:
    """A section of a document. `rule` is what the format says about it, None when the format does not know
    it."""

    section: Section
    rule: SectionRule | None
    rank: int


def headings(document: Document, layout: Layout) -> tuple[Heading, ...]:
    """The sections at the document's main level, in its order, each with its rank in the format's order."""
    return _headings(document, layout)


@lru_cache(maxsize=64)
def _headings(document: Document, layout: Layout) -> tuple[Heading, ...]:
    ranks = ranks_of(layout.sections)
    known = Counter(one.level for one in document.sections if bare_title(one.title) in ranks)
    level = layout.level
    if known and not known[level]:
        level = known.most_common(1)[0][0]
    found = []
    for one in document.sections:
        if one.level == level:
            rank = ranks.get(bare_title(one.title), -1)
            found.append(Heading(one, layout.sections[rank] if rank >= 0 else None, rank))
    return tuple(found)


def ranks_of(rules: tuple[SectionRule, ...]) -> dict[str, int]:
    """The place in the format's order of each title, as titles are compared."""
    return {bare_title(name): at for at, one in enumerate(rules) for name in (one.title, *one.names)}


def named(document: Document, layout: Layout, title: str) -> Section | None:
    """The section that the format calls `title`."""
    return next(
        (one.section for one in headings(document, layout) if one.rule and one.rule.title == title), None
    )
