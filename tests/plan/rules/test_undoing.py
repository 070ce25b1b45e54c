"""Rollback and irreversible work: what must not hit, and how grave it is."""

from __future__ import annotations

from typing import Any

import pytest

from bot.plan.facets import Risk
from bot.plan.loose import loose_part, loosely
from bot.plan.model import Rollback
from bot.plan.rules import LintInput, lint
from tests.plan.rules.fixtures.atomicity import one_step, unsaid
from tests.plan.rules.fixtures.base import given, sound
from tests.plan.rules.fixtures.facets import TASKS, as_export, with_item
from tests.plan.rules.fixtures.risk import said, undone
from tests.plan.samples import change, milestone, task

BLANK = loose_part(Rollback, {})


@pytest.mark.parametrize(
    "text",
    [
        "Add a drop-down for the country",
        "Drop support for Python 3.8",
        "Drop the `legacy` argument",
        "Drop the table only in the test database",
        "Do not drop the table",
        "Truncate the title to 80 characters",
        "Purge the cache",
        "Apply the patch",
        "Apply the discount to the order",
        "Apply the style guide",
        "Destroy the session on logout",
        "Publish an event for each order",
        "Publish the release notes page draft",
        "Add a workflow to publish the package to npm",
        "Add a button that deploys the service",
        "Deploy key rotation is described",
        "Deploy the docs",
        "Deploy to staging",
        "Rotate the image by 90 degrees",
        "Rotate logs weekly",
        "Rename the column header in the view",
        "Rename the function",
        'Show the text "Drop the table" in the menu',
        "Test that `DROP TABLE users` is refused",
        "Run `kubectl apply --dry-run=client -f a.yaml`",
        "Run `npm publish --dry-run`",
        "Add the command `terraform apply` to the table of known commands",
    ],
)
def test_words_that_only_look_irreversible(text: str) -> None:
    expected = ("PLN507",) if "header" not in text else ()
    assert lint(said(text), select=["PLN507"]).passed == expected


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("tests/migrations/001.sql", "new"),
        ("migrations/README.md", "edit"),
        ("migrations/__init__.py", "new"),
        ("db/queries/users.sql", "edit"),
        ("src/migrate.py", "edit"),
        ("docs/migrations.md", "new"),
        (".eslintrc.json", "delete"),
        ("src/old.py", "delete"),
        ("tests/data/a.csv", "delete"),
        ("package.json", "edit"),
        ("deploy/app.yaml", "edit"),
    ],
)
def test_files_that_come_back_with_their_commit(path: str, kind: str) -> None:
    assert lint(one_step(files=(change(path, kind),)), select=["PLN507"]).passed == ("PLN507",)


@pytest.mark.parametrize("rollback", [undone("manual"), undone("reversible"), BLANK], ids=["m", "r", "blank"])
def test_only_what_is_called_safe_can_be_called_wrongly_so(rollback: Rollback) -> None:
    step = task("T1", files=(change("migrations/1.sql", "new"),)).model_copy(update={"rollback": rollback})
    assert lint(unsaid(step), select=["PLN507"]).ok


def test_the_signals_are_named() -> None:
    step = one_step(title="Drop the orders table", files=(change("migrations/7.sql", "new"),))
    (found,) = lint(step, select=["PLN507"]).findings
    assert found.message == (
        "Step 1 is irreversible (migration migrations/7.sql, drop the orders table) but marked Safe"
    )


def test_what_is_not_said_of_rollback_needs_no_note() -> None:
    assert lint(unsaid(task("T1").model_copy(update={"rollback": BLANK})), select=["PLN506"]).ok


@pytest.mark.parametrize(
    ("fields", "severities"),
    [
        ({"rollback": undone("manual")}, ["error"]),
        ({"rollback": undone("manual", "Run `make down`")}, ["warning"]),
        ({"rollback": undone("manual"), "gotchas": ("One at a time",)}, ["warning"]),
        ({"rollback": undone("safe")}, ["warning"]),
        ({"rollback": undone("safe"), "gotchas": ("One at a time",)}, []),
        ({"rollback": undone("manual", "Run `make down`"), "objective": "Put it behind a flag."}, []),
        ({"rollback": undone("manual"), "risk_class": "medium"}, []),
        ({"rollback": undone("manual"), "risk_class": ""}, []),
    ],
)
def test_high_risk_needs_a_way_back_and_something_against_it(
    fields: dict[str, Any], severities: list[str]
) -> None:
    step = task("T1", risk_class="high").model_copy(update=fields)
    assert [one.severity for one in lint(unsaid(step), select=["PLN508"]).findings] == severities


def test_a_row_of_the_risk_table_lessens_the_risk_it_is_about() -> None:
    risky = with_item(TASKS, 1, risk_class="high", rollback=undone("safe"))
    row = Risk(risk="The route answers too slowly", impact="high", mitigation="Answer line by line")
    about = row.model_copy(update={"risk": "Customers are unhappy"})
    assert lint(as_export(tasks=risky, risks=(row,)), select=["PLN508"]).findings == ()
    assert len(lint(as_export(tasks=risky, risks=(about,)), select=["PLN508"]).findings) == 1


def test_a_milestone_with_risks_meets_the_risk_of_its_tasks() -> None:
    risky = task("T1", risk_class="high", files=(change("src/app.py"),))
    calm = milestone("M1", risk_class="high", risks=("Receivers see doubles; they are told before",))
    assert lint(given(sound(risky, milestones=(calm,))), select=["PLN508"]).ok


@pytest.mark.parametrize(
    "note",
    [
        "Run `make down`.",
        "Set `HOOKS_RETRY=0`; deliveries are dropped as before.",
        "Set HOOKS_RETRY to 0",
        "Drop the table; nothing else reads it before T3.",
        "Revert the commit",
        "Revert this pull request and redeploy",
        "Redeploy the previous version",
        "Run the down-migration",
        "Turn the retry feature off",
        "Delete the new bucket",
        "Restore the backup of 3 May",
        "1. Stop the worker 2. Start the old one",
        "Not produced, because it changes data.",
    ],
)
def test_notes_that_can_be_carried_out(note: str) -> None:
    assert lint(one_step(rollback=undone("reversible", note)), select=["PLN509"]).passed == ("PLN509",)


def test_a_procedure_of_several_rows_is_one() -> None:
    assert lint(as_export(rollback=("Stop.", "Go back.")), select=["PLN509"]).ok


@pytest.mark.parametrize(
    ("impact", "mitigation", "rollback", "found"),
    [
        ("high", "", (), ["error"]),
        ("high", " \u2014 ", ("Revert the commit",), ["warning"]),
        ("high", "The old route stays for a release", (), []),
        ("medium", "", (), []),
    ],
)
def test_a_high_risk_of_the_table_has_a_remedy(
    impact: str, mitigation: str, rollback: tuple[str, ...], found: list[str]
) -> None:
    risks = [{"risk": "Old clients break", "impact": impact, "mitigation": mitigation}]
    data = {"delivery": {"risks": risks, "rollback": list(rollback)}}
    made = LintInput(plan=loosely(data), loose=True, format="technical")
    assert [one.severity for one in lint(made, select=["PLN508"]).findings] == found
