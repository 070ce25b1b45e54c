"""Which tasks can be started: none before what it needs, always all that can be, the urgent ones first."""

from __future__ import annotations

from graphlib import TopologicalSorter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.plan.decided import held_back
from bot.plan.formats import FORMATS
from bot.plan.model import Decision, Option, Plan
from bot.plan.progress import progress
from bot.plan.task_boxes import ticked_tasks, with_ticked
from tests.plan.samples import milestone, small_plan, task

LEAST, MOST = 1, 9


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, set[str]]:
    """Tasks in any order of listing, each needing some of those with smaller numbers."""
    count = draw(st.integers(LEAST, MOST))
    made = {
        f"T{at}": {f"T{one}" for one in draw(st.sets(st.integers(1, at - 1), max_size=3))}
        if at > 1
        else set()
        for at in range(1, count + 1)
    }
    return {name: made[name] for name in draw(st.permutations(list(made)))}


def plan_of(graph: dict[str, set[str]]) -> Plan:
    return small_plan(*(task(name, depends_on=tuple(sorted(graph[name]))) for name in graph))


@settings(max_examples=200, deadline=None)
@given(graphs(), st.randoms(use_true_random=False))
def test_what_is_ready_is_what_the_standard_library_says(graph: dict[str, set[str]], chance: object) -> None:
    plan, done = plan_of(graph), set[str]()
    oracle = TopologicalSorter(graph)
    oracle.prepare()
    free = set(oracle.get_ready())
    while oracle.is_active():
        ready = {one.id for one in progress(plan, done).ready}
        assert ready == free
        chosen = chance.choice(sorted(free))  # type: ignore[attr-defined]
        done.add(chosen)
        oracle.done(chosen)
        free = (free - {chosen}) | set(oracle.get_ready())
    assert progress(plan, done).finished
    assert progress(plan, done).ready == ()


@settings(max_examples=30, deadline=None)
@given(graphs(), st.randoms(use_true_random=False), st.sampled_from(sorted(FORMATS)))
def test_boxes_tell_the_same_as_was_ticked_in_any_order(
    graph: dict[str, set[str]], chance: object, plan_format: str
) -> None:
    plan = plan_of(graph)
    texts = {one.path: one.text for one in FORMATS[plan_format].files(plan, {})}
    order = sorted(graph)
    chance.shuffle(order)  # type: ignore[attr-defined]
    for at, name in enumerate(order, start=1):
        texts |= with_ticked(plan, texts, {name})
        assert ticked_tasks(plan, texts) == set(order[:at])


@settings(max_examples=100, deadline=None)
@given(graphs(), st.data())
def test_an_open_major_decision_holds_back_what_names_it_and_all_after_it(
    graph: dict[str, set[str]], data: st.DataObject
) -> None:
    named = data.draw(st.sampled_from(sorted(graph)))
    ways = (Option(name="A", consequence="Slow"), Option(name="B", consequence="Dear"))
    decision = Decision(
        id="D-1", question="Which?", context="Both work", impact="Cost", weight="major", options=ways
    )
    tasks = [
        task(name, depends_on=tuple(graph[name]), decisions=("D-1",) if name == named else ())
        for name in graph
    ]
    plan = small_plan(*tasks, decisions=(decision,))
    found = progress(plan, ())
    assert {name for name in graph if found.state(name) == "held"} == held_back(plan)
    assert all(found.decisions(name) == (("D-1",) if name in held_back(plan) else ()) for name in graph)
    made = plan.model_copy(update={"decisions": (decision.model_copy(update={"answer": "B"}),)})
    assert "held" not in {progress(made, ()).state(name) for name in graph}


def test_the_longest_chain_comes_first() -> None:
    plan = small_plan(
        task("T1", effort="L"),
        task("T2", effort="S"),
        task("T3", depends_on=("T2",), effort="L"),
        task("T4", depends_on=("T3",), effort="S"),
        task("T5", effort="L"),
    )
    assert [one.id for one in progress(plan, ()).ready] == ["T2", "T1", "T5"]


def test_a_cycle_is_never_ready_and_does_not_keep_back_the_rest() -> None:
    plan = small_plan(task("T1", depends_on=("T2",)), task("T2", depends_on=("T1",)), task("T3"))
    found = progress(plan, ())
    assert [one.id for one in found.ready] == ["T3"]
    assert (found.state("T1"), found.needs("T1")) == ("waiting", ("T2",))


def test_what_nobody_planned_keeps_nobody_waiting() -> None:
    plan = small_plan(task("T1", depends_on=("T9", "T1")))
    assert [one.id for one in progress(plan, {"T7"}).ready] == ["T1"]
    assert progress(plan, {"T7"}).done == frozenset()


def test_tasks_of_a_milestone_that_is_done_are_done() -> None:
    plan = small_plan(task("T1"), milestones=(milestone("M1", status="done"),))
    assert progress(plan, ()).finished


@pytest.mark.parametrize("plan_format", sorted(FORMATS))
def test_a_plan_without_tasks_is_finished(plan_format: str) -> None:
    plan = small_plan().model_copy(update={"tasks": ()})
    texts = {one.path: one.text for one in FORMATS[plan_format].files(plan, {})}
    assert progress(plan, ticked_tasks(plan, texts)).finished
    assert with_ticked(plan, texts, {"T1"}) == {}
