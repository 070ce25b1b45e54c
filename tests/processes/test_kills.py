"""The label story in real processes, one of which is killed at an outbound call: the end must be the same.

`make test` runs a sample chosen by a printed seed, `make test-full` every boundary, with fresh and with
lagging lists. A killed worker is started again, as an operator's supervisor would.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.processes.mortal import Death, Side, Victim
from tests.processes.shop import Shop

FULL = os.environ.get("GROUNDPLAN_FULL") == "1"
SEED = int(os.environ.get("GROUNDPLAN_SEED", "20261121"))
PARTS = 2
SAMPLE = int(os.environ.get("GROUNDPLAN_KILLS", "6"))
# Most deaths are a child's; the worker's cost a restart and the end of its lease.
VICTIMS: tuple[Victim, ...] = ("child", "child", "worker")
SIDES: tuple[Side, ...] = ("before", "after")
LAGS = (0.0, 0.5)
Schedule = tuple[float, Death]


def schedules(calls: list[str]) -> list[Schedule]:
    """Each boundary with fresh and with lagging lists; who dies there is drawn by the seed."""
    drawn = random.Random(SEED)
    return [
        (lag, Death(call, calls[:number].count(call), side, drawn.choice(VICTIMS)))
        for number, call in enumerate(calls)
        for side in SIDES
        for lag in LAGS
    ]


def part(all_of_them: list[Schedule], number: int) -> Iterator[Schedule]:
    chosen = all_of_them if FULL else random.Random(SEED).sample(all_of_them, SAMPLE)
    yield from chosen[number::PARTS]


@pytest.mark.parametrize("number", range(PARTS))
def test_a_death_at_any_call_ends_right(
    shop: Shop, number: int, record_property: Callable[[str, object], None]
) -> None:
    end = shop.story()
    assert len(end["pulls"]) == 1
    # Once more: the very first story also tells Redis the scripts.
    assert shop.story() == end
    calls = shop.works.fate.calls()
    ran, struck, wrong = 0, 0, []
    for lag, death in part(schedules(calls), number):
        seen = shop.story(lag, death)
        ran += 1
        struck += shop.works.fate.struck
        if seen != end or set(shop.works.states().values()) != {"done"}:
            wrong.append((lag, death, _differences(seen, end)))
    record_property("schedules with SIGKILL", ran)
    record_property("processes killed at a call", struck)
    record_property("wrong end states after SIGKILL", len(wrong))
    assert struck
    assert wrong == []


def _differences(seen: dict[str, Any], end: dict[str, Any]) -> list[str]:
    return [f"{what}: {seen[what]}"[:600] for what in end if seen[what] != end[what]]
