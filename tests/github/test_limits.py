"""The pace of writes: never faster than GitHub allows, and one limit answer stops the whole installation."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from bot.errors import Transient
from workers.github.limits import A_MINUTE, AN_HOUR, Pace
from workers.github.refusals import Limited


class Hands:
    """A clock moved by hand."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def starts(pace: Pace, clock: Hands, gaps: list[float], content: list[bool]) -> list[tuple[float, bool]]:
    """When each write started: the caller comes after a gap, and waits or comes back as it is told."""
    started = []
    for gap, makes_content in zip(gaps, content, strict=True):
        clock.now += gap
        while (wait := pace.turn(makes_content)) > 3.0:
            clock.now += wait
        clock.now += wait
        started.append((clock.now, makes_content))
    return started


def closest(times: list[float], count: int) -> float:
    """The shortest span in which `count` + 1 of the writes started."""
    return min((b - a for a, b in zip(times, times[count:], strict=False)), default=float("inf"))


@given(
    gaps=st.lists(st.sampled_from([0.0, 0.0, 0.0, 0.3, 0.999, 1.0, 7.0, 61.0]), min_size=1, max_size=60),
    spacing=st.sampled_from([0.0, 0.25, 1.0]),
    every=st.integers(min_value=2, max_value=9),
)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_window_ever_holds_more_writes_than_github_allows(
    redis: Redis, gaps: list[float], spacing: float, every: int
) -> None:
    redis.flushall()
    clock = Hands()
    gaps = (gaps * 170)[:170]
    content = [number % every != 0 for number in range(len(gaps))]
    begun = starts(Pace(redis, 1, spacing, clock), clock, gaps, content)
    assert closest([time for time, _ in begun], 1) >= spacing - 1e-3
    assert closest([time for time, made in begun if made], A_MINUTE) >= 60.0 - 1e-3


@given(
    gaps=st.lists(st.sampled_from([0.0, 0.0, 0.4, 1.0, 7.0, 61.0]), min_size=1, max_size=40),
    every=st.integers(min_value=1, max_value=5),
)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_urgent_writes_keep_to_the_minute_and_others_keep_their_distance(
    redis: Redis, gaps: list[float], every: int
) -> None:
    """Many at once: who has a turn does not hold up the next caller."""
    redis.flushall()
    clock = Hands()
    pace, turns, urgent = Pace(redis, 1, 1.0, clock), list[float](), list[float]()
    for number, gap in enumerate((gaps * 170)[:170]):
        clock.now += gap
        hurry = number % every == 0
        while (wait := pace.turn(urgent=hurry)) > 3.0:
            clock.now += wait
        (urgent if hurry else turns).append(clock.now + wait)
    assert closest(turns, 1) >= 1.0 - 1e-3
    assert closest(sorted(urgent + turns), A_MINUTE) >= 60.0 - 1e-3


def test_an_urgent_write_waits_for_no_turn_but_for_a_pause(redis: Redis) -> None:
    clock = Hands()
    pace = Pace(redis, 1, 1.0, clock)
    for _ in range(3):
        pace.turn()
    assert pace.turn(urgent=True) == 0.0
    pace.limited(Limited("busy", 30.0))
    assert pace.turn(urgent=True) == pytest.approx(30.0)


def test_eighty_a_minute_hold_even_without_any_spacing(redis: Redis) -> None:
    clock = Hands()
    times = [time for time, _ in starts(Pace(redis, 1, 0.0, clock), clock, [0.01] * 400, [True] * 400)]
    assert closest(times, A_MINUTE) >= 60.0 - 1e-3
    assert times[A_MINUTE - 1] - times[0] < 1.0, "as fast as allowed within the minute"


def test_the_hour_holds_five_hundred_content_writes_and_no_more(redis: Redis) -> None:
    clock = Hands()
    times = [time for time, _ in starts(Pace(redis, 1, clock=clock), clock, [0.0] * 1_100, [True] * 1_100)]
    assert closest(times, AN_HOUR) >= 3_600.0 - 1e-3
    assert times[AN_HOUR - 1] - times[0] < 3_600.0, "as fast as allowed within the hour"


def test_a_wait_beyond_patience_reserves_nothing(redis: Redis) -> None:
    pace = Pace(redis, 1, clock=Hands())
    for _ in range(4):
        assert pace.turn() <= 3.0
    assert [pace.turn(), pace.turn()] == [4.0, 4.0]


def test_installations_do_not_wait_for_each_other(redis: Redis) -> None:
    clock = Hands()
    Pace(redis, 1, clock=clock).limited(Limited("stop", 60.0))
    assert Pace(redis, 2, clock=clock).turn() == 0.0
    Pace(redis, 2, clock=clock).check()


def test_a_limit_stops_reads_and_writes_until_it_is_over(redis: Redis) -> None:
    clock = Hands()
    pace = Pace(redis, 1, clock=clock)
    assert pace.limited(Limited("stop", 90.0)).delay == 90.0
    clock.now += 89.0
    with pytest.raises(Transient) as paused:
        pace.check()
    assert paused.value.delay == pytest.approx(1.0)
    assert pace.turn() == pytest.approx(1.0)
    clock.now += 1.0
    pace.check()


def test_a_shorter_limit_does_not_end_a_longer_one(redis: Redis) -> None:
    pace = Pace(redis, 1, clock=Hands())
    pace.limited(Limited("long", 600.0))
    assert pace.limited(Limited("short", 5.0)).delay == 600.0


def test_limits_without_a_time_double_from_a_minute_up_to_an_hour(redis: Redis) -> None:
    clock = Hands()
    pace = Pace(redis, 1, clock=clock)
    waits = []
    for _ in range(8):
        wait = pace.limited(Limited("secondary", 60.0, stated=False)).delay
        waits.append(wait)
        clock.now += wait
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_redis_time_is_used_without_a_clock(redis: Redis) -> None:
    pace = Pace(redis, 1)
    assert pace.turn() == 0.0
    assert 0.0 < pace.turn() <= 1.0
