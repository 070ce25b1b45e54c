"""The fan-out file: every task stands alone with its boundary, and reads back; broken files give findings."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import Phase, given, settings

from bot.plan.digest import canonical_json, digest_of, text_digest
from bot.plan.fanout import AT_ONCE, Fanout, FanoutTask, fanout, fanout_text, held, marker, read_fanout
from bot.plan.model import Decision, Plan
from tests.plan import upstream
from tests.plan.samples import change, milestone, outline_plan, small_plan, task, webhook_plan
from tests.plan.strategies import sound_plans

PATH = ".agent/planner-fanout-12.json"


@settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(sound_plans)
def test_any_fan_out_reads_back(plan: Plan) -> None:
    assert read_fanout(fanout_text(plan), PATH) == fanout(plan)


@settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(sound_plans)
def test_any_fan_out_is_accepted_elsewhere(plan: Plan) -> None:
    assert upstream.fanout_faults(fanout_text(plan)) == []


def issue_text(one: FanoutTask) -> str:
    """The issue of a task as others ask for it, put together from the file alone."""
    header = {
        "id": one.key,
        "role": one.role,
        "title": one.title,
        "priority": next(label for label in one.labels if label.startswith("priority/"))[9:],
        "status": "queued" if one.queued else "ready",
        "complexity": one.effort,
        "risk_class": one.risk_class,
        "max_diff_scope": one.max_diff_scope,
        "acceptance_tests": ",".join(one.commands),
        "invariants": ",".join(one.invariants),
        "evidence_required": str(one.evidence_required).lower(),
    }
    sections = {
        "Objective": one.summary,
        "In Scope": "\n".join(one.in_scope),
        "Out of Scope": "\n".join(one.out_of_scope),
        "Acceptance Criteria": "\n".join(f"- [ ] {text}" for text in one.acceptance),
        "Non Goals": "\n".join(one.out_of_scope),
    }
    top = "\n".join(f"{name}: {value}" for name, value in header.items())
    return f"{top}\n---\n" + "\n".join(f"## {name}\n{text}\n" for name, text in sections.items())


@pytest.mark.parametrize(
    "plan", [webhook_plan(), outline_plan(), small_plan()], ids=["medium", "outline", "small"]
)
def test_each_task_says_all_that_an_issue_of_its_own_needs(plan: Plan) -> None:
    known = {*plan.contract_defaults.invariants, *(name for task in plan.tasks for name in task.invariants)}
    for one in fanout(plan).tasks:
        assert upstream.issue_faults(issue_text(one), known) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "empty"),
        ("[]", "not an object"),
        ("{}", "tasks is no list"),
        ('{"tasks": [{"role": "qa", "summary": "s", "acceptance": ["a"]}]}', "task 0: title is blank"),
        ('{"tasks": [{"title": "t", "role": "boss", "summary": "s", "acceptance": ["a"]}]}', "task 0: role"),
        ('{"tasks": [{"title": "t", "role": "qa", "acceptance": ["a"]}]}', "task 0: objective is blank"),
        ('{"tasks": [{"title": "t", "role": "qa", "summary": "s"}]}', "task 0: acceptance is no list"),
        (
            '{"tasks": [{"title": "t", "role": "qa", "summary": "s", "acceptance": ["a"],'
            ' "labels": ["bug"]}]}',
            "task 0: label bug is dropped",
        ),
    ],
)
def test_the_restated_rules_can_say_no_to_a_fan_out(text: str, fault: str) -> None:
    assert upstream.fanout_faults(text)[0].startswith(fault)


def test_the_restated_rules_can_say_no_to_an_issue() -> None:
    (one,) = fanout(small_plan()).tasks
    text = issue_text(one)
    assert upstream.issue_faults(text, set()) == ["unknown invariant public_api_stable"]
    for broken, fault in (
        (text.replace("\n---\n", "\n"), "the header has no end"),
        (text.replace("risk_class: medium", "risk_class: Medium"), "risk_class"),
        (text.replace("max_diff_scope: 5", "max_diff_scope: 2.5"), "max_diff_scope"),
        (text.replace("- [ ] ", "- "), "no acceptance box"),
        (text.replace("## Out of Scope", "## Elsewhere"), "no section Out of Scope"),
    ):
        assert fault in upstream.issue_faults(broken, {"public_api_stable"})


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


def open_decision(**fields: Any) -> Decision:
    given_fields: dict[str, Any] = {
        "id": "D-1",
        "question": "Which queue?",
        "context": "Two are there.",
        "impact": "Who runs it.",
        "weight": "major",
        "issue": 31,
        **fields,
    }
    return Decision(**given_fields)


@pytest.mark.parametrize(
    ("fields", "decision", "labels"),
    [
        ({}, {}, ["autonomous", "ready"]),
        ({"role": "planner"}, {}, ["autonomous", "ready"]),
        ({"role": "qa"}, {}, ["qa-ready"]),
        ({"risk_class": "high"}, {}, ["autonomous"]),
        ({"risk_class": "critical", "role": "qa"}, {}, []),
        ({"origin": "extracted"}, {}, ["autonomous"]),
        ({"decisions": ("D-1",)}, {}, ["autonomous"]),
        ({"decisions": ("D-1",)}, {"answer": "Redis"}, ["autonomous", "ready"]),
        ({"decisions": ("D-1",)}, {"weight": "minor"}, ["autonomous", "ready"]),
        ({"decisions": ("D-9",)}, {}, ["autonomous", "ready"]),
    ],
)
def test_only_what_nothing_holds_back_is_ready(
    fields: dict[str, Any], decision: dict[str, Any], labels: list[str]
) -> None:
    plan = small_plan(task("T1", **fields), decisions=(open_decision(**decision),))
    (one,) = fanout(plan).tasks
    assert [label for label in one.labels if label in ("autonomous", "ready", "qa-ready")] == labels
    assert bool(held(one)) == ("ready" not in labels and "qa-ready" not in labels)


def test_what_waits_for_another_task_is_not_ready() -> None:
    first, second = fanout(small_plan(task("T1"), task("T2", depends_on=("T1",)))).tasks
    assert "ready" in first.labels
    assert "ready" not in second.labels
    assert held(second) == "it waits for T1"


def test_a_decision_goes_with_the_task_that_waits_for_it() -> None:
    (one,) = fanout(small_plan(task("T1", decisions=("D-1",)), decisions=(open_decision(),))).tasks
    assert one.decisions == ("D-1: Which queue? (#31)",)
    assert "D-1: Which queue? (#31) Open; the task waits for the answer." in one.notes
    minor = open_decision(weight="minor", recommended="Redis")
    (one,) = fanout(small_plan(task("T1", decisions=("D-1",)), decisions=(minor,))).tasks
    assert one.decisions == ()
    assert "Open. Without an answer: Redis." in one.notes
    (one,) = fanout(
        small_plan(task("T1", decisions=("D-1",)), decisions=(open_decision(answer="Redis"),))
    ).tasks
    assert "Decided: Redis" in one.notes


def independent(count: int, **fields: Any) -> Plan:
    tasks = (task(f"T{n}", files=(change(f"n{n}.py", "new"),)) for n in range(1, count + 1))
    return small_plan(*tasks, **fields)


def queued(plan: Plan, **limit: int) -> list[str]:
    return [one.key for one in fanout(plan, **limit).tasks if one.queued]


def test_the_rest_is_queued_and_nothing_is_dropped() -> None:
    plan = independent(11)
    assert len(fanout(plan).tasks) == 11
    assert queued(plan) == ["T9", "T10", "T11"]
    assert queued(independent(AT_ONCE)) == []
    assert queued(independent(3), at_once=1) == ["T2", "T3"]


def test_only_the_active_milestone_is_filed() -> None:
    stages = (
        milestone("M1", status="done"),
        milestone("M2", status="active"),
        milestone("M3", status="queued"),
    )
    tasks = (
        task("T1"),
        task("T2", milestone="M2", depends_on=("T1",)),
        task("T3", milestone="M3"),
        task("T4", milestone="M2", depends_on=("T3",)),
        task("T5", milestone="M9"),
    )
    assert queued(small_plan(*tasks, milestones=stages)) == ["T1", "T3", "T4", "T5"]


def test_nothing_is_filed_before_what_it_needs() -> None:
    tasks = [task(f"T{n}", depends_on=(f"T{n + 1}",)) for n in range(1, 11)]
    plan = small_plan(*tasks, task("T11"))
    assert queued(plan) == ["T1", "T2", "T3"]


def test_what_a_task_names_goes_with_it() -> None:
    plan = small_plan(
        task("T1", gotchas=("T2 needs it; see M1 and D-1.",)),
        task("T2", title="Build on T3"),
        task("T3", title="Part three"),
        decisions=(open_decision(),),
    )
    first = fanout(plan).tasks[0]
    for line in ("T2: Build on T3", "T3: Part three", "M1: Outcome M1", "D-1: Which queue?"):
        assert line in first.notes.split("\n")
    assert "T1: " not in first.notes


def test_the_scope_is_written_out() -> None:
    plan = small_plan(
        task(
            "T1",
            files=(change("b.py", "rename", "moved", source="a.py"), change("c.py")),
            changes=("`run` takes a limit",),
        ),
        task("T2", files=(), allowed_paths=("src/",)),
        task("T3", files=()),
        non_goals=("A new user interface",),
    )
    first, second, third = fanout(plan).tasks
    assert first.in_scope == ("`b.py` (rename from `a.py`): moved", "`c.py` (edit)", "`run` takes a limit")
    assert first.out_of_scope == ("A new user interface", "Changes to any other path")
    assert second.in_scope == ("`src/`", "What the acceptance criteria ask for")
    assert third.in_scope == ("What the acceptance criteria ask for",)
    assert third.out_of_scope[-1] == "Anything the acceptance criteria do not ask for"


def test_the_source_is_named() -> None:
    assert (
        fanout(small_plan())
        .tasks[0]
        .notes.endswith("Plan of issue #12: .agent/planning-output-12.json, task T1")
    )


def test_markers_tell_tasks_apart_however_long_their_titles() -> None:
    long = "Keep every delivery that fails with a timeout in the table of waiting deliveries"
    assert marker(12, "developer", f"{long} A") != marker(12, "developer", f"{long} B")
    assert marker(12, "developer", long) != marker(12, "qa", long)
    assert marker(12, "developer", long) != marker(13, "developer", long)
    assert marker(12, "developer", " Keep  it") == marker(12, "developer", "keep it")
    assert marker(12, "qa", "x").startswith("planner-fanout-12-")
    assert len(marker(12, "qa", "x")) == len("planner-fanout-12-") + 8


def test_equal_titles_are_told_apart() -> None:
    plan = small_plan(
        task("T1", title="Fix it"), task("T2", title="fix  it"), task("T3", title="Fix it", role="qa")
    )
    assert [one.title for one in fanout(plan).tasks] == ["Fix it", "fix  it (T2)", "Fix it"]


@pytest.mark.parametrize(
    ("track", "label"),
    [("Core API", "area/core-api"), ("x" * 60, "area/" + "x" * 40), ("Ab " * 20, "area/" + "ab-" * 13 + "a")],
)
def test_a_track_is_an_area(track: str, label: str) -> None:
    assert label in fanout(small_plan(task("T1", track=track))).tasks[0].labels


def test_a_track_without_latin_letters_has_no_area() -> None:
    labels = fanout(small_plan(task("T1", track="日本"))).tasks[0].labels
    assert not any(label.startswith("area/") for label in labels)
