"""Findings are set aside only with a reason, only where it says so, and never for some rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.plan.findings import UNSUPPRESSABLE, Finding, Location, Report
from bot.plan.markdown import Document
from bot.plan.rules import lint
from bot.plan.rules.suppression import Suppression, suppressed, suppressions_in
from tests.plan.rules.fixtures.pages import foreign

REASON = 'reason="the owner wants it so"'


def page(comment: str, *, inside: bool = True) -> Document:
    first, second = ("", f"{comment}\n\n") if inside else (f"{comment}\n\n", "")
    text = f"# Plan\n\n{first}Text.\n\n## One\n\n{second}Text.\n\n### Deep\n\nText.\n\n## Two\n\nText.\n"
    return Document("PLAN.md", text)


def line_of(document: Document, heading: str) -> int:
    return document.lines.index(heading) + 1


def report(*findings: tuple[str, int], passed: Sequence[str] = ()) -> Report:
    made = (
        Finding(rule, "error", rule, location=Location("PLAN.md", line, 1), fingerprint=f"{rule} {line}")
        for rule, line in findings
    )
    return Report(tuple(made), passed=tuple(passed))


def rules(after: Report) -> list[str]:
    return [one.rule for one in after.findings]


def test_a_comment_holds_for_its_section_and_what_is_below() -> None:
    document = page(f"<!-- plan-lint: disable=PLN404 {REASON} -->")
    deep, two = line_of(document, "### Deep"), line_of(document, "## Two")
    after = suppressed(report(("PLN404", 3), ("PLN404", deep + 1), ("PLN404", two + 1)), [document])
    assert [one.location.line for one in after.findings if one.location] == [3, two + 1]
    ((finding, reason),) = [(one.finding, one.reason) for one in after.suppressed]
    assert (finding.rule, reason) == ("PLN404", "the owner wants it so")


@pytest.mark.parametrize("inside", [False, True])
def test_below_the_title_or_above_it_a_comment_holds_for_all(inside: bool) -> None:
    comment = f"<!-- plan-lint: disable=PLN404, PLN901 {REASON} -->"
    document = (
        page(comment, inside=False)
        if inside
        else Document("PLAN.md", f"{comment}\n\n# Plan\n\n## One\n\na\n")
    )
    after = suppressed(report(("PLN404", 4), ("PLN901", 7), ("PLN902", 7)), [document])
    assert rules(after) == ["PLN902"]
    assert len(after.suppressed) == 2


def test_a_comment_speaks_for_its_own_file_only() -> None:
    document = page(f"<!-- plan-lint: disable=PLN404 {REASON} -->", inside=False)
    other = Finding("PLN404", "error", "x", location=Location("b.md", 3, 1))
    assert rules(suppressed(Report((other,)), [document])) == ["PLN404", "PLN099"]


def test_the_place_in_the_rendering_counts_too_and_a_finding_without_place_is_the_documents() -> None:
    document = page(f"<!-- plan-lint: disable=PLN404 {REASON} -->", inside=False)
    shown = Finding(
        "PLN404", "error", "x", location=Location("a.json", 3, 1), rendered=Location("PLAN.md", 3, 1)
    )
    assert suppressed(Report((shown, Finding("PLN404", "error", "y"))), [document]).findings == ()


@pytest.mark.parametrize(
    ("comment", "severity", "message"),
    [
        ("<!-- plan-lint: disable=PLN404 -->", "error", "Suppression of PLN404 without a reason"),
        ('<!-- plan-lint: disable=PLN404 reason=" " -->', "error", "Suppression of PLN404 without a reason"),
        (f"<!-- plan-lint: disable=PLN401 {REASON} -->", "error", "PLN401 cannot be suppressed"),
        (f"<!-- plan-lint: disable=PLN099 {REASON} -->", "error", "PLN099 cannot be suppressed"),
        (
            f"<!-- plan-lint: disable=PLN000 {REASON} -->",
            "warning",
            "PLN000 is no rule, so nothing is suppressed",
        ),
        (f"<!-- plan-lint: disble=PLN404 {REASON} -->", "error", "This comment to the linter cannot be read"),
        (
            "<!-- plan-lint: disable=PLN404 reason=because -->",
            "error",
            "This comment to the linter cannot be read",
        ),
    ],
)
def test_what_is_wrong_with_a_suppression_is_a_finding(comment: str, severity: str, message: str) -> None:
    before = report(("PLN401", 9), ("PLN404", 9))
    after = suppressed(before, [page(comment)])
    assert after.findings[:2] == before.findings
    (found,) = after.findings[2:]
    assert (found.rule, found.severity, found.message) == ("PLN099", severity, message)
    assert found.location == Location("PLAN.md", 7, 1)


def test_an_unused_suppression_is_reported_only_when_its_rule_was_run() -> None:
    document = page(f"<!-- plan-lint: disable=PLN404 {REASON} -->")
    (found,) = suppressed(report(passed=["PLN404"]), [document]).findings
    assert (found.severity, found.message) == ("warning", "Suppression of PLN404 is unused")
    assert suppressed(report(), [document]).findings == ()


def test_findings_on_suppressions_are_told_apart() -> None:
    twice = Document(
        "PLAN.md",
        f"## A\n\n{'<!-- plan-lint: disable=PLN404 -->'}\n\n## B\n\n<!-- plan-lint: disable=PLN404 -->\n",
    )
    found = suppressed(Report(), [twice]).findings
    assert len({one.fingerprint for one in found}) == 2


def test_comments_in_code_are_no_suppressions() -> None:
    comment = f"<!-- plan-lint: disable=PLN404 {REASON} -->"
    text = f"# Plan\n\n```\n{comment}\n```\n\n`{comment}`\n"
    assert list(suppressions_in(Document("PLAN.md", text))) == []


def test_a_comment_may_stand_inside_a_paragraph() -> None:
    document = Document("PLAN.md", f"## A\n\nText <!-- plan-lint: disable=PLN404 {REASON} -->\n")
    assert [(one.rule, one.first, one.last) for one in suppressions_in(document)] == [("PLN404", 1, 3)]


def test_the_configuration_sets_aside_by_file_and_needs_a_reason_too() -> None:
    before = report(("PLN404", 9), ("PLN402", 9))
    by_glob = Suppression("PLN404", "generated", "*.md")
    assert rules(suppressed(before, [], [by_glob])) == ["PLN402"]
    assert rules(suppressed(before, [], [Suppression("PLN404", "generated", "docs/*.md")])) == [
        "PLN404",
        "PLN402",
    ]
    assert rules(suppressed(before, [], [Suppression("PLN404", "")])) == ["PLN404", "PLN402", "PLN099"]
    assert rules(suppressed(before, [], [Suppression("PLN402", "x")])) == ["PLN404", "PLN402", "PLN099"]
    assert suppressed(report(passed=["PLN404"]), [], [by_glob]).findings == ()


def test_the_configuration_names_files_from_the_top_of_the_repository() -> None:
    before = report(("PLN404", 9))
    one = Suppression("PLN404", "generated", "shop/*.md", below="shop/")
    assert rules(suppressed(before, [], [one])) == []
    assert rules(suppressed(before, [], [replace(one, below="bank/")])) == ["PLN404"]


def test_the_rules_that_nobody_sets_aside() -> None:
    assert len(UNSUPPRESSABLE) == 4 + 3 + 1 + 11 + 7 + 1
    assert {"PLN001", "PLN403", "PLN510", "PLN811", "PLN914", "PLN920", "PLN099"} <= UNSUPPRESSABLE
    assert not {"PLN005", "PLN404", "PLN812", "PLN913"} & UNSUPPRESSABLE


def test_a_real_finding_goes_and_comes_back_with_its_comment() -> None:
    comment = f"<!-- plan-lint: disable=PLN007 {REASON} -->\n\n"
    text = "# Plan\n\n## Purpose\n\nThe purpose is TBD.\n"
    plain = foreign(text)
    silenced = foreign(text.replace("## Purpose\n\n", f"## Purpose\n\n{comment}"))
    assert rules(suppressed(lint(plain, select=["PLN007"]), plain.documents)) == ["PLN007"]
    after = suppressed(lint(silenced, select=["PLN007"]), silenced.documents)
    assert (after.findings, len(after.suppressed)) == ((), 1)
    assert suppressed(after, []).suppressed == after.suppressed
