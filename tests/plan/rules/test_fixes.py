"""Safe repairs: they mend what is said to be safely mended, are done once, and never add a defect."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from bot.plan.facets import ParallelGroup, Requirements, Streams
from bot.plan.findings import Report
from bot.plan.model import Obligation, Plan, Question
from bot.plan.rules import RULES, LintInput, autofix, fixes, lint
from bot.plan.rules.fixes import FIXERS
from tests.plan.rules.fixtures import BAD
from tests.plan.rules.fixtures.base import given, sound
from tests.plan.rules.fixtures.facets import PAIRS, as_functional, functional
from tests.plan.rules.fixtures.graph import stream
from tests.plan.samples import change, milestone, small_plan, task
from tests.plan.strategies import sound_plans

MENDED = sorted({rule for rules in FIXERS.values() for rule in rules})


def fixed(plan: Plan) -> tuple[Plan, list[str]]:
    out, applied = autofix(plan, given(plan))
    return out, [f"{one.rule} {one.item}: {one.what}" for one in applied]


def on_the_plan(given: LintInput, plan: Plan | None = None) -> Report:
    """What all rules say that look at nothing but plan and repository."""
    alone = replace(given, contract_text=None, fanout_text=None, renderings=(), reply=None)
    return lint(replace(alone, plan=plan or given.plan), select=RULES)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_what_is_called_safe_is_mended(rule: str) -> None:
    """All that is called safe in any bad example goes, and each rule with a repair has one such example."""
    mended = 0
    for make, _ in BAD[rule]:
        broken = make()
        safe = [one for one in on_the_plan(broken).findings if one.rule == rule and one.fix == "safe"]
        if safe:
            assert broken.own, "what is not ours is not repaired"
            left = on_the_plan(broken, autofix(broken.own, broken)[0])
            assert not {one.fingerprint for one in left.findings} & {one.fingerprint for one in safe}
            mended += 1
    assert bool(mended) == (rule in MENDED)


def test_repairs_of_bad_examples_add_nothing() -> None:
    """No new error; no new warning but in the place of an error; and a second time there is nothing to do."""
    repaired = 0
    for make in (make for bads in BAD.values() for make, _ in bads):
        broken = make()
        out, applied = autofix(broken.own, broken) if broken.own else (None, ())
        if broken.own and out and applied:
            old, new = (_by_rule(on_the_plan(broken, plan)) for plan in (broken.own, out))
            assert not new["error"] - old["error"], applied
            assert new["error"].total() < old["error"].total() or not new["warning"] - old["warning"], applied
            assert autofix(out, replace(broken, plan=out)) == (out, ())
            repaired += 1
    assert repaired >= len(MENDED)


def _by_rule(report: Report) -> dict[str, Counter[str]]:
    return {
        severity: Counter(one.rule for one in report.findings if one.severity == severity)
        for severity in ("error", "warning")
    }


def test_the_rules_are_run_twice_to_repair_and_never_when_there_is_nothing_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs: list[LintInput] = []

    def counted(given: LintInput, **how: Any) -> Report:
        runs.append(given)
        return lint(given, **how)

    monkeypatch.setattr(fixes, "lint", counted)
    many = sound(*(task(f"T{n}", files=(change("src/app.py"),)) for n in range(1, 12)))
    assert autofix(sound(), given()) == (sound(), ())
    assert not runs
    fixed(many)
    assert len(runs) == 2


def test_each_repair() -> None:
    plan = small_plan(
        task("T1", files=(change("./src/app.py"),), depends_on=("T1",)),
        task("T2", files=(change("src/app.py", "new"), change("core/engine.py"))),
        milestones=(milestone("M1", dependencies=("M1",)),),
    )
    out, told = fixed(plan)
    assert told == [
        "PLN403 T1: ./src/app.py: path ./src/app.py -> src/app.py",
        "PLN302 T1: dependency on itself dropped",
        "PLN302 M1: dependency on itself dropped",
        "PLN401 T2: core/engine.py: path core/engine.py -> src/core/engine.py",
        "PLN402 T2: src/app.py: change new -> edit",
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


def test_steps_that_move_are_numbered_anew_where_nobody_knows_their_numbers() -> None:
    parts = [("T1", "Add the list", ("T3",)), ("T2", "Add the menu", ()), ("T3", "Add the store", ())]
    tasks = [task(name, title=title, objective=f"{title}.", depends_on=needs) for name, title, needs in parts]
    silent = [one.model_copy(update={"acceptance": ("It returns 1",)}) for one in tasks]
    demand = Obligation(id="I-1", text="A list", disposition="task", by=("T1",))
    plan = sound(*silent, obligations=(demand,))
    out, _ = autofix(plan, given(plan, format="steps"))
    assert [(one.id, one.title, one.depends_on) for one in out.tasks] == [
        ("T1", "Add the store", ()),
        ("T2", "Add the list", ("T1",)),
        ("T3", "Add the menu", ()),
    ]
    assert out.obligations[0].by == ("T2",)
    published, _ = autofix(plan, given(plan, format="steps", before=plan))
    assert [one.id for one in published.tasks] == ["T3", "T1", "T2"]


def test_a_release_waits_for_what_it_ships_and_for_nothing_twice() -> None:
    plan = sound(
        task("T1"), task("T2", depends_on=("T1",)), task("T3"), task("T4", kind="release", title="Release it")
    )
    out, told = autofix(plan, given(plan, format="steps"))
    assert out.tasks[3].depends_on == ("T2", "T3")
    assert [one.rule for one in told] == ["PLN512", "PLN304"]
    assert fixed(plan)[0].tasks[3].depends_on == ()


def test_streams_wait_for_their_ground_but_not_in_a_circle() -> None:
    """WS-0 itself waits for WS-2, so WS-2 cannot wait for it."""
    streams = (
        stream(0, 2, requirements=()),
        stream(1, agent="software-engineer-python"),
        stream(2, agent="software-engineer-python"),
    )
    plan = functional(streams=Streams(streams=streams))
    out, told = autofix(plan, as_functional(streams=plan.streams))
    assert out.streams is not None
    assert [one.depends_on for one in out.streams.streams] == [("WS-2",), ("WS-0",), ()]
    assert ("PLN515", "WS-1") in [(one.rule, one.item) for one in told]
    left = lint(as_functional(streams=out.streams), select=["PLN515"]).findings
    assert [(one.pointer, one.fix) for one in left] == [("/streams/streams/2/depends_on", "none")]


def test_contracts_get_the_rows_they_lack_in_the_words_of_the_criteria() -> None:
    plan = functional(review=PAIRS[1:])
    out, told = autofix(plan, as_functional(review=PAIRS[1:]))
    assert isinstance(out.requirements, Requirements)
    added = out.requirements.review[-1]
    criterion = next(one for one in out.requirements.criteria if one.id == PAIRS[0].criterion)
    assert (added.requirement, added.criterion) == (PAIRS[0].requirement, PAIRS[0].criterion)
    assert added.expected == "; ".join(text.rstrip(".") for text in criterion.then)
    assert out.requirements.verification == PAIRS
    assert [one.rule for one in told] == ["PLN704"]


def asked(text: str, name: str, **fields: Any) -> Question:
    return Question(id=name, text=text, why="The default follows from it.", **fields)


def test_a_question_is_asked_once() -> None:
    plan = sound(
        questions=(
            asked("Which port is free?", "Q-1", options=("80", "443")),
            asked("which port  is free?", "Q-2", options=("443", "8080"), blocking=True),
            asked("Is the log kept?", "Q-3"),
        ),
        obligations=(
            Obligation(id="I-1", text="A port", disposition="question", by=("Q-1", "Q-2")),
            Obligation(id="I-2", text="A log", disposition="question", by=("Q-3",)),
        ),
    )
    out, told = fixed(plan)
    assert [(one.id, one.options, one.blocking) for one in out.questions] == [
        ("Q-1", ("80", "443", "8080"), True),
        ("Q-2", (), False),
    ]
    assert [one.by for one in out.obligations] == [("Q-1",), ("Q-2",)]
    assert told == ["PLN910 Q-2: asked once"]


@pytest.mark.parametrize("known", ["a text names one", "a plan is published"])
def test_questions_that_somebody_may_know_by_id_are_left_to_judgement(known: str) -> None:
    twice = (asked("Which port is free?", "Q-1"), asked("Which port is free?", "Q-2"))
    named = {"constraints": ("See Q-2",)} if known == "a text names one" else {}
    plan = sound(questions=twice, **named)
    broken = given(plan, before=None if named else plan)
    assert autofix(plan, broken) == (plan, ())
    assert [one.fix for one in lint(broken, select=["PLN910"]).findings] == ["unsafe"]


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


@settings(max_examples=25, deadline=None)
@hypothesis_given(sound_plans, st.sampled_from(["roadmap", "steps", "functional"]))
def test_repairs_of_any_plan_are_idempotent_and_never_add_an_error(plan: Plan, shape: str) -> None:
    broken = given(plan, format=shape, renderings=(), contract_text=None, fanout_text=None)
    out, applied = autofix(plan, broken)
    assert autofix(out, replace(broken, plan=out)) == (out, ())
    if applied:
        old, new = (_by_rule(on_the_plan(broken, one))["error"] for one in (plan, out))
        assert not new - old


def _errors(plan: Plan) -> set[str]:
    """What every rule says that looks at the plan and the repository, extended ones included."""
    alone = replace(given(plan), renderings=(), contract_text=None, fanout_text=None)
    return {finding.fingerprint for finding in lint(alone, select=RULES).errors}
