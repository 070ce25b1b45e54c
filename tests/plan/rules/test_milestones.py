"""Objectives that are code and those that only prove; checks in their place; milestones that end."""

from __future__ import annotations

import pytest

from bot.plan.model import Task
from bot.plan.rules import lint
from bot.plan.rules.milestones import proves
from tests.plan.rules.fixtures.base import given, sound
from tests.plan.rules.fixtures.milestones import CODE, aiming, check, closed, titled
from tests.plan.samples import change, milestone, task, webhook_plan


@pytest.mark.parametrize(
    "objective",
    [
        "Implement the Redis stream producer in `internal/store/redis/`.",
        "In `Dispatcher.send`, store a delivery that fails with 5xx, due after `pause(0)`.",
        "Validate the e-mail address before the account is created.",
        "Verify webhook signatures with the secret of the sender.",
        "Report failed deliveries to Sentry with the attempt number.",
        "Build the monthly sales report from the ledger.",
        "Generate the validation report that importers download.",
        "Add a permission matrix to the role editor.",
        "Confirm the address by a link that expires after a day.",
        "Audit every login into `audit_log`.",
        "Review comments are stored with their author.",
        "Check the matrix before `solve` inverts it.",
        "Create a report on drift for the admin page.",
        "Create a coverage report from the profiles of the run.",
        "Check the quota before a file is stored.",
        "Publish an event when an order is closed.",
        "Coverage thresholds fail the build below 80 %.",
        "Users can log in with SSO.",
        "Keep the checklist of a card when it is moved.",
        "Collect evidence uploads in the claims form and store them.",
    ],
)
def test_code_is_told_from_proof_when_files_of_code_are_named(objective: str) -> None:
    assert lint(aiming(objective), select=["PLN817"]).passed == ("PLN817",)


@pytest.mark.parametrize(
    "objective",
    [
        "Produce coverage matrix.",
        "Publish an evidence matrix for all chains.",
        "Verify that reorgs recover deterministically.",
        "Validate whether the cursor stays monotonic.",
        "Assess release readiness.",
        "Prepare the audit closeout for M3.",
        "Write the verification checklist.",
        "Review test coverage of the decoder.",
        "Create an evidence report on how failures are counted.",
        "Audit the error paths of the store.",
        "Document the results of the last run in a closeout checklist.",
    ],
)
def test_proof_is_told_from_code_even_then(objective: str) -> None:
    assert proves(objective, has_code=True)
    assert proves(objective, has_code=False)


@pytest.mark.parametrize(
    ("objective", "proof"),
    [
        ("Review the decoder for gaps.", True),
        ("Analyse the failures of last week.", True),
        ("Create a report on drift.", True),
        ("Review the retry and each order.", True),
        ("Implement the decoder for fee events.", False),
        ("", False),
        ("`coverage matrix`", False),
    ],
)
def test_without_code_a_verb_of_proving_is_enough(objective: str, proof: bool) -> None:
    assert proves(objective, has_code=False) is proof


@pytest.mark.parametrize(
    "fields",
    [
        {"role": "qa"},
        {"role": "planner"},
        {"kind": "docs"},
        {"origin": "extracted"},
    ],
)
def test_only_developers_have_to_build(fields: dict[str, str]) -> None:
    assert lint(aiming("Produce the coverage matrix.", **fields), select=["PLN817"]).passed


@pytest.mark.parametrize(
    "objective",
    [
        "Implement `Store.due`.",
        "Implement paging in src/list.py.",
        "Implement the retry worker.",
        "Add max_attempts.",
    ],
)
def test_a_name_of_code_is_a_place(objective: str) -> None:
    assert lint(aiming(objective, files=()), select=["PLN817"]).passed


def test_an_objective_without_a_place_is_only_doubtful() -> None:
    (found,) = lint(aiming("Implement improvements.", files=()), select=["PLN817"]).findings
    assert found.severity == "warning"
    assert found.message == "Task T1: 'Implement improvements.' names no place in the code"


