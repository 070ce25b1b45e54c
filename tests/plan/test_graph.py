"""Orders, cycles, waves, conflicts and pictures of task graphs, checked against slow and
obvious ways to find them.
"""

from __future__ import annotations

import re
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.plan.graph import Graph, critical_path, mermaid, natural, write_conflicts
from tests.plan.samples import change, milestone, small_plan, task, webhook_plan

edges = st.dictionaries(
    st.sampled_from([f"T{n}" for n in range(1, 9)]),
    st.lists(st.sampled_from([f"T{n}" for n in range(1, 10)]), max_size=3),
    max_size=8,
)


def slow_reach(needs: dict[str, list[str]], start: str) -> set[str]:
    seen: set[str] = set()
    todo = [one for one in needs[start] if one in needs and one != start]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += [one for one in needs[name] if one in needs and one != name]
    return seen


@settings(max_examples=200, deadline=None)
@given(edges)
def test_reaching_agrees_with_walking(needs: dict[str, list[str]]) -> None:
    graph = Graph.of(needs.items())
    for name in needs:
        assert {other for other in needs if graph.reaches(name, other)} == slow_reach(needs, name)


@settings(max_examples=200, deadline=None)
@given(edges)
def test_cycles_are_cycles_one_for_each_knot(needs: dict[str, list[str]]) -> None:
    graph = Graph.of(needs.items())
    knotted = {name for name in needs if name in slow_reach(needs, name)}
    assert {name for cycle in graph.cycles for name in cycle} <= knotted
    assert bool(graph.cycles) == bool(knotted)
    for cycle in graph.cycles:
        assert cycle[0] == min(cycle, key=natural)
        for name, following in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
            assert following in needs[name]
    pairs = combinations(graph.cycles, 2)
    assert all(not (graph.reaches(one[0], two[0]) and graph.reaches(two[0], one[0])) for one, two in pairs)


def test_the_shortest_cycle_is_told() -> None:
    graph = Graph.of([("T1", ["T2"]), ("T2", ["T3"]), ("T3", ["T1", "T10"]), ("T10", ["T3"]), ("T4", ["T1"])])
    assert graph.cycles == (("T3", "T10"),)


@settings(max_examples=200, deadline=None)
@given(edges)
def test_waves_hold_everything_once_and_in_order(needs: dict[str, list[str]]) -> None:
    graph = Graph.of(needs.items())
    assert sorted(graph.order) == sorted(needs)
    level = {name: at for at, wave in enumerate(graph.waves) for name in wave}
    for name in needs:
        for other in slow_reach(needs, name) - {name}:
            if name not in slow_reach(needs, other):
                assert level[other] < level[name]


def test_waves_of_the_sample() -> None:
    graph = Graph.of((one.id, one.depends_on) for one in webhook_plan().tasks)
    assert graph.waves == (("T1", "T2"), ("T3",), ("T4", "T5"), ("T6",))
    assert critical_path(webhook_plan()) == (("T1", "T3", "T4", "T6"), 13.5)


def test_a_cyclic_plan_has_no_critical_path() -> None:
    assert critical_path(small_plan(task("T1", depends_on=("T2",)), task("T2", depends_on=("T1",)))) == (
        (),
        0.0,
    )


def test_conflicts_are_same_path_folder_or_rename() -> None:
    tasks = (
        task("T1", files=(change("src/a.py"),)),
        task("T2", files=(change("src"),)),
        task("T10", files=(change("lib/b.py", "rename", source="src/a.py"),)),
        task("T3", files=(change("src/a.pyc"),), depends_on=("T2",)),
        task("T4", files=(change("srcs/a.py"),)),
    )
    found = {(one.first, one.second, one.path) for one in write_conflicts(tasks)}
    assert found == {("T1", "T2", "src/a.py"), ("T1", "T10", "src/a.py"), ("T2", "T10", "src/a.py")}


def test_ordered_writers_do_not_conflict() -> None:
    shared = (change("a.py"),)
    chain = [
        task("T1", files=shared),
        task("T2", files=(), depends_on=("T1",)),
        task("T3", files=shared, depends_on=("T2",)),
    ]
    assert write_conflicts(chain) == ()


def test_mermaid_text_shows_hostile_titles_as_text() -> None:
    title = 'say "hi"] --> x; click `t1` <b> ``` %%{init} #35; end'
    text = mermaid(small_plan(task("T1", title=title, milestone="M1"), task("T2", milestone="nowhere\n")))
    node = next(line for line in text.split("\n") if "T1" in line)
    assert node.count('"') == 2
    assert not set('`<>{}[]%;"#') & set(re.sub(r"#[A-Za-z]+;", "", node.split('"')[1]))
    assert not re.search(r"#[0-9]", text)
    assert len(MarkdownIt().parse(f"```mermaid\n{text}\n```\n")) == 1


def test_mermaid_stops_at_sixty_nodes() -> None:
    text = mermaid(
        small_plan(*(task(f"T{n}", depends_on=(f"T{n - 1}",) if n > 1 else ()) for n in range(1, 101)))
    )
    assert text.count(" · Build part") == 60
    assert 'rest["and 40 more"]' in text


def test_mermaid_of_two_milestones_groups_them() -> None:
    plan = small_plan(task("T1"), task("T2", milestone="M2"), milestones=(milestone("M1"), milestone("M2")))
    assert mermaid(plan).count("subgraph") == 2


def test_natural_order() -> None:
    assert sorted(["T10", "T2", "A-1", "T²"], key=natural) == ["A-1", "T2", "T10", "T²"]
