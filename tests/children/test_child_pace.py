"""Estimates of time hold every limit, and waste none of it."""

from __future__ import annotations

import pytest

from bot.children import Estimate, seconds_for
from bot.children.pace import A_MINUTE, AN_HOUR, PAUSE


def at_the_earliest(writes: int) -> list[int]:
    """The oracle: second by second, one write wherever no limit forbids it."""
    done: list[int] = []
    second = 0
    while len(done) < writes:
        minute = sum(1 for one in done if second - one < 60)
        hour = sum(1 for one in done if second - one < 3600)
        if minute < A_MINUTE and hour < AN_HOUR:
            done.append(second)
        second += int(PAUSE)
    return done


@pytest.mark.parametrize("writes", [1, 2, 60, 80, 81, 200, 500, 501, 620, 1001])
def test_the_last_write_comes_as_early_as_the_limits_allow(writes: int) -> None:
    assert seconds_for(writes) == at_the_earliest(writes)[-1]


@pytest.mark.parametrize(
    ("writes", "minutes"), [(0, 0), (1, 1), (61, 1), (62, 2), (300, 5), (500, 9), (501, 60), (1001, 120)]
)
def test_minutes_are_whole_and_rounded_up(writes: int, minutes: int) -> None:
    assert Estimate(writes, 7).minutes == minutes
    assert Estimate(writes, 7).calls == writes + 7
