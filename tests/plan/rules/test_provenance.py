"""Where plans come from: what is near a defect passes, and severities follow what can be known."""

from __future__ import annotations

import pytest

from bot.plan.model import Evidence, Obligation
from bot.plan.rules import LintInput, lint
from bot.recon.ground import TreeGround
from bot.recon.tree import in_memory
from tests.plan.rules.fixtures.base import given, sound
from tests.plan.rules.fixtures.provenance import (
    ELSEWHERE,
    HERE,
    ISSUE,
    citing,
    loose,
    made,
    unmodelled,
)
from tests.plan.samples import SHA, outline_plan


def test_another_commit_is_a_warning_that_names_both() -> None:
    (found,) = lint(given(ground=ELSEWHERE), select=["PLN415"]).findings
    assert found.severity == "warning"
    assert found.message == f"Plan was made at {SHA[:12]} and is checked at bbbbbbbbbbbb"


def test_a_plan_that_names_no_commit_is_not_checked() -> None:
    (skipped,) = lint(loose(""), select=["PLN415"]).skipped
    assert "at which commit" in skipped.reason
    assert lint(loose("main"), select=["PLN415"]).findings[0].severity == "error"


@pytest.mark.parametrize(
    "quote",
    [
        "Deliveries **must** be sent",
        "Deliveries must be sent again, see the log",
        "sent\nagain",
        "  Do   it ",
        "- [ ] Do it",
        "(withheld: it looks like a secret) must be sent again",
        "Deliveries must (withheld: it looks like a secret) again",
    ],
)
def test_a_quote_may_lose_white_space_and_marks(quote: str) -> None:
    report = lint(citing(Evidence(path="issue", quote=quote)), select=["PLN712"])
    assert report.passed == ("PLN712",)


@pytest.mark.parametrize(
    "quote",
    [
        "Deliveries may be sent",
        "Deliveries must be sent, again",
        "deliveries must",
        "again (withheld: a secret) Deliveries",
    ],
)
def test_a_quote_may_not_change_a_word(quote: str) -> None:
    assert not lint(citing(Evidence(path="issue", quote=quote)), select=["PLN712"]).ok


@pytest.mark.parametrize("quote", ["hidden text", "Do it 0 0"])
def test_what_cannot_be_seen_does_not_count(quote: str) -> None:
    issue = "\u200b\u2066hidden\u2069 text\n- [ ] Do it\n0\x1f\x1b0"
    quoted = citing(Evidence(path="issue", quote=quote), issue_text=issue)
    assert lint(quoted, select=["PLN712"]).passed == ("PLN712",)


def test_without_the_text_a_quote_is_not_checked() -> None:
    for report in (
        lint(citing(Evidence(path="issue", quote="x"), issue_text=None), select=["PLN712"]),
        lint(citing(Evidence(path="src/app.py", quote="x"), ground=None), select=["PLN712"]),
    ):
        assert report.passed == ()
        assert "no text to compare with" in report.skipped[0].reason


def test_a_wrong_quote_is_told_even_when_another_cannot_be_checked() -> None:
    wrong, unknown = Evidence(path="issue", quote="never said"), Evidence(path="src/app.py", quote="x")
    (found,) = lint(citing(wrong, unknown, ground=None), select=["PLN712"]).findings
    assert found.pointer == "/tasks/0/evidence/0/quote"


def test_a_file_at_another_commit_may_have_changed() -> None:
    (found,) = lint(
        citing(Evidence(path="src/app.py", quote="return 2"), ground=ELSEWHERE), select=["PLN712"]
    ).findings
    assert found.severity == "warning"


def test_a_quote_of_a_file_that_was_not_read_is_not_checked() -> None:
    truncated = TreeGround(in_memory({"a": ""}, sha=SHA, truncated=True))
    report = lint(citing(Evidence(path="src/app.py", quote="x"), ground=truncated), select=["PLN712"])
    assert report.passed == ()
    assert report.findings == ()


def test_demands_are_the_issues_words() -> None:
    plan = sound(
        obligations=(Obligation(id="I-1", text="Deliveries must be sent again", disposition="done"),)
    )
    assert lint(given(plan, issue_text=ISSUE, ground=HERE), select=["PLN712"]).passed == ("PLN712",)


def test_only_a_model_needs_a_prompt() -> None:
    assert lint(LintInput(plan=made(model="none", prompt_version="", calls=0)), select=["PLN919"]).passed
    assert not lint(LintInput(plan=made(prompt_version=" ")), select=["PLN919"]).ok


def test_people_may_write_without_a_model() -> None:
    plan = unmodelled(tasks=(sound().tasks[0].model_copy(update={"origin": "person"}),))
    assert lint(given(plan), select=["PLN920"]).passed == ("PLN920",)


def test_a_plan_by_a_model_needs_no_notice() -> None:
    assert lint(given(), select=["PLN920"]).passed == ("PLN920",)


def test_the_notice_is_looked_for_in_every_document_of_the_plan_and_in_no_other() -> None:
    plan = unmodelled()
    files = given(plan).renderings
    assert lint(given(plan, renderings=files), select=["PLN920"]).passed == ("PLN920",)
    assert lint(given(outline_plan(), renderings=()), select=["PLN920"]).passed == ("PLN920",)
