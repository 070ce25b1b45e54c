"""PLN006, PLN007: nothing is left to fill in: no template residue, no "TBD". Copies of the issue are not
judged.

What is residue is told from what only talks about it: "remove the TODO comments" is a task, "TODO: write
this" is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from bot.plan.findings import Location
from bot.plan.rules.engine import Hit, LintInput, rule
from bot.plan.rules.fields import TextField
from bot.plan.rules.scope import bare

Severity = Literal["error", "warning", "info"]

# Whole texts of the templates that plans are written from: as they stand, nobody has filled them in.
_WHOLE = frozenset(
    (
        "what to implement in this step",
        "brief title",
        "summary of changes",
        "summary of tests",
        "things the human must do",
        "how to undo",
        "how to undo (omit if safe)",
        "none | step 4",
        "after initial project structure",
        "feature name",
        "feature_branch_name",
        "requirement name",
        "next requirement",
        "yes/no",
        "high/medium/low",
        "how to address",
        "changes needed",
        "what components/modules are needed?",
        "how do they interact?",
        "what patterns will be used?",
        "step to revert",
        "service z configuration",
        "unit tests for",
        "integration tests for",
        "manual testing steps",
        "describe the technical architecture:",
        "what the system should do (user-facing behaviour)",
        "what indicates this worked correctly",
        "observable outcomes",
        "brief description of what this feature does from user/business perspective",
        "brief description",
        "one paragraph max",
    )
)
# Whole texts that are residue where the text was meant to say something, and only a name elsewhere.
_NUMBERED = re.compile(
    r"(?:task|risk|step|phase|deployment step|feature area|milestone) \d{1,2}", re.IGNORECASE
)
# What a bracket of a template asks for. `[Feature Name]` is one; `[Breaking Change]` is somebody's label.
_SLOTS = (
    "name|names|title|description|feature|requirement|milestone|phase|component|entity|area|topic|path|author"
    "|reason|objective|placeholder"
)
_WORD = r"[A-Z][\w'\u2019]{0,30}"
_TITLED = rf"{_WORD}(?:[ /&-]{{1,3}}(?:{_WORD}|\d{{1,3}}|of|and|or|the|for|to|in)){{0,6}}"
_BRACKET = re.compile(rf"(?<![\]\[!\\\w])\[({_TITLED})\](?![\[(:\w])")
_SLOT = re.compile(rf"\b(?:{_SLOTS})(?: \d{{1,3}})?$", re.IGNORECASE)
_MARKED = re.compile(
    r"\{\{\s?[\w .|/-]{1,60}\s?\}\}"
    r"|<(?:path|file ?path|file ?name|feature ?name|placeholder|(?:insert|your|fill) [\w ]{1,40})>"
    r"|\[(?:feat_name|feature_name)\](?![\[(:])"
    r"|\bJIRAPRJ-123\b|\bLibrary X version Y\b|\bService Z configuration\b|\b[Ll]orem ipsum dolor\b"
    r"|\bX (?:hours?/days?|hours|days)\b"
    r"|(?<=Date: )YYYY-MM-DD|(?<=Created: )YYYY-MM-DD|(?<=Updated: )YYYY-MM-DD|(?<=Deadline: )YYYY-MM-DD"
    r"|\b(?:starts?|ends?|begins?|due|done|finished|ready|released?|deadline) (?:on|by|is) YYYY-MM-DD\b"
)
_COUNT_OF = re.compile(r"\b(?:in|for|last|next|past|every|after|within|over|by|of) $", re.IGNORECASE)
_COUNT_TO = re.compile(r" (?:after|before|ago|from|later|old|in advance)\b", re.IGNORECASE)
_EVERYWHERE = re.compile(
    r"(?<![\w.-])(?:[\w.@-]{0,60}/){0,6}path/to/[\w./*-]{0,120}|(?<![\w./-])path/file\d?\b[\w.]{0,20}|\bJIRAPRJ-123\b"
)
_IN_PATH = re.compile(r"<[\w -]{1,40}>|\[feat_name\]|\{\{[^{}\n]{1,60}\}\}")
_CODE_SPAN = re.compile(r"(?<!`)`([^`\n]{1,400})`(?!`)")
_PATHS = frozenset(
    (
        "tasks.files.path",
        "tasks.files.source",
        "tasks.allowed_paths",
        "tasks.denied_paths",
        "codebase.impact.path",
        "delivery.tests.path",
    )
)
# Short values of which the whole may be a template's.
_VALUES = frozenset(
    (
        "requirements.header.task",
        "requirements.header.branch",
        "requirements.header.feature",
        "requirements.header.created",
        "delivery.phases.estimate",
        "delivery.total_estimate",
        "delivery.dependencies.name",
        "delivery.dependencies.version",
    )
)


@dataclass(frozen=True, slots=True)
class _Found:
    """A stretch of a text that stands for something missing."""

    text: str
    at: int
    severity: Severity | None = None


@rule(
    "PLN006",
    severity="error",
    needs=["plan"],
    message="Template placeholder '{text}' was not replaced",
)
def template_is_filled_in(given: LintInput) -> Iterator[Hit]:
    """Nothing is left of a template"""
    foreign = given.format == "foreign"
    for one in _written(given):
        for hit in _hits(given, one, _residue(one.text, foreign)):
            yield replace(hit, severity="warning") if foreign else hit
    if given.plan is not None and not _only_copied(given):
        for leaf in given.strings:
            if leaf.way in _PATHS:
                patterns = (_IN_PATH,) if leaf.way.startswith("tasks.") or not foreign else ()
                yield from _in_value(leaf.pointer, leaf.text, (*patterns, _EVERYWHERE))
            elif leaf.way in _VALUES:
                yield from _hits(given, TextField(leaf.pointer, leaf.text, "note"), _value_residue(leaf.text))


def _written(given: LintInput) -> Iterator[TextField]:
    """The texts somebody wrote for this plan."""
    if not _only_copied(given):
        yield from (one for one in given.texts_of_plan if not one.quoted)


def _only_copied(given: LintInput) -> bool:
    """A plan made without a model holds the issue's words and ours, and nothing to fill in."""
    return given.own is not None and given.own.provenance.model == "none"


