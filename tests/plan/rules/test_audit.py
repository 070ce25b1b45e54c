"""The audit table is what the linter says, and the linter compares it."""

from __future__ import annotations

from bot.plan.findings import Finding, Report, Skipped
from bot.plan.rules import lint
from bot.plan.rules.audit import audit_rows
from tests.plan.rules.fixtures.audit import generated
from tests.plan.rules.fixtures.pages import edited

REPORT = Report(
    findings=(
        Finding("PLN401", "error", "a"),
        Finding("PLN401", "error", "b"),
        Finding("PLN604", "warning", "c"),
    ),
    skipped=(Skipped("PLN301", "no plan"), Skipped("PLN302", "no plan"), Skipped("PLN711", "no issue")),
    passed=("PLN001", "PLN101"),
)


def test_the_table_counts_rules_and_names_what_was_not_checked() -> None:
    assert audit_rows(REPORT) == (
        ("Rules checked", "4"),
        ("Rules not checked", "3"),
        ("Errors", "2"),
        ("Warnings", "1"),
        ("Input and hygiene", "1 checked, 0 not checked"),
        ("Structure", "1 checked, 0 not checked"),
        ("Order and parallel work", "0 checked, 2 not checked"),
        ("Grounding in the repository", "1 checked, 0 not checked"),
        ("Acceptance criteria", "1 checked, 0 not checked"),
        ("Traceability", "0 checked, 1 not checked"),
        ("Not checked: no issue", "PLN711"),
        ("Not checked: no plan", "PLN301, PLN302"),
    )


def test_the_comparing_rule_is_no_part_of_what_is_stated() -> None:
    own = Finding("PLN113", "error", "x")
    more = Report((*REPORT.findings, own), REPORT.skipped, (*REPORT.passed, "PLN113"))
    assert audit_rows(more) == audit_rows(REPORT)


def test_a_generated_audit_is_stable_once_it_is_in_the_document() -> None:
    assert lint(generated(), select=["PLN113"]).passed == ("PLN113",)


def test_an_audit_of_somebody_else_is_a_warning_and_a_false_claim_an_error() -> None:
    others = edited("export", ("| Errors | 99 |", "| Paths | checked |"))
    false = edited("export", ("| Errors | 99 |", "| Errors | 0 |"), ("## Non-Goals", "## Not"))
    assert [one.severity for one in lint(others, select=["PLN113"]).findings] == ["warning"]
    (found,) = lint(false, select=["PLN113"]).findings
    assert (found.severity, found.message) == ("error", "Audit line 'Errors: 0' contradicts lint result")
