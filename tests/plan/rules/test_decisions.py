"""Decisions that can be taken, and that everybody knows of: what is sound passes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.plan.contract import contract_text
from bot.plan.loose import loosely
from bot.plan.model import Option
from bot.plan.readers.recognise import read_file
from bot.plan.rules import LintInput, lint
from tests.plan.rules.fixtures.base import given
from tests.plan.rules.fixtures.decisions import KEEP, decided, deciding
from tests.plan.samples import change, task, webhook_plan

EVERY = ("PLN821", "PLN822", "PLN823")


@pytest.mark.parametrize(
    "fields",
    [
        {"origin": "extracted", "recommended": "", "deadline": "", "options": ()},
        {"origin": "computed", "recommended": "", "deadline": ""},
        {"answer": "A", "deadline": "", "recommended": ""},
    ],
    ids=["of the issue", "computed", "answered"],
)
def test_only_what_somebody_worked_out_and_is_open_is_judged(fields: dict[str, Any]) -> None:
    assert lint(decided(**fields), select=EVERY).findings == ()


def test_a_deadline_may_be_an_event() -> None:
    assert lint(decided(deadline="before T1 starts"), select=["PLN821"]).passed == ("PLN821",)


def test_a_plan_without_tasks_affects_none() -> None:
    plan = deciding().model_copy(update={"tasks": ()})
    assert lint(LintInput(plan=plan), select=["PLN821"]).passed == ("PLN821",)


def test_a_sample_is_sound() -> None:
    assert lint(given(webhook_plan()), select=EVERY).passed == EVERY


@pytest.mark.parametrize(
    "consequence",
    [
        "Never retry; deliveries are lost.",
        "Leave it as is.",
        "Only new deliveries are retried.",
    ],
)
def test_an_option_may_change_little_in_many_words(consequence: str) -> None:
    move = Option(name="B", consequence="Rewrite the worker in Go.")
    given_options = decided(options=(Option(name="A", consequence=consequence), move))
    assert lint(given_options, select=["PLN822"]).passed == ("PLN822",)


def test_opposites_in_nearly_the_same_words_differ() -> None:
    options = (KEEP, Option(name="B", consequence="Do not keep it; buy a service that runs by itself."))
    assert lint(decided(options=options), select=["PLN822"]).passed == ("PLN822",)


def test_a_minor_decision_that_is_only_mentioned_holds_nobody() -> None:
    tasks = (
        task("T1", files=(change("src/app.py"),), decisions=("D-1",)),
        task("T2", files=(change("src/new.py", "new"),), gotchas=("See D-1.",), depends_on=("T1",)),
    )
    assert lint(decided(*tasks, weight="minor"), select=["PLN823"]).passed == ("PLN823",)
    (found,) = lint(decided(*tasks), select=["PLN823"]).findings
    assert found.message == "Decision D-1: it decides on T2; there, its id is missing"


def test_a_longer_id_is_no_mention() -> None:
    tasks = (task("T1", files=(change("src/app.py"),), decisions=("D-1",), gotchas=("See D-12, D-1x.",)),)
    assert lint(decided(*tasks), select=["PLN823"]).passed == ("PLN823",)


def test_a_contract_of_before_the_answer_is_out_of_date() -> None:
    answered = deciding(answer="A")
    report = lint(given(answered, contract_text=contract_text(deciding())), select=["PLN823"])
    assert [one.pointer for one in report.findings] == ["/decisions/0"]


def test_a_contract_that_is_refused_has_to_list_decisions_too() -> None:
    held = json.loads(contract_text(deciding()))
    held["decisions"] = []
    text = json.dumps(held)
    reading = read_file(".agent/planning-output-57.json", text, "contract")
    assert reading is not None
    made = LintInput(
        plan=loosely(reading.value), loose=True, reading=reading, format="roadmap", contract_text=text
    )
    (found,) = lint(made, select=["PLN823"]).findings
    assert (found.pointer, found.message) == (
        "/decisions",
        "Decision D-1: its line in the contract is missing",
    )
    elsewhere = LintInput(plan=loosely({}), loose=True, contract_text="{}")
    assert [one.rule for one in lint(elsewhere, select=["PLN823"]).skipped] == ["PLN823"]
