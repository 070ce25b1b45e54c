"""PLN101-104, PLN114: a document has its format's sections, in order and filled, and nothing but the plan."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence

from bot.plan.findings import Severity
from bot.plan.formats.sections import LAYOUTS, SectionRule
from bot.plan.markdown import Block, Document, Section, plain
from bot.plan.rules.engine import Hit, LintInput, rule
from bot.plan.rules.pages import Heading, at_line, bare_title, headings, judged, ranks_of, text_page
from bot.plan.rules.step_blocks import is_step

_OURS = "R,S,X,F,P"


@rule(
    "PLN101",
    severity="error",
    needs=["documents"],
    formats=_OURS,
    message="Missing section '{h}' (in the format {fmt})",
)
def sections_are_there(given: LintInput) -> Iterator[Hit]:
    """Every section that the format requires is there"""
    layout, page = LAYOUTS[given.format], text_page(given)
    found = headings(page, layout)
    there = {one.rank for one in found}
    for rank, one in enumerate(layout.sections):
        if rank not in there and (one.presence == "required" or _is_due(one, given)):
            yield _missing(given, page, one.title, _end_before(found, rank))
    for heading in found:
        for part in _missing_parts(heading):
            yield _missing(given, page, part.title, heading.section.line)
    if layout.least and sum(one.rank < 0 for one in found) < layout.least:
        yield _missing(given, page, f"<{layout.word}>", 1)


def _missing(given: LintInput, page: Document, title: str, line: int) -> Hit:
    values = {"h": title, "fmt": given.format, "key": title}
    return Hit("", values, f"add '{title}' after line {line}", location=at_line(page, max(line, 1)))


def _is_due(one: SectionRule, given: LintInput) -> bool:
    """A step plan with a release step has the section where it belongs."""
    plan = given.plan
    return (
        given.format == "steps"
        and one.presence == "conditional"
        and plan is not None
        and any(task.kind == "release" for task in plan.tasks)
    )


def _end_before(found: Sequence[Heading], rank: int) -> int:
    """The last line of what should stand before the missing section."""
    return max((one.section.end for one in found if one.rank < rank), default=1)


def _missing_parts(heading: Heading) -> Iterator[SectionRule]:
    if heading.rule and heading.rule.parts:
        below = {bare_title(plain(one.text)) for one in heading.section.blocks if one.kind == "heading"}
        for part in heading.rule.parts:
            if part.presence == "required" and bare_title(part.title) not in below:
                yield part


@rule(
    "PLN102",
    severity="error",
    needs=["documents"],
    formats=_OURS,
    message="Section '{h}' must come after '{prev}'",
)
def sections_are_in_order(given: LintInput) -> Iterator[Hit]:
    """The sections stand in the format's order"""
    layout, page = LAYOUTS[given.format], text_page(given)
    found = [one for one in headings(page, layout) if one.rank >= 0 or layout.open]
    kept = _longest_rise([one.rank for one in found])
    for at, one in enumerate(found):
        if at not in kept:
            yield _moved(page, one, [found[index] for index in kept])


