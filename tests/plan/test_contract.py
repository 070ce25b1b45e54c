"""The contract holds every plan without loss, is what other tools accept, and refuses
broken input with places.
"""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.errors import UserError
from bot.plan.contract import Contract, comma_free_command, contract_text, plan_from_contract, read_contract
from bot.plan.digest import canonical_json
from bot.plan.findings import Finding
from bot.plan.model import Plan
from tests.plan import upstream
from tests.plan.samples import outline_plan, small_plan, webhook_plan
from tests.plan.strategies import plans

PATH = ".agent/planning-output-12.json"


def refused(text: str) -> tuple[Finding, ...]:
    found = read_contract(text, PATH)
    assert isinstance(found, tuple), found
    return found


def changed(*steps: tuple[str, Any], plan: Plan | None = None) -> str:
    """The contract of a small plan with values put at slash paths."""
    document = json.loads(contract_text(plan or small_plan()))
    for path, value in steps:
        *parents, last = path.split("/")
        at: Any = document
        for part in parents:
            at = at[int(part)] if isinstance(at, list) else at[part]
        if isinstance(at, list):
            at[int(last)] = value
        else:
            at[last] = value
    return canonical_json(document)


@settings(max_examples=30, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(plans)
def test_any_plan_survives_and_any_contract_is_accepted_elsewhere(plan: Plan) -> None:
    text = contract_text(plan)
    assert plan_from_contract(text) == plan
    assert upstream.faults(text) == []
    assert canonical_json(json.loads(text)) == text


@pytest.mark.parametrize(
    "plan", [webhook_plan(), outline_plan(), small_plan()], ids=["medium", "outline", "small"]
)
def test_samples_survive(plan: Plan) -> None:
    assert plan_from_contract(contract_text(plan)) == plan
    assert upstream.faults(contract_text(plan)) == []


def test_published_part_is_exactly_the_published_shape() -> None:
    document = json.loads(contract_text(webhook_plan()))
    assert set(document) == {"roadmap", "contract_defaults", "decisions", "groundplan"}
    assert document["contract_defaults"]["acceptance_tests"] == "make test,make lint"
    assert document["contract_defaults"]["invariants"] == "delivery_id_unique,payload_signature_unchanged"
    assert document["decisions"] == ["D-1: Is a delivery that timed out sent again? (#431)"]
    assert set(document["roadmap"]["milestones"][0]) == {
        "id", "title", "outcome", "dependencies", "acceptance", "risks", "risk_class", "max_diff_scope",
    }  # fmt: skip


def test_a_settled_decision_is_no_longer_listed_as_open() -> None:
    plan = webhook_plan()
    settled = plan.model_copy(update={"decisions": (plan.decisions[0].model_copy(update={"answer": "A"}),)})
    assert json.loads(contract_text(settled))["decisions"] == []
    assert plan_from_contract(contract_text(settled)) == settled


shell = st.text(st.sampled_from(list("ab ,'\\\"$%é-;nc0")), min_size=1, max_size=14)


@settings(max_examples=60, deadline=None)
@given(shell)
def test_a_command_with_commas_runs_the_same_without_them(words: str) -> None:
    quoted = "'" + words.replace("'", "'\\''") + "'"
    command = f"printf %s {quoted},"
    safe = comma_free_command(command)
    assert "," not in safe
    run = subprocess.run(["sh", "-c", safe], capture_output=True, text=True, check=True)
    assert run.stdout == words + ","


def test_a_comma_free_command_is_left_alone() -> None:
    assert comma_free_command("pytest -q 'x'") == "pytest -q 'x'"


@pytest.mark.parametrize(
    ("text", "reason", "place"),
    [
        ("", "empty", (1, 1)),
        (" \n ", "empty", (2, 2)),
        ("{}\n{}", "more text follows", (2, 1)),
        ('{\n "a": 1,\n "a": 2}', "stands twice", (3, 2)),
        ('{"a": NaN}', "NaN", (1, 7)),
        ('{"a": -Infinity}', "-Infinity", (1, 7)),
        ('{"a": 1e999}', "out of range", (1, 7)),
        ("[" * 1_000_000, "deeper than", (1, 62)),
        ('{"a":' * 1_000_00, "deeper than", (1, 306)),
        ("\ufeff{}", "byte order mark", (1, 1)),
        ('{"a": 01}', "broken number", (1, 7)),
        ('{"a": tru}', "expected a value", (1, 7)),
        ('{"a": "x\ny"}', "broken string", (1, 9)),
        ('{"a": 1', "the end of the text", (1, 8)),
        ("{a: 1}", "a key in quotes", (1, 2)),
        ("x" * 10_000_000, "characters long", (1, 2_000_001)),
        ("9" * 5000, "broken number", (1, 1)),
    ],
    ids=lambda value: str(value)[:16],
)
def test_text_that_is_not_one_value(text: str, reason: str, place: tuple[int, int]) -> None:
    (found,) = refused(text)
    assert found.rule == "PLN001"
    assert reason in found.message
    assert found.location is not None
    assert (found.location.file, found.location.line, found.location.col) == (PATH, *place)


@pytest.mark.parametrize(
    ("step", "rule", "pointer"),
    [
        (("roadmap/version", 1), "PLN801", "/roadmap/version"),
        (("roadmap/objective", " "), "PLN801", "/roadmap/objective"),
        (("roadmap/milestones", []), "PLN801", "/roadmap/milestones"),
        (("roadmap/milestones/0/acceptance", []), "PLN801", "/roadmap/milestones/0/acceptance"),
        (("roadmap/milestones/0/risk_class", "HIGH"), "PLN802", "/roadmap/milestones/0/risk_class"),
        (("roadmap/milestones/0/max_diff_scope", 2.5), "PLN803", "/roadmap/milestones/0/max_diff_scope"),
        (("roadmap/milestones/0/max_diff_scope", True), "PLN803", "/roadmap/milestones/0/max_diff_scope"),
        (("roadmap/milestones/0/max_diff_scope", "5"), "PLN803", "/roadmap/milestones/0/max_diff_scope"),
        (("contract_defaults/max_diff_scope", 0), "PLN803", "/contract_defaults/max_diff_scope"),
        (
            ("contract_defaults/acceptance_tests", ["make test"]),
            "PLN804",
            "/contract_defaults/acceptance_tests",
        ),
        (("contract_defaults/evidence_required", "yes"), "PLN804", "/contract_defaults/evidence_required"),
        (("decisions", {}), "PLN804", "/decisions"),
        (("decisions", [{"id": "D-1"}]), "PLN804", "/decisions/0"),
        (("roadmap/milestones/0/risks", [1]), "PLN804", "/roadmap/milestones/0/risks/0"),
        (("groundplan/size", "huge"), "PLN002", "/groundplan/size"),
        (("groundplan/tasks/0/title", ""), "PLN002", "/groundplan/tasks/0/title"),
        (("groundplan/schema", 2), "PLN002", "/groundplan/schema"),
        (("groundplan/colour", "red"), "PLN003", "/groundplan/colour"),
        (("x_note", "kept by nobody"), "PLN003", "/x_note"),
        (("groundplan/milestones/0/id", "M9"), "PLN002", "/groundplan/milestones"),
        (("decisions", ["D-9: an invention"]), "PLN003", "/decisions/0"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_broken_shape_is_refused_at_its_place(step: tuple[str, Any], rule: str, pointer: str) -> None:
    text = changed(step)
    (found,) = refused(text)
    assert (found.rule, found.pointer) == (rule, pointer)
    assert found.location is not None
    assert 1 <= found.location.line <= text.count("\n")


def test_the_place_is_the_line_of_the_value() -> None:
    text = changed(("contract_defaults/max_diff_scope", 2.5))
    (found,) = refused(text)
    assert found.location is not None
    line = text.split("\n")[found.location.line - 1]
    assert line[found.location.col - 1 :].startswith("2.5")


def test_lists_told_twice_must_agree() -> None:
    plan = small_plan()
    defaults = plan.contract_defaults.model_copy(
        update={"acceptance_tests": ("pytest -k 'a,b'", "make lint")}
    )
    text = contract_text(plan.model_copy(update={"contract_defaults": defaults}))
    assert plan_from_contract(text).contract_defaults == defaults
    (found,) = refused(text.replace("make lint", "make lunch", 1))
    assert (found.rule, found.pointer) == ("PLN002", "/contract_defaults/acceptance_tests")


def test_spaces_in_a_list_and_true_as_text_are_read() -> None:
    text = changed(
        ("contract_defaults/invariants", " public_api_stable "),
        ("contract_defaults/evidence_required", "true"),
    )
    assert plan_from_contract(text) == small_plan()


def test_a_contract_of_another_tool_has_no_plan() -> None:
    document = json.loads(contract_text(small_plan()))
    del document["groundplan"]
    text = json.dumps({**document, "x_owner": "somebody"})
    read = read_contract(text, PATH)
    assert isinstance(read, Contract)
    assert read.plan is None
    with pytest.raises(UserError, match="contract-broken"):
        plan_from_contract(text)


def test_several_faults_are_reported_together_in_file_order() -> None:
    found = refused(changed(("decisions", [1]), ("groundplan/size", "huge"), ("roadmap/version", 1)))
    assert [one.rule for one in found] == ["PLN804", "PLN002", "PLN801"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["roadmap", "tasks", "a", "id"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(json_values, st.sampled_from(["", "roadmap", "groundplan", "contract_defaults", "decisions"]))
def test_no_json_value_raises(value: Any, key: str) -> None:
    document = json.loads(contract_text(small_plan()))
    text = json.dumps({**document, key: value} if key else value)
    read = read_contract(text, PATH)
    if isinstance(read, Contract):
        assert key, "a value of which nothing is known is no contract"
    else:
        assert read
        assert all(fault.location and fault.location.line >= 1 for fault in read)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 5000), st.text(max_size=3))
def test_no_damaged_text_raises(at: int, junk: str) -> None:
    text = contract_text(small_plan())
    at %= len(text)
    found = read_contract(text[:at] + junk + text[at + 1 :], PATH)
    assert isinstance(found, Contract | tuple)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "empty"),
        ("[]", "not an object"),
        ("{} {}", "not one JSON document"),
        ("{}", "roadmap is no object"),
    ],
)
def test_the_restated_rules_can_say_no(text: str, fault: str) -> None:
    assert upstream.faults(text)[0].startswith(fault)
