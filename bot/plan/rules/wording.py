"""PLN901-904, PLN921: texts are instructions, stand alone and leave nothing to guess."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import get_args

from bot.plan.model import Task
from bot.plan.rules.engine import Hit, LintInput, rule
from bot.plan.rules.fields import Purpose, TextField
from bot.plan.rules.scope import bare, blanked, called, english, milder, whole
from bot.plan.rules.words import HAND_WAVING, HEDGES, VERBS

_FIELDS: tuple[Purpose, ...] = tuple(one for one in get_args(Purpose) if one not in ("prose", "question"))


def _once(pattern: re.Pattern[str], words: str) -> Iterator[str]:
    """What the pattern finds, each once, in lower case and with single blanks."""
    yield from dict.fromkeys(" ".join(found[0].casefold().split()) for found in pattern.finditer(words))


# --- hedges ----------------------------------------------------------------------------------------------

_HEDGE = whole(HEDGES)
# A month; a ban; a state that may hold; a condition turned round; a failure told.
_NO_HEDGE = re.compile(
    r"(?<![.!?:] )(?<!^)\bMay\b|\bMay \d"
    r"|\b(?:may|might|could) (?:not|only|be (?:None|none|null|nil|empty|absent|missing|blank|zero|unset"
    r"|undefined|\s{4}))\b|(?:^|[.;:] )Should (?:the|a|an|any|no|it|they|this|that)\b"
    r"|\b(?:what|which|who|how|whether|that|as it|why) (?:\w+ ){0,4}should\b",
    re.MULTILINE,
)
_TESTED_DEED = re.compile(r"\b(?:try|attempt) to\b", re.IGNORECASE)


@rule(
    "PLN901",
    severity="warning",
    needs=["plan"],
    formats="X,S",
    message="{pointer}: '{w}' is not an instruction",
    fix="unsafe",
)
def instructions_do_not_hedge(given: LintInput) -> Iterator[Hit]:
    """Instructions and checks say what to do, not what might be done"""
    for field in english(given, "instruction", "verification", "rollback"):
        words = blanked(_NO_HEDGE, bare(field.text))
        if field.purpose == "verification":
            words = blanked(_TESTED_DEED, words)
        for word in _once(_HEDGE, words):
            yield Hit(field.pointer, {"w": word}, "say what is to be done, or make it a question")


# --- back references -------------------------------------------------------------------------------------

_SAID = (
    r"(?:discussed|mentioned|described|noted|outlined|stated|agreed|explained|specified|shown|defined|listed)"
)
_TALK = r"(?:conversation|discussion|chat|message|meeting|thread|session)"
_BACK = re.compile(
    rf"\bas\s(?:we\s|was\s|were\s|already\s|previously\s){{0,3}}{_SAID}\s(?:above|earlier|before"
    rf"|previously)\b"
    rf"|\b{_SAID}\s(?:above|earlier|previously)\b"
    rf"|\bas\s(?:we\s|already\s|previously\s){{0,2}}(?:discussed|agreed|mentioned"
    rf"|noted)\b(?=\s*(?:[,.;:)]|$))"
    rf"|\bas\s(?:we\s)?previously\s{_SAID}\b|\bas\swe\s(?:discussed|agreed)\b"
    r"|\bsee\sabove\b|\bas\sabove\b|\bthe\sabove\b(?!-)|\babove-mentioned\b|\baforementioned\b|\bsame\sas\sabove\b"
    r"|(?:^|[.;:(]\s{0,3})same\sas\s(?:before|the\s(?:last|previous)\s(?:one|step|task))\b"
    r"|\b(?:all\s)?the\s(?:rest|remainder)\s(?:is|stays|remains)\s(?:exactly\s)?(?:the\s)?same\sas\sbefore\b"
    rf"|\b(?:as|from|in|per|see|to|on)\sour\s(?:(?:previous|earlier|last|prior)\s)?{_TALK}\b"
    rf"|\b(?:as|per|see|refer\sto|based\son)\s(?:in\s)?the\s(?:previous|earlier|last|prior)\s{_TALK}\b"
    r"|\byou\s(?:said|mentioned|asked\sfor|told)\b|\b(?:as|like|what)\syou\s(?:requested|described"
    r"|suggested|wanted)\b|\bsimilar(?:ly)?\sto\s(?:step|task)\s#?[T\d][\d.]{0,8}\b"
    r"|\blike\sthe\s(?:last|previous)\s(?:one|step|task)\b",
    re.IGNORECASE | re.MULTILINE,
)
_STAYS = re.compile(
    r"\ball of the above\b|\bthe above (?:zero|average|ground|fold)\b|\bnone of the above\b", re.I
)


@rule(
    "PLN902",
    severity="error",
    needs=["plan"],
    formats="*",
    message="{pointer}: '{t}' does not stand alone",
    fix="unsafe",
)
def texts_stand_alone(given: LintInput) -> Iterator[Hit]:
    """No text leans on a conversation or on another part of the plan without naming it"""
    for field in english(given, *_FIELDS):
        for found in _once(_BACK, blanked(_STAYS, bare(field.text))):
            values = {"t": found.strip(" .;:(")}
            yield Hit(field.pointer, values, "say it here", severity=milder(given, "info"))


# --- hand-waving -----------------------------------------------------------------------------------------

_VAGUE = whole(HAND_WAVING)
_OPEN_REST = re.compile(
    r"\bany other (?:files?|places?|callers?|modules?|usages?|code|components?|parts?|changes?|issues?"
    r"|areas?)\b|\badd (?:the |some |input |basic |more )?validation\b(?=\s*(?:[.,;)]|$|and\b|where\b))",
    re.IGNORECASE | re.MULTILINE,
)
_UNNAMED_TESTS = re.compile(
    r"\b(?:add|update|write|adjust|fix|extend|include) (?:some |the |more |any |new |existing |unit "
    r"|integration |and ){0,3}tests\b(?=\s*(?:[.,;)]|$|accordingly\b|too\b|and (?:docs|documentation)\b))",
    re.IGNORECASE | re.MULTILINE,
)
# A deed that says itself when it is needed, and demands that somebody else lists.
_DEFINITE = re.compile(
    r"\b(?:creat|mak|mkdir|load|allocat|install|fetch|escap|pad|quot|wrap|scroll|truncat|round"
    r"|retr)\w*\b[^.;\n]{0,80}?\b(?:if|as|when) (?:needed|necessary)\b"
    r"|\brequired changes (?:to|in|of|for)\b|\b(?:as|if|where) necessary (?:to|for)\b|\b(?:or|and)"
    r" similar \w",
    re.IGNORECASE,
)


@rule(
    "PLN903",
    severity="error",
    needs=["plan"],
    formats="X,S,O",
    message="{pointer}: '{t}' leaves the coder to guess",
    fix="unsafe",
)
def nothing_is_left_to_guess(given: LintInput) -> Iterator[Hit]:
    """Instructions name the files, cases and tests they mean"""
    with_tests = {f"/tasks/{at}/" for at, task in enumerate(_tasks(given)) if _names_tests(task)}
    for field in english(given, "instruction", "acceptance", "verification"):
        words = blanked(_DEFINITE, bare(field.text))
        found = [*_once(_VAGUE, words), *_once(_OPEN_REST, words)]
        if not _is_within(field, with_tests):
            found += _once(_UNNAMED_TESTS, words)
        for one in found:
            yield Hit(field.pointer, {"t": one}, "name the files, the cases or the tests")


def _tasks(given: LintInput) -> tuple[Task, ...]:
    return given.plan.tasks if given.plan else ()


def _names_tests(task: Task) -> bool:
    return bool(task.tests) or any(re.search(r"test|spec", change.path, re.I) for change in task.files)


def _is_within(field: TextField, roots: set[str]) -> bool:
    return "/".join(field.pointer.split("/")[:3]) + "/" in roots


# --- titles ----------------------------------------------------------------------------------------------

_FIRST = re.compile(r"\W{0,9}([A-Za-z][A-Za-z-]{0,40})")


@rule(
    "PLN904",
    severity="info",
    tier="extended",
    needs=["plan"],
    formats="S,X,O",
    message="{name}: start with a verb",
)
def titles_start_with_a_verb(given: LintInput) -> Iterator[Hit]:
    """A step's title starts with a verb that says what is done"""
    for field in english(given, "title"):
        first = _FIRST.match(field.text)
        if field.pointer.startswith("/tasks/") and first and first[1].casefold() not in VERBS:
            yield Hit(field.pointer, {"name": called(given, field.owner), "w": first[1]}, _verb_of(first[1]))