def _hits(given: LintInput, one: TextField, found: Iterator[_Found]) -> Iterator[Hit]:
    told: set[str] = set()
    for each in found:
        if each.text not in told:
            told.add(each.text)
            values = {"text": each.text, "key": each.text}
            place = _place(given, one, each.at)
            yield Hit(one.pointer, values, severity=each.severity, location=place)


def _place(given: LintInput, one: TextField, at: int) -> Location | None:
    """The line inside a longer text that was read from a file; None leaves it at the text's beginning."""
    start = given.reading.place(one.pointer) if given.reading and one.purpose == "prose" else None
    below = one.text.count("\n", 0, at)
    if start is None or not below:
        return None
    return Location(start.file, start.line + below, at - one.text.rfind("\n", 0, at))


def _in_value(pointer: str, text: str, patterns: tuple[re.Pattern[str], ...]) -> Iterator[Hit]:
    for pattern in patterns:
        if found := pattern.search(text):
            yield Hit(pointer, {"text": found[0], "key": found[0]})


def _residue(text: str, foreign: bool) -> Iterator[_Found]:
    """What is left of a template in a text, code spans included where only a template says such a thing."""
    if (whole := text.strip().rstrip(".… ").casefold()) in _WHOLE:
        yield _Found(text.strip(), 0, "warning" if foreign else None)
    elif _NUMBERED.fullmatch(whole) and not foreign:
        yield _Found(text.strip(), 0)
    words = bare(text)
    yield from _brackets(text, words, foreign)
    for found in _MARKED.finditer(words):
        # plans of other people are about templates, too
        braces = found[0].startswith("{{") and (foreign or words[: found.start()].endswith("$"))
        counted = foreign and found[0].startswith("X ") and _counts(words, found)
        if not braces and not counted:
            yield _Found(found[0], found.start())
    shown = words + "\n" + "\n".join(span[1] for span in _CODE_SPAN.finditer(text))
    for found in _EVERYWHERE.finditer(shown) if not foreign else ():
        yield _Found(found[0], max(text.find(found[0]), 0))


def _brackets(text: str, words: str, foreign: bool) -> Iterator[_Found]:
    for found in _BRACKET.finditer(words):
        name, whole = found[1], found[0] == text.strip()
        if name.startswith("NEEDS "):
            continue  # a marker of an open question
        if _SLOT.search(name) and " " in name:
            yield _Found(found[0], found.start())
        elif foreign and (name.isupper() or not _alone(text, found)):
            continue  # somebody's label, a button, or the state of a piece of work
        elif (whole and len(name) > 1) or len(name.split()) > 1:
            yield _Found(found[0], found.start(), "warning" if foreign or not whole else None)


def _counts(words: str, found: re.Match[str]) -> bool:
    """Whether "X days" stands for any number of days: in X days, X days before."""
    return bool(_COUNT_OF.search(words[: found.start()]) or _COUNT_TO.match(words, found.end()))


def _alone(text: str, found: re.Match[str]) -> bool:
    """Whether a bracket stands where a value would: after a label, and not in a row of such brackets."""
    before = text[: found.start()].rstrip(" *")
    return not text.startswith(" [", found.end()) and (not before or before[-1] in ":|\u2013\u2014-")


