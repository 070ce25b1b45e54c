"""The kill table: every mutator on every clean plan it can be done to. The rule must find the defect where it
is.

`make test` takes one plan for each mutator and throws the dice once, GROUNDPLAN_FULL=1 all of them and five
times. The run's summary counts what was
killed, found in a wrong place only, or missed, by family, and which other rules spoke up too. What it says is
how well injected defects of these classes are found; it says nothing about the quality of plans that people
write.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from bot.plan.rules import RULES, lint
from tests.plan.mutants import inside, outside  # noqa: F401  importing registers
from tests.plan.mutants.bases import NAMES, base
from tests.plan.mutants.harness import MUTATORS, Mutator
from tests.plan.mutants.known import CANNOT_BE_INJECTED, MISSED
from tests.plan.mutants.repos import folder
from tests.plan.mutants.table import counted, outcomes

FULL = os.environ.get("GROUNDPLAN_FULL") == "1"
SEEDS = range(5 if FULL else 1)
BASES = 99 if FULL else 1
Count = Callable[[str, object], None]

JUDGED = [one for one in MUTATORS if one not in outside.UNLISTED]


@pytest.mark.parametrize("name", NAMES)
def test_a_clean_plan_is_silent(name: str) -> None:
    report = lint(base(name).given())
    assert [one for one in report.findings if one.severity != "info"] == []
    assert len(report.passed) > 20


@pytest.mark.parametrize("name", NAMES)
def test_extended_rules_only_note_things_about_a_clean_plan(name: str) -> None:
    report = lint(base(name).given(), tiers=("extended",))
    assert [one for one in report.findings if one.severity != "info"] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_clean_plan_is_understood_wholly(name: str) -> None:
    given = base(name).given()
    assert given.reading is None or given.reading.not_read == ()


@pytest.mark.parametrize("one", JUDGED, ids=lambda one: one.name)
def test_a_defect_is_found_where_it_is(one: Mutator, record_property: Count) -> None:
    found = list(outcomes(one, SEEDS, BASES))
    for name, count in counted(found).items():
        record_property(name, count)
    alive = [str(outcome) for outcome in found if outcome.fate != "killed"]
    assert found, "no clean plan can be broken so"
    assert one.name in MISSED or alive == []


@pytest.mark.parametrize("one", outside.UNLISTED, ids=lambda one: one.name)
def test_words_that_stand_in_no_list_are_counted(one: Mutator, record_property: Count) -> None:
    """Nothing has to find these: they show how far the lists reach."""
    found = list(outcomes(one, SEEDS, BASES))
    record_property("words in no list", len(found))
    record_property("words in no list found", sum(outcome.fate == "killed" for outcome in found))
    assert found


def test_what_is_known_to_be_missed_is_there_and_has_a_reason() -> None:
    assert set(MISSED) <= {one.name for one in JUDGED}
    assert all(MISSED.values())


def test_what_is_written_beside_the_rules_is_found() -> None:
    assert [name for name in MISSED if "-inside_" in name] == []


def test_nearly_everything_is_found() -> None:
    """Not two mutators in a hundred are known to be missed."""
    assert len(MISSED) <= 0.02 * len(JUDGED)


def test_every_core_rule_has_a_mutator() -> None:
    core = {one.id for one in RULES.values() if one.tier == "core"}
    assert core - {one.rule for one in JUDGED} == set(CANNOT_BE_INJECTED)


def test_a_mutator_names_a_rule_that_holds_for_its_formats() -> None:
    assert {one.rule for one in MUTATORS} <= set(RULES)


def test_the_toy_repositories_are_the_same_everywhere() -> None:
    """Equal bytes, dates and authors: equal names of commits, on which the plans build."""
    assert len({folder(name) for name in ("python", "typescript", "go")}) == 3
