"""What can be started: equal to a plain oracle on random graphs, in whatever order things close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.children import (
    Child,
    Question,
    Readiness,
    TaskState,
    label_edits,
    labels_for,
    occasion,
    ready_set,
    stages_once_filed,
    states_of,
)
from bot.children.child import QUEUED
from bot.children.labels import PAUSING
from bot.children.ready import Stage
from bot.children.standing import Kind
from bot.plan.model import Role, Task
from tests.children.filed_ones import all_filed, children
from tests.plan.samples import milestone, small_plan, task

OPEN, DONE, DROPPED = TaskState("open", 1), TaskState("completed", 2), TaskState("not_planned", 3)
DIAMOND = (
    task("T1"),
    task("T2", depends_on=("T1",)),
    task("T3", depends_on=("T1",), role="qa"),
    task("T4", depends_on=("T2", "T3")),
)


@pytest.mark.parametrize(
    ("states", "ready", "waiting", "asked"),
    [
        ({}, [], {}, []),
        ({"T1": OPEN, "T2": OPEN}, ["T1"], {"T2": ("T1",)}, []),
        ({"T1": DONE, "T2": OPEN, "T3": OPEN, "T4": OPEN}, ["T2", "T3"], {"T4": ("T2", "T3")}, []),
        ({"T1": DONE, "T2": DONE, "T3": OPEN, "T4": OPEN}, ["T3"], {"T4": ("T3",)}, []),
        ({"T1": DONE, "T2": DONE, "T3": DONE, "T4": OPEN}, ["T4"], {}, []),
        ({"T1": OPEN, "T2": DONE, "T3": DONE, "T4": OPEN}, ["T1", "T4"], {}, []),
        ({"T1": DROPPED, "T2": OPEN}, [], {"T2": ("T1",)}, [("T1", ("T2", "T3", "T4"))]),
        (
            {"T1": DONE, "T2": DROPPED, "T3": DONE, "T4": OPEN},
            [],
            {"T4": ("T2",)},
            [("T2", ("T4",))],
        ),
        ({"T1": DONE, "T2": DONE, "T3": DONE, "T4": DROPPED}, [], {}, []),
        ({"T4": OPEN}, [], {"T4": ("T2", "T3")}, []),
        ({"T9": OPEN}, [], {}, []),
    ],
)
def test_waves(
    states: Mapping[str, TaskState],
    ready: list[str],
    waiting: dict[str, tuple[str, ...]],
    asked: list[tuple[str, tuple[str, ...]]],
) -> None:
    found = ready_set(DIAMOND, states)
    assert list(found.ready) == ready
    assert dict(found.waiting) == waiting
    assert found.questions == tuple(Question(name, 3, waits) for name, waits in asked)


def test_what_is_held_or_in_work_is_not_offered() -> None:
    states = {"T1": DONE, "T2": OPEN, "T3": replace(OPEN, at_work=True)}
    found = ready_set(DIAMOND, states, held={"T2"})
    assert found.ready == ()
    assert (found.stages["T2"], found.stages["T3"]) == ("held", "working")


def test_knots_and_needs_that_nobody_knows() -> None:
    knot = (
        task("T1", depends_on=("T2",)),
        task("T2", depends_on=("T1",)),
        task("T3", depends_on=("T8", "T3")),
    )
    found = ready_set(knot, {"T1": OPEN, "T2": OPEN, "T3": OPEN})
    assert found.ready == ("T3",)
    assert dict(found.waiting) == {"T1": ("T2",), "T2": ("T1",)}


def test_states_are_read_off_issues() -> None:
    plan = small_plan(
        *(task(f"T{at}") for at in range(1, 7)),
        task("T7", milestone="M0"),
        milestones=(milestone("M1"), milestone("M0", status="done")),
    )
    done, *rest = [one for one in all_filed(plan) if not one.key.endswith(":T7")]
    there = [
        replace(done, state="closed", reason="completed", changed_at="2026-02-01"),
        replace(rest[0], state="closed", reason=""),
        replace(rest[1], state="closed", reason="not_planned"),
        replace(rest[2], state="closed", reason="not_planned", closed_by_us=True),
        replace(rest[3], pulls=(9,)),
    ]
    states = states_of(plan, there)
    kinds = {name: (one.kind, one.number) for name, one in states.items()}
    assert kinds == {
        "T1": ("completed", done.number),
        "T2": ("completed", rest[0].number),
        "T3": ("not_planned", rest[1].number),
        "T4": ("unfiled", rest[2].number),
        "T5": ("open", rest[3].number),
        "T6": ("unfiled", 0),
        "T7": ("completed", 0),
    }
    assert states["T1"].since == "2026-02-01"
    assert states["T5"].at_work


def test_an_occasion_lasts_until_something_happens_to_a_task_or_what_it_needs() -> None:
    one = DIAMOND[3]
    first = {"T2": DONE, "T3": DONE, "T4": OPEN}
    assert occasion(one, first) == occasion(one, {**first, "T1": OPEN})
    assert occasion(one, first) == occasion(one, {**first, "T4": replace(OPEN, at_work=True)})
    later = [
        {**first, "T2": OPEN},
        {**first, "T2": replace(DONE, since="2026-02-02")},
        {**first, "T4": replace(OPEN, since="2026-02-03")},
    ]
    assert len({occasion(one, states) for states in [first, *later]}) == 4


# --- labels ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["developer", "planner", "qa"])
@pytest.mark.parametrize("stage", ["ready", "waiting", "held", "working", "done", "dropped", "unfiled"])
def test_only_what_can_be_started_is_offered_to_queues(role: Role, stage: Stage) -> None:
    [child] = children(small_plan(task("T1", role=role)))
    offered = {"qa": ["qa-ready"]}.get(role, ["autonomous", "ready"]) if stage == "ready" else []
    assert [one for one in labels_for(child, stage) if one in QUEUED] == offered
    assert [one for one in labels_for(child, stage) if one.startswith("priority/")] == ["priority/p1"]
    assert f"role/{role}" in labels_for(child, stage)


@pytest.mark.parametrize(
    ("fields", "choices", "offered"),
    [
        ({"risk_class": "high"}, {}, False),
        ({"risk_class": "critical"}, {}, False),
        ({"risk_class": "high"}, {"risky": True}, True),
        ({"risk_class": "medium"}, {}, True),
        ({"origin": "extracted"}, {"risky": True}, False),
    ],
)
def test_what_a_person_has_to_start_is_not_offered(
    fields: dict[str, str], choices: dict[str, bool], offered: bool
) -> None:
    [child] = children(small_plan(task("T1", **fields)), **choices)
    assert ("ready" in labels_for(child, "ready")) is offered
    assert bool(child.by_hand) is not offered


DEV = children(small_plan(task("T1")))[0]
QA = children(small_plan(task("T1", role="qa")))[0]
LASTING = DEV.labels


@pytest.mark.parametrize(
    ("child", "stage", "on", "written", "add", "remove"),
    [
        (DEV, "ready", LASTING, LASTING, ("autonomous", "ready"), ()),
        (DEV, "ready", (*LASTING, "autonomous", "Ready"), LASTING, (), ()),
        (DEV, "ready", ("mine",), LASTING, ("autonomous", "ready"), ()),
        (DEV, "waiting", (*LASTING, "autonomous", "ready", "mine"), LASTING, (), ("autonomous", "ready")),
        (DEV, "held", (*LASTING, "Ready", "qa-ready"), LASTING, (), ("Ready", "qa-ready")),
        (DEV, "working", (*LASTING, "autonomous", "in-progress"), LASTING, (), ()),
        (DEV, "done", (*LASTING, "autonomous", "ready"), LASTING, (), ()),
        (DEV, "ready", (*LASTING, "decision/major"), LASTING, (), ()),
        (DEV, "ready", (*LASTING, "autonomous", "In-Progress"), LASTING, (), ()),
        (QA, "ready", (*QA.labels, "ready", "autonomous"), QA.labels, ("qa-ready",), ("ready", "autonomous")),
        (QA, "waiting", LASTING, LASTING, ("role/qa",), ("role/developer",)),
        (DEV, "waiting", (), None, LASTING, ()),
        (
            DEV,
            "waiting",
            ("priority/p0",),
            None,
            tuple(one for one in LASTING if one != "priority/p1"),
            (),
        ),
    ],
)
def test_labels_to_put_on_and_take_off(
    child: Child,
    stage: Stage,
    on: tuple[str, ...],
    written: tuple[str, ...] | None,
    add: tuple[str, ...],
    remove: tuple[str, ...],
) -> None:
    found = label_edits(child, stage, on, written)
    assert (found.add, found.remove) == (add, remove)
    after = (*(one for one in on if one not in remove), *add)
    assert not label_edits(child, stage, after, child.labels)


def test_every_label_that_pauses_keeps_queues_away() -> None:
    assert {"blocked", "decision-needed", "decision/major", "needs-opinion", "in-progress"} <= PAUSING
    assert all(not label_edits(DEV, "ready", (*LASTING, one), LASTING) for one in PAUSING)


# --- random graphs, random histories ---------------------------------------------------------------------


def free(name: str, needs: Mapping[str, set[str]], kinds: Mapping[str, Kind]) -> bool:
    """The oracle: open, and nothing that it needs is anything but completed."""
    return kinds[name] == "open" and not {need for need in needs[name] if kinds[need] != "completed"}


def held_up(name: str, needs: Mapping[str, set[str]], kinds: Mapping[str, Kind]) -> set[str]:
    """All unfinished tasks that need `name`, directly or not, by walking up until nothing is new."""
    found = {name}
    while new := {one for one in needs if needs[one] & found} - found:
        found |= new
    return {one for one in found - {name} if kinds[one] in ("open", "unfiled")}


class Work(RuleBasedStateMachine):
    """Tasks are filed, closed for either reason and reopened in any order; labels follow step by step."""

    @initialize(size=st.integers(1, 9), data=st.data())
    def plan(self, size: int, data: st.DataObject) -> None:
        names = [f"T{at}" for at in range(1, size + 1)]
        pairs = data.draw(st.sets(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=20))
        self.needs = {
            name: {low for high, low in pairs if high == name and int(low[1:]) < int(name[1:])}
            for name in names
        }
        roles = {name: data.draw(st.sampled_from(["developer", "qa", "planner"])) for name in names}
        self.tasks: tuple[Task, ...] = tuple(
            task(name, depends_on=tuple(sorted(self.needs[name])), role=roles[name]) for name in names
        )
        self.children = {one.task: one for one in children(small_plan(*self.tasks))}
        self.kinds: dict[str, Kind] = dict.fromkeys(names, "unfiled")
        self.labels: dict[str, tuple[str, ...]] = {}
        self.people = {name: f"team-{name}" for name in names}

    def now(self) -> Readiness:
        return ready_set(self.tasks, {name: TaskState(kind) for name, kind in self.kinds.items()})

    @rule(data=st.data(), kind=st.sampled_from(["open", "completed", "not_planned"]))
    def happens(self, data: st.DataObject, kind: Kind) -> None:
        name = data.draw(st.sampled_from(sorted(self.kinds)))
        if self.kinds[name] == "unfiled":
            kind = "open"
            states = {one: TaskState(self.kinds[one]) for one in self.kinds}
            stage = stages_once_filed(self.tasks, states, [name])[name]
            self.labels[name] = (*labels_for(self.children[name], stage), self.people[name])
        self.kinds[name] = kind
        self.relabel()

    def relabel(self) -> None:
        for name, stage in self.now().stages.items():
            if self.kinds[name] == "open":
                edits = label_edits(self.children[name], stage, self.labels[name], self.children[name].labels)
                assert not set(edits.add) & set(self.labels[name])
                assert set(edits.remove) <= set(self.labels[name])
                kept = (one for one in self.labels[name] if one not in edits.remove)
                self.labels[name] = (*kept, *edits.add)

    @invariant()
    def ready_is_what_the_oracle_says(self) -> None:
        found = self.now()
        assert set(found.ready) == {name for name in self.kinds if free(name, self.needs, self.kinds)}
        asked = {one.task: set(one.waits) for one in found.questions}
        dropped = [name for name, kind in self.kinds.items() if kind == "not_planned"]
        held = {name: held_up(name, self.needs, self.kinds) for name in dropped}
        assert asked == {name: waits for name, waits in held.items() if waits}

    @invariant()
    def labels_offer_just_that(self) -> None:
        for name, kind in self.kinds.items():
            if kind != "open":
                continue
            queued = {one for one in self.labels[name] if one in QUEUED}
            wanted = {"qa-ready"} if self.children[name].role == "qa" else {"autonomous", "ready"}
            assert queued == (wanted if free(name, self.needs, self.kinds) else set())
            assert self.people[name] in self.labels[name]


Work.TestCase.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
TestWork = Work.TestCase