def _value_residue(text: str) -> Iterator[_Found]:
    if text.strip() in ("YYYY-MM-DD", "X.Y.Z", "TICKET-123", "PROJ-123"):
        yield _Found(text.strip(), 0)
    yield from _residue(text, foreign=False)


# A sentence with one of these words talks about such marks, or forbids them.
_TALK = re.compile(
    r"\b(?:no|not|never|without|any|zero|avoid|forbid|placeholders?|scan|markers?|grep|search|comments?|tokens?"
    r"|remaining|remains?|left|contains?|replace[ds]?|removes?|resolved?|delete|literal|sections?|stubs?|linter"
    r"|trunk-based|list|items?|app)\b",
    re.IGNORECASE,
)
_ALWAYS = re.compile(r"(?<![\w/#@.-])(?:TBD|TBA|TKTK)(?![\w/#@-])|(?<![^\s(\[|:])\?{3,}(?![^\s)\].,|])")
_LABELLED = re.compile(
    r"(?:^|[(\[|:\u2013—] ?|- )(?:TODO|FIXME|XXX|WIP)(?:\([\w @-]{1,30}\))?"
    r"(?=[ \t]*(?:$|[)\]|:]|[\u2013—-] ))"
    r"|(?<=[.!?;] )(?:TODO|FIXME|XXX)(?=:| (?:before|after|until|add|ask|check|decide|fix|see|write)\b)",
    re.MULTILINE,
)
_PHRASES = re.compile(
    r"\bto be (?:determined|decided)\b"
    r"(?=[ \t]*(?:$|[.,;:)\]|]|later\b|once\b|in a later\b|during (?:the )?implementation))"
    r"|\b(?:still|yet) to be (?:determined|decided|defined|specified|confirmed)\b"
    r"|(?:^|[(\[:|\u2013—] ?)to be (?:determined|decided|defined|specified|confirmed)\b"
    r"|\b(?:details|the rest|format|values|wording) (?:is |are )?to be (?:defined|specified|confirmed)\b"
    r"(?=[ \t]*(?:$|[.,;)\]]))"
    r"|\bis (?:still )?WIP\b(?=[ \t]*(?:$|[.,;)\]]))"
    r"|\b(?:implement|finish|decide|define|specify) (?:this |it |them |these |the rest )?later\b"
    r"(?=[ \t]*(?:$|[.,;:)\]!]))"
    r"|\bfill (?:this |it |them )?in (?:later|here|the details|the blanks?|details)\b|[(\[]fill in\b"
    r"|\bto fill in(?=[ \t]*(?:$|[.)\]]))",
    re.IGNORECASE | re.MULTILINE,
)
_SENTENCE_END = re.compile(r"[.!?;]\s|\n")
_REACH = 160


@rule(
    "PLN007",
    severity="error",
    needs=["plan"],
    message="Unfinished content '{text}' in {pointer}; decide it or raise it as a marked question",
)
def content_is_finished(given: LintInput) -> Iterator[Hit]:
    """Nothing is left to be decided, but for marked questions"""
    foreign = given.format == "foreign"
    for one in _written(given):
        if given.limits.marker not in one.text and not (foreign and one.pointer == "/title"):
            yield from _hits(given, one, _unfinished(bare(one.text), foreign))


def _unfinished(words: str, foreign: bool) -> Iterator[_Found]:
    for pattern in (_ALWAYS, _PHRASES):
        for found in pattern.finditer(words):
            asks = found[0].startswith("?") and words[: found.start()].rstrip().endswith(":")
            if asks or not _TALK.search(_sentence(words, found)):
                yield _Found(found[0].strip(" ([|:-\u2013—"), found.start(), "warning" if foreign else None)
    for found in _LABELLED.finditer(words):
        if not _TALK.search(_sentence(words, found, after=False)):
            token = re.sub(r"^\W+", "", found[0])
            if foreign and (token in ("WIP", "XXX") or not words.startswith(":", found.end())):
                continue  # the state of a piece of work
            yield _Found(token, found.start(), "warning" if foreign else None)


def _sentence(words: str, found: re.Match[str], *, after: bool = True) -> str:
    """The sentence around a hit, or before it, without the hit itself."""
    before = words[max(0, found.start() - _REACH) : found.start()]
    first = max((end.end() for end in _SENTENCE_END.finditer(before)), default=0)
    behind = words[found.end() : found.end() + _REACH] if after else ""
    last = _SENTENCE_END.search(behind)
    return before[first:] + " " + (behind[: last.start()] if last else behind)
