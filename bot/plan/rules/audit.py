"""PLN113, and what an export's audit table states: the result of a lint run and the count of how others read
the plan, never anybody's own words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from bot.plan.findings import Report
from bot.plan.formats.sections import LAYOUTS
from bot.plan.markdown import Block, Document, Section, plain
from bot.plan.model import Readers
from bot.plan.rules.engine import RULES, Hit, LintInput, lint, rule
from bot.plan.rules.pages import at_line, named, text_page

FAMILIES: Mapping[str, str] = {
    "0": "Input and hygiene",
    "1": "Structure",
    "2": "Identifiers and references",
    "3": "Order and parallel work",
    "4": "Grounding in the repository",
    "5": "Size, risk and migrations",
    "6": "Acceptance criteria",
    "7": "Traceability",
    "8": "Contract and milestones",
    "9": "Wording, safety and provenance",
}
REVIEWS = 2  # an implementer and a tester
_SELF = "PLN113"
_ERRORS, _WARNINGS = "Errors", "Warnings"


def audit_rows(report: Report, readers: Readers | None = None) -> tuple[tuple[str, str], ...]:
    """The lines of the audit table that state `report`, and how `readers` took the plan if anybody read it: a
    label and what holds. Equal reports, equal lines.

    The rule that compares the audit with the report is not part of what it states.
    """
    ran = {*report.passed, *(one.rule for one in report.findings)} - {_SELF}
    skipped = {one.rule: one.reason for one in report.skipped if one.rule != _SELF}
    errors = [one.rule for one in report.errors if one.rule != _SELF]
    warnings = [one.rule for one in report.warnings if one.rule != _SELF]
    families = [
        (name, f"{checked} checked, {left} not checked")
        for digit, name in FAMILIES.items()
        if (checked := _count(ran, digit)) + (left := _count(skipped, digit))
    ]
    return (
        ("Rules checked", str(len(ran))),
        ("Rules not checked", str(len(skipped))),
        (_ERRORS, str(len(errors))),
        (_WARNINGS, str(len(warnings))),
        *families,
        *_by_reason(skipped),
        *(reading_rows(readers) if readers else ()),
    )


def reading_rows(readers: Readers) -> tuple[tuple[str, str], ...]:
    """How others read the plan, as lines of an audit."""
    return (
        ("Implementer and QA review", _reviewed(readers)),
        ("Coders who read it alone", _coded(readers)),
        ("Clarifications needed", str(readers.clarifications)),
    )


def _reviewed(readers: Readers) -> str:
    if not readers.reviews:
        return "no review came in"
    points = "1 point" if readers.points == 1 else f"{readers.points} points"
    return f"{readers.reviews} of {REVIEWS} reviews, {points}, {readers.open_points} still open"


def _coded(readers: Readers) -> str:
    if not readers.coders:
        return "no answer came in"
    return f"{readers.coders}, comprehension {readers.comprehension} %, agreement {readers.agreement} %"


def _count(rules: set[str] | dict[str, str], digit: str) -> int:
    return sum(one[3:4] == digit for one in rules)


def _by_reason(skipped: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    reasons: dict[str, list[str]] = defaultdict(list)
    for one in sorted(skipped):
        reasons[skipped[one]].append(one)
    for reason in sorted(reasons):
        yield f"Not checked: {reason}", ", ".join(reasons[reason])


@rule(
    _SELF,
    severity="error",
    needs=["plan", "documents"],
    formats="X",
    message="Audit line '{t}' contradicts lint result",
)
def audit_states_the_lint_result(given: LintInput) -> Iterator[Hit]:
    """The completeness audit says what a lint run of this plan says"""
    page = text_page(given)
    section = named(page, LAYOUTS["export"], "Plan Completeness Audit")
    if section is None:
        return
    core = [one.id for one in RULES.values() if one.tier == "core" and one.id != _SELF]
    readers = given.own.provenance.readers if given.own else None
    wanted = dict(audit_rows(lint(given, select=core), readers))
    stated = {name: (value, row) for row in section.blocks for name, value in _line(row)}
    known = {name: line for name, line in stated.items() if name in wanted or given.own}
    if not known:
        yield _not_generated(given, page, section)
        return
    for name, (value, row) in known.items():
        if _contradicts(given, name, value, wanted.get(name)):
            values = {"t": f"{name}: {value}", "key": name}
            suggestion = f"{name}: {wanted[name]}" if name in wanted else "take it out"
            yield Hit("", values, suggestion, location=at_line(page, row.line))
    for name, value in wanted.items():
        if given.own and name not in known:
            message = f"Audit line '{name}: {value}' is missing"
            yield Hit("", {"t": name, "key": name}, location=at_line(page, section.line), message=message)


def _not_generated(given: LintInput, page: Document, section: Section) -> Hit:
    """Somebody else's audit is no lie; ours has to be the linter's."""
    message = "The audit is not the result of a lint run"
    place = at_line(page, section.line)
    return Hit(
        "", {"t": section.title}, severity=None if given.own else "warning", location=place, message=message
    )


def _line(row: Block) -> Iterator[tuple[str, str]]:
    if row.kind == "row" and not row.head and len(row.cells) > 1:
        yield plain(row.cells[0].text), plain(row.cells[1].text)


def _contradicts(given: LintInput, name: str, stated: str, found: str | None) -> bool:
    """A file alone is checked by fewer rules than the plan it was made from: then only what it claims to be
    clean of can be wrong."""
    if given.own:
        return stated != found
    if name in (_ERRORS, _WARNINGS) and found is not None:
        return not stated.isdecimal() or int(stated) < int(found)
    return False
