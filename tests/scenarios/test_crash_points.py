"""The label story, cut before and after every outbound call: it must always end as if nothing had happened.

`make test` runs a sample of the cuts chosen by GROUNDPLAN_SEED, a quarter of the single ones with lists that
lag; `make test-full` runs them all. The run's summary says how many schedules there were and how many ended
wrong.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.scenarios.town import Town

FULL = os.environ.get("GROUNDPLAN_FULL") == "1"
SEED = int(os.environ.get("GROUNDPLAN_SEED", "20261121"))
PARTS = 8
LAGS = (0.0, 20.0)
Points = frozenset[int]
Count = Callable[[str, object], None]


def story(town: Town, lag: float, dies_at: Points) -> dict[str, Any]:
    """One issue from label to rest; what people can see in the end."""
    town.reset(lag, dies_at)
    number = town.open_issue()
    town.label(number)
    town.notice(number)
    town.run()
    return town.observable()


@pytest.fixture(scope="session")
def reference(built_town: Town) -> tuple[dict[str, Any], int]:
    """The end state without any death, and the number of outbound calls it takes."""
    end = story(built_town, 0.0, frozenset())
    assert len(end["pulls"]) == 1
    return end, len(built_town.boundary.calls)


def single(calls: int) -> list[Points]:
    return [frozenset({point}) for point in range(2 * calls)]


def double(calls: int) -> list[Points]:
    """Two deaths; the second may also hit the calls that the first one caused to be made again."""
    last = 2 * (calls + 12)
    return [frozenset({first, second}) for first in range(2 * calls) for second in range(first + 1, last)]


def part(schedules: list[Points], number: int, sample: int) -> Iterator[Points]:
    """The number-th part of all schedules, or of a sample of them."""
    if not FULL:
        schedules = random.Random(SEED).sample(schedules, min(sample, len(schedules)))
    yield from schedules[number::PARTS]


def check(town: Town, end: dict[str, Any], lag: float, schedules: Iterator[Points], count: Count) -> None:
    ran, wrong = 0, []
    for dies_at in schedules:
        ran += 1
        seen = story(town, lag, dies_at)
        if seen != end or len(town.bill) > 1 + len(dies_at):
            wrong.append(sorted(dies_at))
    count("crash schedules in one process", ran)
    count("wrong end states in one process", len(wrong))
    assert ran
    assert wrong == []


@pytest.mark.parametrize("number", range(PARTS))
def test_one_death_while_lists_lag(
    town: Town, reference: tuple[dict[str, Any], int], number: int, record_property: Count
) -> None:
    end, calls = reference
    check(town, end, 20.0, part(single(calls), number, calls // 2), record_property)


@pytest.mark.parametrize("number", range(PARTS))
def test_one_death_while_lists_are_fresh(
    town: Town, reference: tuple[dict[str, Any], int], number: int, record_property: Count
) -> None:
    end, calls = reference
    check(town, end, 0.0, part(single(calls), number, 32), record_property)


@pytest.mark.parametrize("lag", LAGS)
@pytest.mark.parametrize("number", range(PARTS))
def test_two_deaths(
    town: Town, reference: tuple[dict[str, Any], int], number: int, lag: float, record_property: Count
) -> None:
    end, calls = reference
    check(town, end, lag, part(double(calls), number, 16), record_property)


def test_a_finished_plan_is_never_paid_for_again(town: Town, reference: tuple[dict[str, Any], int]) -> None:
    """Whatever dies after the outcome is stored, the author is not asked a second time."""
    _, calls = reference
    story(town, 0.0, frozenset())
    stored = town.boundary.calls.index("model") + 1
    points = range(2 * stored + 1, 2 * calls)
    for point in points if FULL else random.Random(SEED).sample(points, len(points) // 3):
        story(town, 0.0, frozenset({point}))
        assert len(town.bill) == 1, f"died at {town.boundary.calls[point // 2]}"