def _verb_of(word: str) -> str:
    """ "Adding", "Added", "Adds" → "Add"."""
    for ending, instead in (("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e"), ("es", ""), ("s", "")):
        base = word.casefold().removesuffix(ending) + instead
        if word.casefold().endswith(ending) and base in VERBS:
            return base.capitalize()
    return ""


# --- spellings -------------------------------------------------------------------------------------------

_JOINED = re.compile(
    r"(?<![\w/.@#$-])[A-Za-z]{3,30}-[A-Za-z]{3,30}(?![\w/-]|\.\w)|(?<![\w/.])[a-z]{3,30}[A-Z][a-z]{2,30}\b"
)
_PARTICLES = frozenset(
    {"off", "out", "over", "down", "back", "through", "only", "based", "wide", "side", "time", "level"}
)


@rule(
    "PLN921",
    severity="info",
    tier="extended",
    needs=["plan"],
    formats="*",
    message="'{a}' and '{b}' seem the same term",
)
def terms_have_one_spelling(given: LintInput) -> Iterator[Hit]:
    """One thing has one spelling in all of the plan"""
    fields = [(field, bare(field.text)) for field in english(given, *_FIELDS)]
    terms = {_parts(found[0]) for _, words in fields for found in _JOINED.finditer(words)}
    seen: dict[tuple[str, str], str] = {}
    told: set[tuple[str, str]] = set()
    for field, words in fields:
        for term, spelling in _spellings(words, {one for one in terms if one[1] not in _PARTICLES}):
            first = seen.setdefault(term, spelling)
            if first != spelling and term not in told:
                told.add(term)
                yield Hit(field.pointer, {"a": first, "b": spelling})


def _parts(term: str) -> tuple[str, str]:
    first, second = re.split(r"-|(?<=[a-z])(?=[A-Z])", term, maxsplit=1)
    return first.casefold(), second.casefold()


_WORD = re.compile(r"[A-Za-z]{1,60}")


def _spellings(words: str, terms: set[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], str]]:
    """Each use of a term of two words, in the order of the text, in lower case but for a hump."""
    for found in _JOINED.finditer(words):
        if (term := _parts(found[0])) in terms:
            yield term, found[0] if "-" not in found[0] else found[0].casefold()
    tokens = list(_WORD.finditer(words))
    for one, two in pairwise(tokens):
        term = one[0].casefold(), two[0].casefold()
        if term in terms and words[one.end() : two.start()] == " ":
            yield term, f"{term[0]} {term[1]}"
