"""Rules on order: against oracles that try everything, and near misses that must pass."""

from __future__ import annotations

import graphlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from bot.plan.graph import Graph, task_graph, write_conflicts
from bot.plan.model import FileChange, Task
from bot.plan.readers import Reading
from bot.plan.rules import LintInput, lint
from bot.plan.rules.write_order import faults_of_order
from tests.plan.rules.fixtures.base import given, sound
from tests.plan.rules.fixtures.graph import chain, steps, stream, streams
from tests.plan.rules.fixtures.identifiers import loose
from tests.plan.samples import change, task

NAMES = [f"T{number}" for number in range(1, 8)]
some_edges = st.dictionaries(
    st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), max_size=3, unique=True), max_size=7
)
deeds = st.lists(
    st.tuples(st.sampled_from(["new", "edit", "delete"]), st.sets(st.integers(0, 5), max_size=2)),
    min_size=1,
    max_size=6,
)


def rules(one: LintInput, *ids: str) -> list[str]:
    return [f"{found.rule} {found.pointer}" for found in lint(one, select=ids).findings]


@settings(max_examples=200, deadline=None)
@hypothesis_given(some_edges)
def test_a_cycle_is_found_exactly_when_there_is_no_order(edges: dict[str, list[str]]) -> None:
    plan = sound(*(task(name, depends_on=tuple(needs)) for name, needs in edges.items()))
    known = {
        name: [need for need in needs if need in edges and need != name] for name, needs in edges.items()
    }
    try:
        list(graphlib.TopologicalSorter(known).static_order())
        has_order = True
    except graphlib.CycleError:
        has_order = False
    found = [one for one in rules(given(plan), "PLN301") if "/tasks/" in one]
    assert bool(found) == (not has_order)


def extensions(graph: Graph) -> Iterator[tuple[str, ...]]:
    """Every order of all nodes that the graph allows."""
    for order in permutations(graph.needs):
        place = {name: at for at, name in enumerate(order)}
        if all(place[need] < place[name] for name, needs in graph.needs.items() for need in needs):
            yield order


def built(parts: Sequence[tuple[str, set[int]]], path: str = "a.py") -> list[Task]:
    """Tasks that each do one thing to one file and need earlier ones."""
    return [
        task(
            f"T{at}",
            files=(FileChange(path=path, change=kind),),  # type: ignore[arg-type]
            depends_on=tuple(sorted(f"T{need + 1}" for need in needs if need + 1 < at)),
        )
        for at, (kind, needs) in enumerate(parts, start=1)
    ]


def runs(order: Sequence[str], deed: dict[str, str], there: bool) -> bool:
    for name in order:
        if (deed[name] == "new") == there:
            return False
        there = deed[name] != "delete"
    return True


@settings(max_examples=150, deadline=None)
@hypothesis_given(deeds)
def test_a_file_s_story_holds_exactly_when_every_order_can_be_run(parts: list[tuple[str, set[int]]]) -> None:
    """Whatever was there before: sound when some first state lets every order run."""
    tasks = built(parts)
    graph = task_graph(tasks)
    orders = list(extensions(graph))
    deed = {one.id: one.files[0].change for one in tasks}
    holds = any(all(runs(order, dict(deed), there) for order in orders) for there in (False, True))
    assert (not list(faults_of_order(tasks, graph))) == holds


@settings(max_examples=150, deadline=None)
@hypothesis_given(deeds)
def test_writers_conflict_exactly_when_some_order_turns_them(parts: list[tuple[str, set[int]]]) -> None:
    tasks = built(parts)
    orders = list(extensions(task_graph(tasks)))
    pairs = {
        (one.id, other.id)
        for at, one in enumerate(tasks)
        for other in tasks[at + 1 :]
        if {order.index(one.id) < order.index(other.id) for order in orders} == {True, False}
    }
    assert {(one.first, one.second) for one in write_conflicts(tasks)} == pairs


@pytest.mark.parametrize(
    ("what", "sound_one"),
    [
        ("made, changed, removed", chain(("a.py", "new"), ("a.py", "edit"), ("a.py", "delete"))),
        ("removed and made anew", chain(("a.py", "delete"), ("a.py", "new"), ("a.py", "edit"))),
        ("changed by two", chain(("a.py", "edit"), ("a.py", "edit"))),
        (
            "two beside each other",
            steps(task("T1", files=(change("a.py"),)), task("T2", files=(change("a.py"),))),
        ),
        ("one task does both", steps(task("T1", files=(change("a.py", "new"), change("a.py"))))),
    ],
)
def test_sound_stories_of_a_file(what: str, sound_one: LintInput) -> None:
    assert rules(sound_one, "PLN310") == [], what


