"""The fan-out file of any plan holds its own rules; what is near a defect and is none passes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import given as hypothesis_given

from bot.plan.fanout import fanout_text
from bot.plan.model import Plan
from bot.plan.rules import LintInput, lint
from tests.plan.rules.fixtures.base import contract_with, fanout_with, given, sound
from tests.plan.rules.fixtures.fanout import crowd, task_with
from tests.plan.samples import change, outline_plan, task, webhook_plan
from tests.plan.strategies import sound_plans

RULES = ("PLN811", "PLN813", "PLN814", "PLN815")


def alone(plan: Plan) -> LintInput:
    return LintInput(plan=plan, fanout_text=fanout_text(plan))


@settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@hypothesis_given(sound_plans)
def test_what_is_written_stands_alone_and_is_labelled_right(plan: Plan) -> None:
    """All but words: those are whatever the plan says."""
    report = lint(alone(plan), select=RULES)
    assert [one for one in report.findings if "refers to" not in one.message] == []


@pytest.mark.parametrize(
    "plan", [webhook_plan(), outline_plan(), sound()], ids=["medium", "outline", "small"]
)
def test_samples_have_no_finding(plan: Plan) -> None:
    report = lint(alone(plan), select=("PLN812", "PLN816", *RULES))
    assert report.findings == ()
    assert len(report.passed) == 6


@pytest.mark.parametrize(
    "text",
    [
        "The report is the same as before",
        "In step 2 of the wizard, the address is asked for",
        "Step 2 of the wizard asks for the address",
        "See the list below",
        "The value above which it is rejected is 5",
        "Runs on an M2 Mac and with an A-4 sheet",
        "`T2` and `as described above` are literals",
        "The next task of the user is selected",
        "ISO-8601 and UTF-8 are kept",
        "src/T2/part.py is moved",
        "The limits of the plan the customer pays for are kept",
        "The page shows the prices of the plan",
        "See the plan of #12",
    ],
)
def test_words_that_only_look_like_references(text: str) -> None:
    assert lint(task_with(acceptance=[text]), select=["PLN814"]).passed == ("PLN814",)


@pytest.mark.parametrize(
    "text",
    [
        "See the assumptions of the plan.",
        "Constraints are listed in the plan.",
        "As described in the roadmap.",
    ],
)
def test_what_only_the_plan_says_is_warned_of(text: str) -> None:
    assert [one.severity for one in lint(task_with(acceptance=[text]), select=["PLN814"]).findings] == [
        "warning"
    ]


def test_what_is_carried_along_may_be_named() -> None:
    notes = "T2: Build part T2\nPlan of issue #12: the contract, task T1"
    assert lint(
        task_with(acceptance=["T2 can call it", "After Step 2, too"], notes=notes), select=["PLN814"]
    ).ok
    assert not lint(task_with(acceptance=["T2 can call it"]), select=["PLN814"]).ok


def test_the_issues_own_words_may_refer_to_anything() -> None:
    given_words = task_with(origin="extracted", acceptance=["It works as described above"])
    assert lint(given_words, select=["PLN814"]).passed == ("PLN814",)


def foreign(**fields: Any) -> LintInput:
    """A fan-out file as other tools write it: no part of ours, fewer fields."""
    base = {
        "key": "K1",
        "title": "Wire the decoder",
        "role": "developer",
        "summary": "Wire the decoder.",
        "labels": ["type/task", "priority/p1"],
        "acceptance": ["It decodes"],
        "risk_class": "low",
        "max_diff_scope": 3,
        "invariants": ["replay_idempotent"],
        **fields,
    }
    steps = (("tasks", [base]), ("groundplan", None))
    return LintInput(fanout_text=fanout_with(*steps).fanout_text, fanout_file="any.json")


def test_files_of_other_tools_are_warned_and_need_no_labels() -> None:
    report = lint(foreign(), select=("PLN814", "PLN815"))
    assert {one.severity for one in report.findings} == {"warning"}
    assert {one.pointer for one in report.findings} == {
        "/tasks/0/in_scope",
        "/tasks/0/out_of_scope",
        "/tasks/0/commands",
    }
    assert report.passed == ("PLN815",)


def test_a_label_that_starts_risky_work_is_an_error_in_any_file() -> None:
    (found,) = lint(foreign(risk_class="high", labels=["type/task", "ready"]), select=["PLN815"]).findings
    assert found.message == "Task K1: label ready not allowed while its risk is high"
    assert found.severity == "error"


@pytest.mark.parametrize(
    "label", ["area/storage", "release/minor", "sev2", "risk/high", "type/bug", "role/planner"]
)
def test_known_labels_are_allowed(label: str) -> None:
    role = "planner" if label == "role/planner" else "developer"
    assert lint(foreign(labels=[label], role=role), select=["PLN815"]).passed


def test_more_than_the_limit_says_how_many() -> None:
    (found,) = lint(crowd(), select=["PLN813"]).findings
    assert found.message == "9 tasks exceed limit 8; 0 queued"


def test_ours_queues_what_is_over_the_limit() -> None:
    plan = sound(*(task(f"T{n}", files=(change(f"src/n{n}.py", "new"),)) for n in range(1, 12)))
    assert lint(given(plan), select=["PLN813", "PLN819"]).findings == ()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "PLN001"),
        (" \n", "PLN001"),
        ("{}{}", "PLN001"),
        ('{"tasks": [], "tasks": []}', "PLN001"),
    ],
    ids=["empty", "blank", "two documents", "a key twice"],
)
def test_text_that_others_let_through_is_refused(text: str, rule: str) -> None:
    for refused in (LintInput(contract_text=text), LintInput(fanout_text=text)):
        assert rule in {one.rule for one in lint(refused).errors}


@pytest.mark.parametrize(
    ("given_text", "rule", "pointer"),
    [
        (
            contract_with(("contract_defaults/max_diff_scope", 2.5)),
            "PLN803",
            "/contract_defaults/max_diff_scope",
        ),
        (fanout_with(("tasks/0/max_diff_scope", 2.5)), "PLN803", "/tasks/0/max_diff_scope"),
        (fanout_with(("tasks/1/depends_on", ["T9"])), "PLN816", "/tasks/1/depends_on/0"),
        (fanout_with(("tasks/1/depends_on", ["T2"])), "PLN816", "/tasks/1/depends_on/0"),
        (fanout_with(("tasks/0/depends_on", ["T2"])), "PLN816", "/tasks/0/depends_on"),
        (
            LintInput(plan=sound(task("T1", depends_on=("T9",)))),
            "PLN303",
            "/tasks/0/depends_on/0",
        ),
        (
            LintInput(plan=sound(task("T1", depends_on=("T1",)))),
            "PLN302",
            "/tasks/0/depends_on/0",
        ),
        (
            LintInput(plan=sound(task("T1", depends_on=("T2",)), task("T2", depends_on=("T1",)))),
            "PLN301",
            "/tasks/0/depends_on",
        ),
    ],
    ids=["2.5", "2.5 files", "unknown", "self", "circle", "plan unknown", "plan self", "plan circle"],
)
def test_what_other_checks_let_through_is_refused(given_text: LintInput, rule: str, pointer: str) -> None:
    assert (rule, pointer) in {(one.rule, one.pointer) for one in lint(given_text).errors}
