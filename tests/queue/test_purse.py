"""The purse in Redis: caps hold over processes, retries and midnight."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from redis import Redis

from bot.author.cost import Cap, Spent
from bot.situation import Subject
from workers.purse import RedisPurse


def purse(
    redis: Redis, *caps: Cap, number: int = 1, planning: str = "p1", day: str = "2026-02-10"
) -> RedisPurse:
    return RedisPurse(redis, Subject(7, number), 99, planning, day, caps)


def test_retries_of_a_planning_share_its_cap(redis: Redis) -> None:
    cap = Cap("plan", "tokens", 1_000)
    assert purse(redis, cap).reserve(Spent(900)) is None
    assert purse(redis, cap).reserve(Spent(101)) == cap
    assert purse(redis, cap).reserve(Spent(100)) is None
    assert purse(redis, cap, planning="p2").reserve(Spent(1_000)) is None


def test_what_was_not_used_goes_back(redis: Redis) -> None:
    mine = purse(redis, Cap("plan", "tokens", 1_000))
    mine.reserve(Spent(900, 9))
    mine.settle(Spent(900, 9), Spent(100, 1))
    assert (
        mine.spent("plan") == mine.spent("repository-day") == mine.spent("installation-day") == Spent(100, 1)
    )


def test_a_refusal_takes_nothing_from_any_scope(redis: Redis) -> None:
    caps = (Cap("plan", "tokens", 1_000), Cap("installation-day", "micros", 5))
    mine = purse(redis, *caps)
    assert mine.reserve(Spent(10, 6)) == caps[1]
    assert mine.spent("plan") == mine.spent("installation-day") == Spent()


def test_a_day_is_shared_by_the_repository_and_ends(redis: Redis) -> None:
    cap = Cap("repository-day", "tokens", 100)
    assert purse(redis, cap, number=1).reserve(Spent(100)) is None
    assert purse(redis, cap, number=2).reserve(Spent(1)) == cap
    assert purse(redis, cap, number=2, day="2026-02-11").reserve(Spent(1)) is None


def test_a_run_over_midnight_settles_where_it_reserved(redis: Redis) -> None:
    before = purse(redis)
    before.reserve(Spent(50))
    after = replace(before, day="2026-02-11")
    before.settle(Spent(50), Spent(20))
    assert before.spent("repository-day") == Spent(20)
    assert after.spent("repository-day") == Spent()


def test_parallel_calls_never_pass_a_cap(redis: Redis) -> None:
    cap = Cap("plan", "tokens", 1_000)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: purse(redis, cap).reserve(Spent(70)), range(60)))
    assert taken.count(None) == 14
    assert purse(redis).spent("plan") == Spent(980)


def test_sums_do_not_stay_for_ever(redis: Redis) -> None:
    purse(redis).reserve(Spent(1))
    keys = list(redis.scan_iter("gp:spent:*"))
    assert len(keys) == 3
    assert all(0 < redis.ttl(key) <= 7 * 24 * 3600 for key in keys)
