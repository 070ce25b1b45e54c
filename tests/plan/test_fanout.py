"""The fan-out file: every task stands alone with its boundary, and reads back; broken files give findings."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import Phase, given, settings

from bot.plan.digest import canonical_json, digest_of, text_digest
from bot.plan.fanout import Fanout, fanout, fanout_text, read_fanout
from bot.plan.model import Plan
from tests.plan.samples import change, small_plan, task, webhook_plan
from tests.plan.strategies import sound_plans

PATH = ".agent/planner-fanout-12.json"


@settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(sound_plans)
def test_any_fan_out_reads_back(plan: Plan) -> None:
    assert read_fanout(fanout_text(plan), PATH) == fanout(plan)


def test_other_tools_find_what_they_read() -> None:
    document = json.loads(fanout_text(webhook_plan()))
    for one in document["tasks"]:
        assert one["title"].strip()
        assert one["role"] in ("developer", "qa", "planner")
        assert isinstance(one["summary"], str)
        assert one["acceptance"]
        assert all(isinstance(text, str) for text in one["acceptance"])
        assert [label for label in one["labels"] if label.startswith("priority/")] == ["priority/p1"]


def test_every_task_declares_risk_boundary_and_invariants() -> None:
    plan = small_plan(
        task("T1"), task("T2", invariants=("order_kept",), depends_on=("T1",), allowed_paths=("src/",))
    )
    first, second = fanout(plan).tasks
    assert first.invariants == ("public_api_stable",)
    assert second.invariants == ("order_kept",)
    assert first.commands == ("make test",)
    assert first.allowed_paths == ("src/t1.py",)
    assert second.allowed_paths == ("src/",)
    assert (first.wave, second.wave, second.depends_on) == (1, 2, ("T1",))


def test_high_risk_is_labelled() -> None:
    tasks = {one.key: one for one in fanout(webhook_plan()).tasks}
    assert "risk/high" in tasks["T3"].labels
    assert "risk/high" not in tasks["T1"].labels
    assert "Rollback (reversible): Set `HOOKS_RETRY=0`" in tasks["T3"].notes


@pytest.mark.parametrize(
    ("value", "rule", "pointer"),
    [
        ("", "PLN001", ""),
        ("{}{}", "PLN001", ""),
        ("[]", "PLN002", ""),
        ('{"tasks": {}}', "PLN811", "/tasks"),
        ("{}", "PLN811", "/tasks"),
        ('{"tasks": [1]}', "PLN811", "/tasks/0"),
    ],
)
def test_broken_files(value: str, rule: str, pointer: str) -> None:
    found = read_fanout(value, PATH)
    assert isinstance(found, tuple)
    assert (found[0].rule, found[0].pointer) == (rule, pointer)


def test_a_file_of_another_tool_may_hold_more() -> None:
    document: dict[str, Any] = json.loads(fanout_text(small_plan()))
    del document["groundplan"]
    document["tasks"][0]["chains"] = ["base"]
    assert isinstance(read_fanout(json.dumps(document), PATH), Fanout)


def test_one_spelling_for_each_value() -> None:
    assert canonical_json({"b": [2, 1], "a": "é"}) == '{\n  "a": "é",\n  "b": [\n    2,\n    1\n  ]\n}\n'
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})
    assert digest_of([1, 2]) != digest_of([2, 1])
    assert text_digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    with pytest.raises(ValueError, match="Out of range"):
        canonical_json(float("nan"))


def test_paths_default_to_the_files_of_the_task() -> None:
    files = (change("b.py"), change("a.py"), change("b.py"))
    assert fanout(small_plan(task("T1", files=files))).tasks[0].allowed_paths == ("b.py", "a.py")