def test_a_file_s_story_is_told_with_the_names_people_know() -> None:
    (found,) = lint(chain(("a.py", "delete"), ("a.py", "edit")), select=["PLN310"]).findings
    assert found.message == "a.py: 2 edits it after 1 deleted or renamed it"


def test_order_cannot_be_told_of_a_cyclic_plan() -> None:
    cyclic = steps(task("T1", depends_on=("T2",)), task("T2", depends_on=("T1",)))
    assert [one.rule for one in lint(cyclic, select=["PLN310"]).skipped] == ["PLN310"]


def test_a_dependency_in_words_is_told_once() -> None:
    told = loose("steps", tasks=[{"id": "T1"}, {"id": "T2", "depends_on": ["after the set-up"]}])
    assert rules(told, "PLN207", "PLN303") == ["PLN207 /tasks/1/depends_on/0"]


def test_blanks_are_no_dependencies() -> None:
    blank = loose("steps", tasks=[{"id": "", "depends_on": [""]}, {"title": "x"}])
    assert rules(blank, "PLN301", "PLN302", "PLN303", "PLN305") == []


def test_another_tool_s_files_may_only_be_read() -> None:
    tasks = [
        {"id": "T1", "files": [{"path": "a.py"}]},
        {"id": "T2", "files": [{"path": "a.py", "change": "edit"}]},
    ]
    (found,) = lint(loose("foreign", tasks=tasks), select=["PLN308"]).findings
    assert found.severity == "warning"
    assert lint(loose("steps", tasks=tasks), select=["PLN308"]).findings[0].severity == "error"


def test_a_name_beside_its_full_path_is_not_a_file_of_its_own() -> None:
    tasks = [
        {"id": f"T{at}", "files": [{"path": ".gitkeep"}, {"path": f"{folder}/.gitkeep"}]}
        for at, folder in enumerate(("src", "tests"))
    ]
    assert rules(loose("foreign", tasks=tasks), "PLN308") == []
    alone = [{"id": one["id"], "files": [{"path": ".gitkeep"}]} for one in tasks]
    assert rules(loose("foreign", tasks=alone), "PLN308") == ["PLN308 /tasks/1/depends_on"]


@pytest.mark.parametrize(("kind", "severity"), [("plan", "warning"), ("task-master", "error")])
def test_dependencies_that_were_read_out_of_sentences_are_only_warned_of(kind: str, severity: str) -> None:
    made = loose("foreign", tasks=[{"id": "1", "depends_on": ["9"]}, {"id": "2", "depends_on": ["2"]}])
    report = lint(replace(made, reading=Reading(kind, "foreign", {})), select=["PLN302", "PLN303"])
    assert [(one.rule, one.severity) for one in report.findings] == [
        ("PLN302", severity),
        ("PLN303", severity),
    ]


def test_names_are_suggested_as_the_format_calls_them() -> None:
    (found,) = lint(steps(task("T1"), task("T2", depends_on=("T11",))), select=["PLN303"]).findings
    assert found.message == "2 depends on missing 11; did you mean 1?"


def test_streams_in_agreement_pass() -> None:
    one = streams(
        stream(1, blocks=("WS-2", "WS-3")),
        stream(2, 1, parallel_with=("WS-3",)),
        stream(3, 1, parallel_with=("WS-2",)),
    )
    assert rules(one, "PLN301", "PLN303", "PLN306", "PLN307", "PLN308", "PLN312") == []


def test_a_plan_that_links_nothing_has_no_isolated_task() -> None:
    assert rules(given(sound(*(task(f"T{at}") for at in range(1, 6)))), "PLN313") == []


def test_a_stated_critical_path_that_is_right_passes() -> None:
    tasks = (task("T1"), task("T2", depends_on=("T1",)), task("T3", depends_on=("T2",)), task("T4"))
    assert rules(steps(*tasks, summary="Critical path: Step 1, Step 2, Step 3"), "PLN314") == []
