"""Requirements, criteria, tests, tasks and streams: what must not hit, what is skipped, and how ids"
" compare."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.plan.facets import Streams
from bot.plan.loose import loosely
from bot.plan.model import Question
from bot.plan.rules import LintInput, lint
from tests.plan.rules.fixtures.base import given
from tests.plan.rules.fixtures.facets import (
    CRITERIA,
    FUNCTIONAL,
    MANDATE,
    PAIRS,
    STREAMS,
    TASKS,
    as_export,
    as_functional,
    functional,
    with_item,
)
from tests.plan.rules.fixtures.traceability import assumed, split, with_stream

OF_REQUIREMENTS = ["PLN701", "PLN702", "PLN703", "PLN704", "PLN705", "PLN706", "PLN707", "PLN708"]


def padded() -> LintInput:
    """The functional plan with ids of three digits in some places."""
    return as_functional(
        criteria=with_item(CRITERIA, 0, requirements=("FR-001",)),
        mandate=with_item(MANDATE, 0, criterion="AC-01"),
        streams=Streams(streams=with_item(STREAMS.streams, 0, requirements=("fr-001",))),
    )


def parts_only() -> LintInput:
    """FR-3 split in two; the whole is listed, but only the parts have criteria and streams."""
    criteria = (
        *CRITERIA[:4],
        CRITERIA[4].model_copy(update={"requirements": ("FR-3a",)}),
        CRITERIA[5].model_copy(update={"requirements": ("FR-3b",)}),
    )
    pairs = [
        *PAIRS[:4],
        *(PAIRS[at].model_copy(update={"requirement": name}) for at, name in ((4, "FR-3a"), (5, "FR-3b"))),
    ]
    streams = with_item(STREAMS.streams, 2, requirements=("FR-3a", "FR-3b", "NFR-2"))
    return as_functional(
        functional=split(), criteria=criteria, verification=tuple(pairs), review=tuple(pairs),
        streams=Streams(streams=streams),
    )  # fmt: skip


@pytest.mark.parametrize("make", [as_functional, padded, parts_only], ids=lambda make: str(make.__name__))
@pytest.mark.parametrize("rule_id", OF_REQUIREMENTS)
def test_sound_requirements_pass(make: object, rule_id: str) -> None:
    assert callable(make)
    assert lint(make(), select=[rule_id]).passed == (rule_id,)


@pytest.mark.parametrize("rule_id", OF_REQUIREMENTS)
def test_a_plan_without_requirements_or_streams_is_not_checked(rule_id: str) -> None:
    bare = replace(given(), format="functional")
    assert [one.rule for one in lint(bare, select=[rule_id]).skipped] == [rule_id]


@pytest.mark.parametrize("rule_id", [*OF_REQUIREMENTS, "PLN709", "PLN710", "PLN713", "PLN714"])
@pytest.mark.parametrize("name", ["functional", "export"])
def test_blanks_are_no_reason_to_stumble(rule_id: str, name: str) -> None:
    holes = {
        "requirements": {"functional": [{}], "criteria": [{}], "mandate": [{}], "review": [{}]},
        "streams": {"streams": [{"id": "WS-1"}]},
        "tasks": [{}],
        "assumptions": [{"text": "It holds"}],
        "non_goals": [""],
    }
    lint(LintInput(plan=loosely(holes), loose=True, format=name), select=[rule_id])


def test_a_mandated_test_may_name_several_criteria_or_none() -> None:
    both = with_item(MANDATE[1:], 0, criterion="AC-1, AC-2")
    assert lint(as_functional(mandate=both), select=["PLN703"]).ok
    dash = with_item(MANDATE, 6, criterion="\u2014")
    assert lint(as_functional(mandate=dash), select=["PLN703"]).ok


def test_a_quality_may_be_in_several_streams() -> None:
    assert lint(with_stream(2, requirements=("FR-3", "NFR-1", "NFR-2")), select=["PLN706"]).ok


@pytest.mark.parametrize(
    ("at", "fields"),
    [
        (1, {"agent": "software-engineer-rust"}),
        (2, {"agent": "software-engineer-typescript"}),
        (1, {"agent": "observability-engineer", "command": "\u2014", "requirements": ("NFR-1",)}),
        (1, {"id": "WS-0", "agent": "devops", "command": "", "requirements": ()}),
    ],
)
def test_agents_and_their_commands(at: int, fields: dict[str, object]) -> None:
    assert lint(with_stream(at, **fields), select=["PLN707"]).passed == ("PLN707",)


def test_an_unknown_agent_is_answered_with_the_nearest() -> None:
    found = lint(with_stream(0, agent="api-desinger"), select=["PLN707"]).findings[0]
    assert found.message == "WS-1: 'api-desinger' is no known agent"
    assert found.suggestion == "api-designer, database-designer"


def test_a_front_end_without_any_contract_may_wait_for_the_back_end() -> None:
    streams = with_item(STREAMS.streams[1:], 1, depends_on=("WS-2",))
    assert lint(as_functional(streams=Streams(streams=streams)), select=["PLN708"]).ok


def test_a_demand_or_a_criterion_ties_a_test_to_its_requirement() -> None:
    plan = as_export()
    assert plan.plan is not None
    assert plan.plan.delivery is not None
    tests = plan.plan.delivery.tests
    by_criterion = with_item(with_item(tests, 0, covers=("AC-3",)), 1, covers=("I-1",))
    in_words = with_item(tests, 0, covers=(), what="FR-2: the heading comes first")
    assert lint(as_export(tests=by_criterion), select=["PLN709"]).ok
    assert lint(as_export(tests=in_words), select=["PLN709"]).ok
    assert lint(as_export(tasks=with_item(TASKS, 0, covers=("I-2",))), select=["PLN709"]).ok


def test_a_file_that_ties_nothing_to_requirements_is_not_checked() -> None:
    plan = loosely({"requirements": {"functional": [{"id": "FR-1"}]}, "tasks": [{"id": "T1"}]})
    report = lint(LintInput(plan=plan, loose=True, format="export"), select=["PLN709", "PLN710", "PLN711"])
    assert {one.rule for one in report.skipped} == {"PLN709", "PLN710", "PLN711"}


def test_what_others_build_on_serves_too() -> None:
    assert lint(as_export(tasks=with_item(TASKS, 0, covers=())), select=["PLN710"]).ok


def test_a_question_about_an_assumption_settles_it() -> None:
    text = "Every customer has one currency"
    by_name = Question(id="Q-1", text="Does A-1 hold?", why="It decides the sums.")
    by_words = Question(id="Q-1", text="Has every customer one currency?", why="It decides the sums.")
    for question in (by_name, by_words):
        assert lint(assumed(text, questions=(question,)), select=["PLN713"]).ok
    other = Question(id="Q-1", text="Does A-12 hold?", why="It decides the order.")
    assert not lint(assumed(text, questions=(other,)), select=["PLN713"]).ok
    in_passing = Question(
        id="Q-1", text="Which currency has a sum? Every customer sees one.", why="It decides the sums."
    )
    assert not lint(assumed(text, questions=(in_passing,)), select=["PLN713"]).ok
    assert lint(assumed(text, "medium"), select=["PLN713"]).ok
    assert lint(assumed(text, questions=(), functional=FUNCTIONAL, impact="low"), select=["PLN713"]).ok


@pytest.mark.parametrize(
    "non_goal",
    [
        "Downloads of payments",
        "Files in the PDF format",
        "Buttons",
        "No change to the layout of the invoice page",
        "Changing the order of invoices in the database",
    ],
)
def test_what_is_out_of_scope_and_left_alone(non_goal: str) -> None:
    assert lint(as_export(non_goals=(non_goal,)), select=["PLN714"]).passed == ("PLN714",)


def test_a_sentence_that_leaves_something_out_does_not_do_it() -> None:
    kept = with_item(TASKS, 0, changes=("The layout of the report is not changed",))
    assert lint(as_export(tasks=kept, non_goals=("Layout of the report",)), select=["PLN714"]).ok
    done = with_item(TASKS, 0, changes=("Change the layout of the report",))
    found = lint(as_export(tasks=done, non_goals=("Layout of the report",)), select=["PLN714"]).findings
    assert [one.message for one in found] == ["'Layout of the report' is out of scope but step 1 does it"]


ASKED = "Each failed delivery must be listed with its date."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (ASKED, []),
        ("Failed deliveries are listed with date", []),
        ("Deliveries are retried", ["warning"]),
        (
            "Fehlgeschlagene Lieferungen werden in einer Liste mit ihrem Datum gezeigt und nicht wiederholt",
            [],
        ),
    ],
    ids=["its words", "most of its words", "something else", "another language"],
)
def test_a_plan_that_lists_no_demands_is_compared_by_words(text: str, found: list[str]) -> None:
    data = {"tasks": [{"id": "T1", "title": text, "objective": text}]}
    made = LintInput(plan=loosely(data), loose=True, format="steps", demands=(ASKED,))
    assert [one.severity for one in lint(made, select=["PLN711"]).findings] == found


def test_a_demand_that_a_whole_plan_lost_is_an_error() -> None:
    whole = given(demands=(ASKED,))
    (found,) = lint(whole, select=["PLN711"]).findings
    assert (found.severity, found.pointer) == ("error", "/obligations")
    assert whole.plan is not None
    kept = tuple(one.text for one in whole.plan.obligations)
    assert lint(given(demands=kept), select=["PLN711"]).ok


def test_a_demand_that_holds_a_secret_is_not_shown() -> None:
    secret = "The key AKIA" + "QWERTYUIOPASDFGH" + " must be replaced."
    assert lint(given(demands=(secret,)), select=["PLN711"]).ok


def test_the_sound_plans_hold_every_rule_that_applies() -> None:
    for made in (as_functional(), as_export()):
        assert lint(made, tiers=("core", "extended")).findings == ()
    assert functional().requirements is not None