def test_another_language_is_not_judged() -> None:
    text = "Проверить, что доставки приходят один раз, и составить матрицу покрытия."
    assert lint(aiming(text, files=()), select=["PLN817"]).passed


def first_tests() -> tuple[Task, ...]:
    """Tests that are written before the feature they are for."""
    tests = task("T1", kind="verification", files=(change("tests/test_app.py"),))
    return tests, task("T2", files=CODE, depends_on=("T1",))


@pytest.mark.parametrize(
    "tasks",
    [
        (task("T1", files=CODE), check("T2", depends_on=("T1",))),
        (task("T1", files=CODE), task("T2", kind="setup"), check("T3", depends_on=("T2", "T1"))),
        first_tests(),
        (check("T1"),),
        (task("T1", kind="docs", files=(change("docs/guide.md"),)), check("T2")),
    ],
    ids=["after", "after two", "tests first", "alone", "beside docs"],
)
def test_a_check_in_its_place_is_none_too_early(tasks: tuple[Task, ...]) -> None:
    assert lint(given(sound(*tasks)), select=["PLN818"]).passed == ("PLN818",)


def test_a_plan_people_like_to_read_has_proof_after_features() -> None:
    report = lint(given(webhook_plan()), select=["PLN817", "PLN818", "PLN819", "PLN820"])
    assert len(report.passed) == 4


def test_an_early_milestone_is_told_once_and_names_what_is_open() -> None:
    plan = sound(
        check("T1"),
        task("T2", milestone="M2", title="Decode fees", files=CODE),
        milestones=(milestone("M1"), milestone("M2")),
    )
    (found,) = lint(given(plan), select=["PLN818"]).findings
    assert found.message == "M1 only verifies; open feature gaps: T2 Decode fees"


def test_a_finished_plan_needs_no_active_milestone() -> None:
    plan = sound(milestones=(milestone("M1", status="done"),))
    assert lint(given(plan), select=["PLN819"]).findings == ()


@pytest.mark.parametrize(
    "titles",
    [
        ("Login", "Login with SSO", "Login with SSO and keys"),
        ("Failed deliveries are retried", "Operators see the queue", "Operators see the queue's age"),
        ("Replay drift", "Replay drift seal", "Fees are shown"),
    ],
)
def test_titles_that_do_not_run_away(titles: tuple[str, ...]) -> None:
    assert lint(titled(*titles), select=["PLN820"]).passed == ("PLN820",)


def test_running_numbers_and_words_said_twice_do_not_hide_titles_that_run_away() -> None:
    steps = (
        "Seal",
        "Seal Drift",
        "Seal Drift Anchor",
        "Seal Drift Anchor Seal",
        "Seal Drift Anchor Seal Drift",
    )
    titles = [f"Replay {words} Tranche C00{72 + at} (P0)" for at, words in enumerate(steps)]
    assert [one.pointer for one in lint(titled(*titles), select=["PLN820"]).findings]
    turned = [
        f"Replay {words} Tranche C0072" for words in ("Seal Drift", "Drift Seal", "Seal Drift", "Drift Seal")
    ]
    assert lint(titled(*turned), select=["PLN820"]).passed == ("PLN820",)


def test_a_long_title_of_the_issue_is_the_issues() -> None:
    plan = sound(milestones=(milestone("M1", title="Word " * 30, origin="extracted"),))
    assert lint(given(plan), select=["PLN820"]).passed == ("PLN820",)


def test_closed_milestones_without_known_files_are_not_judged() -> None:
    plan = sound(milestones=tuple(milestone(f"M{n}", status="done") for n in range(1, 4)))
    assert lint(given(plan), select=["PLN820"]).passed == ("PLN820",)
    report = lint(closed("docs/a.md", "docs/b.md", "docs/c.md"), select=["PLN820"])
    assert report.findings[0].message.startswith("Milestones M1, M2, M3 are closed, and no production file")
