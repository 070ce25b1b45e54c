"""PLN110, PLN111: a functional plan says what it is filed under, and has the sections that apply to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.plan.facets import Header, Requirements
from bot.plan.findings import Location
from bot.plan.formats.sections import CONCERNS, FUNCTIONAL
from bot.plan.model import Plan
from bot.plan.rules.engine import Hit, Lacking, LintInput, rule
from bot.plan.rules.pages import at_line, bare_title, named, text_page

_MAIN = frozenset(("main", "master", "develop"))
_TRACKER = re.compile(r"[A-Z][A-Z0-9]{0,30}-\d{1,10}|#\d{1,10}")
_SPELLINGS = {"authorization": "authorisation", "authorisation authorization": "authorisation"}


@dataclass(frozen=True, slots=True)
class _Case:
    """A section that is there if something holds: whether it does, and how to say so and the contrary."""

    title: str
    holds: bool
    because: str
    otherwise: str
    pointer: str


@rule(
    "PLN110",
    severity="error",
    needs=["plan"],
    formats="F",
    message="Section '{h}' is {state} but {condition}",
)
def conditional_sections_fit(given: LintInput) -> Iterator[Hit]:
    """The sections on environment, schema and security are there when they apply, and only then"""
    assert given.plan is not None
    needed = given.plan.requirements
    if needed is None:
        raise Lacking("no requirements")
    if given.documents:
        yield from _presence(given, given.plan, needed)
    if needed.concerns:
        yield from _table(needed)


def _presence(given: LintInput, plan: Plan, needed: Requirements) -> Iterator[Hit]:
    page = text_page(given)
    for case in _cases(plan, needed):
        section = named(page, FUNCTIONAL, case.title)
        if (section is not None) != case.holds:
            state, condition = ("absent", case.because) if section is None else ("present", case.otherwise)
            values = {"h": case.title, "state": state, "condition": condition, "key": case.title}
            suggestion = "write it" if section is None else "leave it out"
            place: Location = at_line(page, section.line if section else 1)
            yield Hit(case.pointer, values, suggestion, location=place)


def _cases(plan: Plan, needed: Requirements) -> Iterator[_Case]:
    streams = plan.streams.streams if plan.streams else ()
    sets_up = any(one.id == "WS-0" for one in streams)
    schema = any(one.command.strip("`") == "/schema" for one in streams)
    flagged = [one.concern for one in needed.concerns if one.applies != "no"]
    yield _Case(
        "Dev Environment",
        bool(needed.dev_needs) or sets_up,
        "WS-0 sets it up" if sets_up else "something is missing from it",
        "it lists nothing that is missing",
        "/requirements/dev_needs",
    )
    yield _Case(
        "Schema Changes",
        bool(needed.schema_changes) or schema,
        "a stream changes the schema" if schema else "the schema changes",
        "it lists no change",
        "/requirements/schema_changes",
    )
    yield _Case(
        "Security Considerations",
        bool(flagged),
        f"{', '.join(flagged[:3])} applies" if flagged else "",
        "no concern applies",
        "/requirements/concerns",
    )


def _table(needed: Requirements) -> Iterator[Hit]:
    there = {_concern(one.concern) for one in needed.concerns}
    title = "Security Considerations"
    for name in CONCERNS:
        if _concern(name) not in there:
            values = {"h": title, "state": "present", "condition": f"has no row '{name}'", "key": name}
            yield Hit("/requirements/concerns", values, f"add '{name}' with YES or NO")
    for at, one in enumerate(needed.concerns):
        if one.applies not in ("yes", "no"):
            condition = f"'{one.concern}' says neither YES nor NO"
            values = {"h": title, "state": "present", "condition": condition, "key": one.concern}
            yield Hit(f"/requirements/concerns/{at}/applies", values, "YES or NO")


def _concern(name: str) -> str:
    words = bare_title(name)
    return _SPELLINGS.get(words, words)


@rule("PLN111", severity="error", needs=["plan"], formats="F", message="Header {field} invalid: '{v}'")
def header_is_sound(given: LintInput) -> Iterator[Hit]:
    """The header names task, branch and feature, and a date that is not to come"""
    assert given.plan is not None
    needed = given.plan.requirements
    if needed is None and given.own:
        raise Lacking("the plan shows no requirements")  # it was written for another format
    header = needed.header if needed else Header.model_construct(task="", branch="", feature="", created="")
    for name, value, advice in _header_faults(header, given.limits.today):
        yield Hit(f"/requirements/header/{name}", {"field": name.capitalize(), "v": value}, advice)


def _header_faults(header: Header, today: str) -> Iterator[tuple[str, str, str]]:
    if not _TRACKER.fullmatch(header.task.strip("` ")):
        yield "task", header.task, "a tracker's id (ABC-12) or an issue (#12)"
    branch = header.branch.strip("` ")
    if not branch or branch in _MAIN or branch.split() != [branch]:
        yield "branch", header.branch, "the branch of this work, not the one it will be merged into"
    if not header.feature.strip():
        yield "feature", header.feature, "the name of the feature"
    created = _day(header.created)
    if created is None:
        yield "created", header.created, "a date as 2025-01-31"
    elif today and created > date.fromisoformat(today):
        yield "created", header.created, f"a date not after {today}"


def _day(text: str) -> date | None:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
