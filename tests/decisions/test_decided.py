"""Answers written into a plan: once each, never lost, and what waits without them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation import Answer
from bot.decisions import answer_of, decisions_of
from bot.errors import UserError
from bot.plan.contract import contract_text, plan_from_contract, read_contract
from bot.plan.decided import WITHHELD, decided, held_back, waiting
from bot.plan.editing import read_back
from bot.plan.fanout import fanout
from bot.plan.formats import FORMATS
from bot.plan.model import Answered
from tests.decisions.open_ones import decision, plan_with
from tests.plan.samples import webhook_plan
from tests.plan.upstream import faults

POSTGRES = Answer("D-1", "Postgres", "we run one already", "ada", "2026-02-10T09:00:00Z", "https://g.test/1")
SQLITE = Answer(
    "D-1", "SQLite", "no servers any more", "bob", "2026-02-12T09:00:00Z", "https://g.test/2", instead=True
)


def test_an_answer_is_logged_and_stands_in_the_contract() -> None:
    plan = decided(plan_with(), [POSTGRES])
    [made] = plan.decisions
    assert made.answer == "Postgres"
    assert made.log == (
        Answered(
            option="Postgres",
            reason="we run one already",
            by="ada",
            at="2026-02-10T09:00:00Z",
            where="https://g.test/1",
        ),
    )
    text = contract_text(plan)
    assert faults(text) == []
    assert json.loads(text)["decisions"] == []
    assert plan_from_contract(text) == plan


def test_an_answer_in_place_of_another_keeps_that_one_in_the_log() -> None:
    [made] = decided(plan_with(), [POSTGRES, SQLITE]).decisions
    assert made.answer == "SQLite"
    assert [(one.option, one.by) for one in made.log] == [("Postgres", "ada"), ("SQLite", "bob")]
    assert made.earlier == made.log[:1]
    assert made.made == made.log[1]


def test_the_first_of_two_answers_holds_unless_the_second_says_instead() -> None:
    [made] = decided(plan_with(), [POSTGRES, replace(SQLITE, instead=False)]).decisions
    assert (made.answer, len(made.log)) == ("Postgres", 1)


def test_an_answer_written_by_hand_is_kept_when_another_follows() -> None:
    [made] = decided(plan_with(decision(answer="Postgres")), [SQLITE]).decisions
    assert [(one.option, one.by) for one in made.log] == [("Postgres", ""), ("SQLite", "bob")]
    assert made.log[0].words == "Postgres"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([POSTGRES, SQLITE, replace(POSTGRES, by="eve", instead=True)]), max_size=6))
def test_answering_twice_is_answering_once_and_the_log_only_grows(answers: list[Answer]) -> None:
    plan = plan_with()
    for at in range(len(answers)):
        after = decided(plan, answers[at : at + 1])
        assert after.decisions[0].log[: len(plan.decisions[0].log)] == plan.decisions[0].log
        plan = after
    assert decided(plan, answers) == plan
    assert decided(plan_with(), answers) == plan


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (replace(POSTGRES, decision="D-9"), "unknown-decision"),
        (replace(POSTGRES, option="Redis"), "unknown-option"),
        (replace(POSTGRES, option=""), "unknown-option"),
        (replace(POSTGRES, by=""), "no-default"),
    ],
)
def test_what_the_plan_does_not_know_is_an_error(answer: Answer, code: str) -> None:
    with pytest.raises(UserError) as error:
        decided(plan_with(), [answer])
    assert error.value.code == code


@pytest.mark.parametrize(
    ("recommended", "taken"), [("Postgres", "Postgres"), ("", "SQLite"), ("x", "SQLite")]
)
def test_the_deadline_takes_the_default_of_a_minor_decision(recommended: str, taken: str) -> None:
    plan = plan_with(decision(weight="minor", recommended=recommended))
    [made] = decided(plan, [Answer("D-1", "", "nobody answered", "", "2026-03-01")]).decisions
    assert made.answer == taken
    assert made.log[0].words == f"{taken}, because nobody answered, by its deadline on 2026-03-01"


def test_a_deadline_that_comes_late_changes_nothing() -> None:
    plan = decided(plan_with(decision(weight="minor")), [replace(POSTGRES, option="SQLite")])
    assert decided(plan, [Answer("D-1", "", "nobody answered", "", "2026-03-01")]) == plan


def test_without_options_any_words_are_an_answer() -> None:
    plan = decided(
        plan_with(decision(options=(), recommended="")), [replace(POSTGRES, option=" in \n March ")]
    )
    assert plan.decisions[0].answer == "in March"


def test_a_reason_that_looks_like_a_secret_is_withheld() -> None:
    reason = "the key is gh" + "p_" + "a8Fk3" * 8
    [made] = decided(plan_with(), [replace(POSTGRES, reason=reason)]).decisions
    assert made.log[0].reason == WITHHELD
    assert "a8Fk3" not in contract_text(decided(plan_with(), [replace(POSTGRES, reason=reason)]))


def test_tasks_wait_for_major_decisions_and_others_wait_for_them() -> None:
    plan = plan_with(decision("D-1"), decision("D-2", weight="minor"), decision("D-3"))
    assert waiting(plan) == {"D-1": ("T1",), "D-3": ()}
    assert held_back(plan) == {"T1", "T2"}
    after = decided(plan, [POSTGRES])
    assert waiting(after) == {"D-3": ()}
    assert held_back(after) == frozenset()
    assert after.tasks == plan.tasks


def test_a_ring_of_tasks_is_held_back_whole() -> None:
    plan = plan_with()
    ring = (plan.tasks[0].model_copy(update={"depends_on": ("T2",)}), *plan.tasks[1:])
    assert held_back(plan.model_copy(update={"tasks": ring})) == {"T1", "T2"}


def test_whoever_takes_the_task_is_told_what_was_chosen_and_what_follows() -> None:
    open_, made = (fanout(plan).tasks[0] for plan in (plan_with(), decided(plan_with(), [POSTGRES])))
    assert open_.decisions
    assert not made.decisions
    assert "ready" not in open_.labels
    assert "ready" in made.labels
    assert "Decided: Postgres: A server to run." in made.notes


def test_a_contract_of_before_there_was_a_log_is_read_and_written_the_same() -> None:
    plan = plan_with(decision(answer="Postgres"))
    text = contract_text(plan)
    assert '"log"' not in text
    assert plan_from_contract(text) == plan
    told = text.replace(
        '"origin": "model",\n        "question"', '"log": [],\n        "origin": "model",\n        "question"'
    )
    assert told != text
    assert getattr(read_contract(told, "c.json"), "plan", None) == plan


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_shows_who_decided_what_and_pings_nobody(name: str) -> None:
    plan = FORMATS[name].whole(decided(webhook_plan(), [_webhook_answer()]))
    files = FORMATS[name].files(plan, {})
    assert not list(FORMATS[name].changed(plan, files))
    shown = [
        line
        for one in files
        if one.path.endswith(".md")
        for line in one.text.split("\n")
        if "ecided: B" in line
    ]
    assert shown
    for line in shown:
        assert "because ask ``@team``, by ``@ada`` on 2026-02-10" in line


def _webhook_answer() -> Answer:
    return replace(POSTGRES, option="B", reason="ask @team")


@pytest.mark.parametrize("name", ["roadmap", "steps", "technical"])
def test_nothing_is_decided_by_an_edit_of_a_document(name: str) -> None:
    """An edit of the words about an answer is asked about; the plan keeps the answer that somebody gave."""
    plan = FORMATS[name].whole(decided(webhook_plan(), [_webhook_answer()]))
    files = FORMATS[name].files(plan, {})
    rendered = {one.path: one.text for one in files}
    edited = {
        path: text.replace("decided: B, because ask", "decided: Everything otherwise, because ask")
        for path, text in rendered.items()
    }
    assert edited != rendered
    read = read_back(plan, FORMATS[name], rendered, edited)
    assert read.plan == plan
    assert ["no field of the plan takes this up" in one.message for one in read.doubts] == [True]


def test_the_answer_of_a_command_is_one_the_plan_takes() -> None:
    plan = plan_with()
    said = answer_of("post because we run one", decisions_of(plan), by="ada", at="2026-02-10")
    assert isinstance(said, Answer)
    assert decided(plan, [said]).decisions[0].answer == "Postgres"
