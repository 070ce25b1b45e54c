"""Safe repairs: they do what they say, are done once, and never add an error."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from bot.plan.facets import ParallelGroup, Streams
from bot.plan.model import Plan
from bot.plan.rules import RULES, autofix, lint
from tests.plan.rules.fixtures.base import given, sound
from tests.plan.rules.fixtures.graph import stream
from tests.plan.samples import change, milestone, small_plan, task


def fixed(plan: Plan) -> tuple[Plan, list[str]]:
    out, applied = autofix(plan, given(plan))
    return out, [f"{one.rule} {one.item}: {one.what}" for one in applied]


def test_each_repair() -> None:
    """In plain spelling T1 would change what T2 makes, so its path waits until T2 makes it no longer."""
    plan = small_plan(
        task("T1", files=(change("./src/app.py"),), depends_on=("T1",)),
        task("T2", files=(change("src/app.py", "new"), change("core/engine.py"))),
        milestones=(milestone("M1", dependencies=("M1",)),),
    )
    out, told = fixed(plan)
    assert told == [
        "PLN302 T1: dependency on itself dropped",
        "PLN302 M1: dependency on itself dropped",
        "PLN401 T2: core/engine.py: path core/engine.py -> src/core/engine.py",
        "PLN402 T2: src/app.py: change new -> edit",
        "PLN403 T1: ./src/app.py: path ./src/app.py -> src/app.py",
        "PLN308 T2: waits for T1, which also writes src/app.py",
    ]
    assert lint(given(out)).errors == ()
    assert fixed(out) == (out, [])


def test_many_writers_become_one_chain() -> None:
    plan = small_plan(*(task(f"T{n}", files=(change("src/app.py"),)) for n in range(1, 12)))
    out, told = fixed(plan)
    assert [one.depends_on for one in out.tasks] == [(), *((f"T{n}",) for n in range(1, 11))]
    assert len(told) == 10


def test_who_makes_a_file_goes_before_who_changes_it_and_who_takes_it_away_goes_last() -> None:
    plan = small_plan(
        task("T1", files=(change("src/new.py", "delete"),)),
        task("T2", files=(change("src/new.py"),)),
        task("T3", files=(change("src/new.py", "new"),)),
    )
    out, _ = fixed(plan)
    needs = {one.id: set(one.depends_on) for one in out.tasks}
    assert "T3" in needs["T2"]
    assert {"T2", "T3"} & needs["T1"]
    assert not needs["T3"]
    assert lint(given(out), select=["PLN301", "PLN308", "PLN310", "PLN401"]).ok


def test_spare_dependencies_go() -> None:
    plan = sound(task("T1"), task("T2", depends_on=("T1", "T1")), task("T3", depends_on=("T2", "T1")))
    out, told = fixed(plan)
    assert [one.depends_on for one in out.tasks] == [(), ("T1",), ("T2",)]
    assert told == ["PLN304 T2: implied dependency dropped", "PLN304 T3: implied dependency dropped"]


def test_steps_move_behind_what_they_need() -> None:
    plan = sound(task("T1", depends_on=("T3",)), task("T2"), task("T3"))
    out, told = autofix(plan, given(plan, format="steps"))
    assert [one.id for one in out.tasks] == ["T3", "T1", "T2"]
    assert [one.rule for one in told] == ["PLN305"]
    assert [one.id for one in fixed(plan)[0].tasks] == ["T1", "T2", "T3"]


def test_streams_say_what_their_dependencies_say() -> None:
    broken = Streams(
        streams=(
            stream(1, blocks=("WS-3",), parallel_with=("WS-2",)),
            stream(2, 1, parallel_with=("WS-3",)),
            stream(3, 1),
        ),
        groups=(ParallelGroup(group=1, streams=("WS-1", "WS-2"), gate_after="G1"),),
    )
    plan = sound(streams=broken)
    out, _ = autofix(plan, given(plan, format="functional"))
    assert out.streams is not None
    assert [one.blocks for one in out.streams.streams] == [("WS-2", "WS-3"), (), ()]
    assert [one.parallel_with for one in out.streams.streams] == [(), ("WS-3",), ("WS-2",)]
    assert [group.streams for group in out.streams.groups] == [("WS-1",), ("WS-2", "WS-3")]
    assert out.streams.groups[0].gate_after == "G1"
    rules = ["PLN306", "PLN307", "PLN312"]
    assert lint(given(out, format="functional"), select=rules).findings == ()


def test_words_are_made_visible_and_british() -> None:
    plan = sound(task("T1", objective="Change the\u200b color of `color`.", files=(change("src/app.py"),)))
    out, told = autofix(plan, given(plan, format="functional"))
    assert out.tasks[0].objective == "Change the colour of `color`."
    assert [one.rule for one in told] == ["PLN008", "PLN908"]
    assert fixed(plan)[0].tasks[0].objective == "Change the color of `color`."


def test_an_ambiguous_ending_is_left_to_judgement() -> None:
    plan = small_plan(task("T1", files=(change("lib/thing.py"),)))
    assert fixed(plan) == (plan, [])


def test_a_repair_that_would_add_an_error_is_left_out() -> None:
    """Both spellings become one path twice, more files than it had is no harm, but a scope error would be."""
    plan = sound(
        task("T1", files=(change("core/engine.py"),)),
        milestones=(milestone("M1", max_diff_scope=1),),
    )
    out, told = fixed(plan)
    assert told == ["PLN401 T1: core/engine.py: path core/engine.py -> src/core/engine.py"]
    assert lint(given(out), select=["PLN401", "PLN809"]).ok


paths = st.sampled_from(
    [
        "src/app.py",
        "./src/app.py",
        "app.py",
        "core/engine.py",
        "src/core",
        "new.py",
        "./",
        "../x",
        "docs/guide.md",
        "src//app.py",
    ]
)
some_tasks = st.lists(
    st.tuples(
        st.lists(st.tuples(paths, st.sampled_from(["edit", "new", "delete"])), max_size=3),
        st.lists(st.sampled_from(["T1", "T2", "T3", "T9"]), max_size=2),
        st.integers(1, 3),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@hypothesis_given(some_tasks)
def test_repairs_are_idempotent_and_never_add_an_error(
    parts: list[tuple[list[tuple[str, str]], list[str], int]],
) -> None:
    plan = small_plan(
        *(
            task(
                f"T{n}",
                files=tuple(change(*one) for one in files),
                depends_on=tuple(needs),
                max_diff_scope=scope,
            )
            for n, (files, needs, scope) in enumerate(parts, start=1)
        )
    )
    out, _ = autofix(plan, given(plan))
    assert _errors(out) <= _errors(plan)
    assert autofix(out, given(out)) == (out, ())


def _errors(plan: Plan) -> set[str]:
    """What every rule says that looks at the plan and the repository, extended ones included."""
    alone = replace(given(plan), renderings=(), contract_text=None, fanout_text=None)
    return {finding.fingerprint for finding in lint(alone, select=RULES).errors}
