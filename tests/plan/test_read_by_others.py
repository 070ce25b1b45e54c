"""How others read a plan stands in its audit and its pull request as it was counted, and nowhere when nobody
read it.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.effects import File
from bot.plan.announcement import pull_request
from bot.plan.audited import audited, documents
from bot.plan.contract import contract_text, plan_from_contract
from bot.plan.model import Plan, Readers
from bot.plan.rules import LintInput, lint
from bot.plan.rules.audit import reading_rows
from tests.plan.formats import faceted
from tests.plan.samples import small_plan

READERS = Readers(
    reviews=2, points=3, open_points=1, coders=3, clarifications=2, comprehension=92, agreement=88
)
ROWS = (
    "| Implementer and QA review | 2 of 2 reviews, 3 points, 1 still open |",
    "| Coders who read it alone | 3, comprehension 92 %, agreement 88 % |",
    "| Clarifications needed | 2 |",
)


def read_by(readers: Readers | None, **more: object) -> Plan:
    plan = small_plan()
    provenance = plan.provenance.model_copy(update={"readers": readers, **more})
    return plan.model_copy(update={"provenance": provenance})


def exported(plan: Plan) -> LintInput:
    given = replace(faceted.given(plan, "export"), ground=None, fanout_text=None)
    return replace(given, renderings=audited(given))


def text_of(given: LintInput) -> str:
    return next(file.text for file in given.renderings if file.path.startswith("EXPORT/"))


def test_the_audit_of_an_export_states_how_it_was_read() -> None:
    given = exported(read_by(READERS))
    assert all(row in text_of(given) for row in ROWS)
    assert lint(given, select=["PLN113"]).passed == ("PLN113",)


def test_nobody_read_it_and_nothing_is_said() -> None:
    text = text_of(exported(read_by(None)))
    assert not [row for row in ROWS if row.split("|")[1].strip() in text]


@pytest.mark.parametrize(
    ("row", "instead"),
    [
        (ROWS[2], "| Clarifications needed | 0 |"),
        (ROWS[0], "| Implementer and QA review | 2 of 2 reviews, 3 points, 0 still open |"),
        (f"{ROWS[1]}\n", ""),
    ],
)
def test_an_audit_that_says_something_else_of_its_readers_is_an_error(row: str, instead: str) -> None:
    given = exported(read_by(READERS))
    told = [File(file.path, file.text.replace(row, instead)) for file in given.renderings]
    [found] = lint(replace(given, renderings=tuple(told)), select=["PLN113"]).errors
    assert row.split("|")[1].strip() in found.message


def test_an_audit_that_claims_readers_where_there_were_none_is_an_error() -> None:
    given = exported(read_by(None))
    marker = "\n\n## Open Questions"
    claimed = [
        File(file.path, file.text.replace(marker, f"\n{ROWS[2]}{marker}")) for file in given.renderings
    ]
    [found] = lint(replace(given, renderings=tuple(claimed)), select=["PLN113"]).errors
    assert found.message == "Audit line 'Clarifications needed: 2' contradicts lint result"


def test_the_count_comes_back_from_the_contract_into_the_document() -> None:
    again = plan_from_contract(contract_text(read_by(READERS)))
    files = documents(again, "export", {})
    assert all(row in next(one.text for one in files if one.path.startswith("EXPORT/")) for row in ROWS)


@pytest.mark.parametrize(
    ("readers", "said"),
    [
        (Readers(), ("no review came in", "no answer came in", "0")),
        (
            Readers(reviews=1, points=1, coders=1),
            ("1 of 2 reviews, 1 point, 0 still open", "1, comprehension 100 %, agreement 100 %", "0"),
        ),
    ],
)
def test_readers_that_gave_no_answer_are_not_counted_as_content(
    readers: Readers, said: tuple[str, ...]
) -> None:
    assert tuple(value for _, value in reading_rows(readers)) == said


def test_the_pull_request_shows_readers_profile_and_receipt() -> None:
    receipt = "7 calls (probe 3, review 2); 66,000 tokens in, 40 % of it cached, 14,000 out, 0.31 USD"
    plan = read_by(READERS, receipt=receipt, profile="standard", calls=7)
    _, body = pull_request(plan, lint(LintInput(plan=plan)))
    assert all(row in body for row in ROWS)
    assert f"| Cost | {receipt} |" in body
    assert "| Profile | standard |" in body
    _, unread = pull_request(read_by(None), lint(LintInput(plan=read_by(None))))
    assert "Clarifications" not in unread
    assert "| Profile |" not in unread


def test_a_receipt_that_somebody_wrote_into_the_contract_cannot_leave_its_cell() -> None:
    plan = read_by(None, receipt="1 call | @maya <b>x</b>\n\n# Fixes #1", calls=1)
    _, body = pull_request(plan, lint(LintInput(plan=plan)))
    [line] = [each for each in body.splitlines() if each.startswith("| Cost |")]
    assert "``@maya``" in line
    assert "<b>" not in line
    assert "\n# Fixes" not in body