def _longest_rise(ranks: Sequence[int]) -> tuple[int, ...]:
    """The places of a longest run of ranks that never falls: what is not in it was moved."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for at, rank in enumerate(ranks):
        place = bisect_right(tails, rank)
        before.append(ends[place - 1] if place else -1)
        tails[place : place + 1] = [rank]
        ends[place : place + 1] = [at]
    way: list[int] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        way.append(at)
        at = before[at]
    return tuple(reversed(way))


def _moved(page: Document, one: Heading, kept: Sequence[Heading]) -> Hit:
    title, place = one.section.title, at_line(page, one.section.line)
    if before := [other for other in kept if other.rank <= one.rank]:
        previous = before[-1].section.title
        return Hit("", {"h": title, "prev": previous, "key": title}, location=place)
    following = kept[0].section.title
    message = f"Section '{title}' must come before '{following}'"
    return Hit("", {"h": title, "prev": "", "key": title}, location=place, message=message)


_NOTHING = frozenset(("none", "n a", "na", "nothing", "empty", "no"))
_DASHES = frozenset("-\u2013—.…_*/ ")
_INAPPLICABLE = re.compile(r"not applicable\b[\s:.,—\u2013-]{0,4}(.{0,400})", re.IGNORECASE | re.DOTALL)
_REASON = 4


@rule("PLN103", severity="error", needs=["documents"], formats=_OURS, message="Section '{h}' is empty")
def sections_have_content(given: LintInput) -> Iterator[Hit]:
    """Every section says something"""
    layout, page = LAYOUTS[given.format], text_page(given)
    for heading in headings(page, layout):
        yield from _emptiness(page, heading.section, heading.rule)
        parts = heading.rule.parts if heading.rule else ()
        ranks = ranks_of(parts)
        for section in page.sections:
            if parts and heading.section.line < section.line <= heading.section.end:
                rank = ranks.get(bare_title(section.title), -1)
                if rank >= 0:
                    yield from _emptiness(page, section, parts[rank])


def _emptiness(page: Document, section: Section, found: SectionRule | None) -> Iterator[Hit]:
    said = _content(section.blocks)
    if fault := _fault(said, found):
        values = {"h": section.title, "key": section.title}
        yield Hit("", values, fault, location=at_line(page, section.line))


def _fault(said: Sequence[str], found: SectionRule | None) -> str | None:
    """What to do about a section that says nothing; None when it says something."""
    if not said:
        return "write it, or take the heading out" if found is None else "write it"
    if len(said) > 1:
        return None
    words = bare_title(said[0].strip("*_ ."))
    if words in _NOTHING:
        return None if found and found.none else _way_out(found)
    if reason := _INAPPLICABLE.match(said[0].strip("*_ ")):
        enough = len(reason[1].split()) >= _REASON
        return None if found and found.inapplicable and enough else _way_out(found)
    return None


def _way_out(found: SectionRule | None) -> str:
    if found and found.inapplicable:
        return "write it, or 'Not applicable: ' and the reason in four words or more"
    return "this format needs it: write it, or say what would have to be known to write it"


def _content(blocks: Sequence[Block]) -> list[str]:
    """The texts of a section: no headings, comments, heads of tables or empty rows."""
    texts = []
    for block in blocks:
        speaks = block.kind in ("paragraph", "item", "fence") or (block.kind == "row" and not block.head)
        if speaks and not _DASHES.issuperset(block.text):
            texts.append(plain(block.text) if block.kind != "fence" else block.text)
    return texts


@rule(
    "PLN104",
    severity="warning",
    tier="extended",
    needs=["documents"],
    formats=f"{_OURS},K",
    message="{state} section '{h}'",
)
def headings_are_unique(given: LintInput) -> Iterator[Hit]:
    """No heading stands twice under one parent, and none is unknown to the format"""
    for page in judged(given):
        for title, again, first in _twice(page):
            values = {"state": "Duplicate", "h": title, "key": title}
            yield Hit("", values, f"the first one is in line {first}", location=at_line(page, again))
    if given.format == "foreign":
        return
    layout, page = LAYOUTS[given.format], text_page(given)
    if not layout.open:
        for one in headings(page, layout):
            if one.rule is None and one.section.line > _first_known(headings(page, layout)):
                values = {"state": "Unknown", "h": one.section.title, "key": one.section.title}
                yield Hit("", values, location=at_line(page, one.section.line))


def _first_known(found: Sequence[Heading]) -> int:
    return next((one.section.line for one in found if one.rule), 0)


def _twice(page: Document) -> Iterator[tuple[str, int, int]]:
    """Title, line of the repetition and line of the first of headings that stand twice under one parent."""
    seen: dict[tuple[int, int, str], int] = {}
    parents: dict[int, int] = defaultdict(int)
    for section in page.sections:
        parents[section.level] = section.line
        parent = max((parents[level] for level in range(1, section.level)), default=0)
        key = (section.level, parent, section.title.strip().casefold())
        if key in seen:
            yield section.title, section.line, seen[key]
        seen.setdefault(key, section.line)


_THINKING = re.compile(
    r"</?(?:brainstorm(?:ing)?|think(?:ing)?|analysis|reasoning|scratchpad|reflection|antthinking)>",
    re.IGNORECASE,
)
_MACHINE = re.compile(
    r"\bAs an AI(?: language)?(?: model| assistant)?,? I "
    r"(?:can(?:no|')t|cannot|am (?:not|unable)|do(?: not|n't)|have no)\b"
    r"|\bAs an AI(?: language)?(?: model| assistant)?, (?:this|we)\b"
    r"|\bas a (?:large )?language model\b",
    re.IGNORECASE,
)
_TALKING = re.compile(
    r"(?:(?:Sure|Certainly|Of course|Absolutely|Great)[,!.] (?:[\w' ]{0,40}[.!:] )?)?"
    r"(?:Here(?: is|['\u2019]s) (?:the|your|a|my|an) (?:[\w-]{1,30} ){0,4}plan\b"
    r"|I (?:cannot|can['\u2019]t|am unable to)\b|I(?:['\u2019]m| am) sorry\b"
    r"|Let me know (?:if|when|how)\b|I hope this\b|Would you like me to\b|Let me think\b"
    r"|I'll (?:now|start by|begin)\b|Now let me\b|(?:Sure|Certainly)[,!] )",
    re.IGNORECASE,
)


@rule("PLN114", severity="error", needs=["documents"], formats="*", message="Non-plan text '{t}' at line {l}")
def plan_holds_only_the_plan(given: LintInput) -> Iterator[Hit]:
    """No reasoning, no talk of a machine, nothing after the end of the plan"""
    foreign = given.format == "foreign"
    for page in judged(given):
        for block in page.blocks:
            yield from _meta(page, block, foreign)
    if not foreign:
        page = text_page(given)
        for block in _afterthoughts(page, given.format):
            yield _no_plan(page, block.line, block.text)


def _meta(page: Document, block: Block, foreign: bool) -> Iterator[Hit]:
    if block.kind in ("heading", "fence", "rule") or block.quoted:
        return
    html = [block.text] if block.kind == "html" else [one.text for one in block.spans if one.kind == "html"]
    if found := next((tag for text in html for tag in _tags(text)), None):
        yield _no_plan(page, block.line, found)
    words = " ".join(span.text for span in block.spans if span.kind != "code")
    if found_words := _MACHINE.search(words):
        yield _no_plan(page, block.line, found_words[0])
    elif block.kind == "paragraph" and not block.level and (start := _TALKING.match(plain(block.text))):
        yield _no_plan(page, block.line, start[0].strip(), "warning" if foreign else None)


def _tags(html: str) -> Iterator[str]:
    if not html.lstrip().startswith("<!--"):
        yield from (found[0] for found in _THINKING.finditer(html))


def _no_plan(page: Document, line: int, text: str, severity: Severity | None = None) -> Hit:
    shown = " ".join(text.split())[:60]
    return Hit("", {"t": shown, "l": line}, "take it out", severity=severity, location=at_line(page, line))


def _afterthoughts(page: Document, plan_format: str) -> Iterator[Block]:
    """What stands after the end: below a line across the page in the last section; below the last step."""
    layout = LAYOUTS[plan_format]
    found = headings(page, layout)
    if not found:
        return
    last = found[-1].section
    after = False
    for block in last.blocks:
        ended = block.kind == "rule"
        if plan_format == "steps" and any(is_step(one) for one in last.blocks):
            ended = ended or (is_step(block) and not any(is_step(one) for one in _behind(last, block)))
        if after and not block.level and block.kind == "paragraph":
            yield block
        after = after or ended


def _behind(section: Section, block: Block) -> Sequence[Block]:
    return [one for one in section.blocks if one.line > block.line]
