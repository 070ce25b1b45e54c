"""The ledger: intents, receipts, and the fence that keeps an overtaken run from writing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from redis import Redis

from bot.effects import Receipt
from bot.errors import Fenced
from bot.situation import Subject
from workers.ledger import NOTHING, Ledger

SUBJECT = Subject(7, 3)
KEY = "comment:3:status"
RECEIPT = Receipt(KEY, "created", id=11, digest="d1")


def ledger(redis: Redis, run: int = 1, now: float = 1_000.0, current: int = 1) -> Ledger:
    redis.hset(f"gp:subject:{SUBJECT}", "run", str(current))
    return Ledger(redis, SUBJECT, run, lambda: now)


def test_a_page_goes_from_nothing_through_intent_to_done(redis: Redis) -> None:
    book = ledger(redis)
    assert book.entry(KEY) == NOTHING
    book.intend(KEY, "d1")
    begun = book.entry(KEY)
    assert (begun.state, begun.digest, begun.since, begun.receipt) == ("intent", "d1", 1_000.0, None)
    book.settle(KEY, RECEIPT)
    assert book.entry(KEY).done("d1")
    assert not book.entry(KEY).done("d2")
    assert book.receipts() == {KEY: RECEIPT}


def test_an_update_under_way_keeps_the_receipt(redis: Redis) -> None:
    book = ledger(redis)
    book.settle(KEY, RECEIPT)
    book.intend(KEY, "d2")
    assert book.entry(KEY).receipt == RECEIPT
    assert book.receipts() == {KEY: RECEIPT}


def test_a_second_try_starts_its_own_uncertainty(redis: Redis) -> None:
    ledger(redis, now=1_000.0).intend(KEY, "d1")
    later = ledger(redis, now=1_070.0)
    later.intend(KEY, "d1")
    assert later.entry(KEY).since == 1_070.0


def test_forgetting_goes_back_to_what_was_there_before(redis: Redis) -> None:
    book = ledger(redis)
    book.intend(KEY, "d1")
    book.forget(KEY)
    assert book.entry(KEY) == NOTHING
    book.settle(KEY, RECEIPT)
    book.intend(KEY, "d2")
    book.forget(KEY)
    assert book.entry(KEY).done("d1")


WRITES: list[Callable[[Ledger], None]] = [
    lambda book: book.intend(KEY, "d2"),
    lambda book: book.settle(KEY, RECEIPT),
    lambda book: book.forget(KEY),
    lambda book: book.strike(KEY),
]


@pytest.mark.parametrize("write", WRITES, ids=["intend", "settle", "forget", "strike"])
@pytest.mark.parametrize("current", ["2", None], ids=["newer run", "record lost"])
def test_an_overtaken_run_changes_nothing(
    redis: Redis, write: Callable[[Ledger], None], current: str | None
) -> None:
    mine = ledger(redis)
    mine.intend(KEY, "d1")
    redis.delete(f"gp:subject:{SUBJECT}")
    if current:
        redis.hset(f"gp:subject:{SUBJECT}", "run", current)
    before = redis.hgetall(f"gp:ledger:{SUBJECT}")
    with pytest.raises(Fenced):
        write(mine)
    assert redis.hgetall(f"gp:ledger:{SUBJECT}") == before


def test_an_unreadable_page_counts_as_none(redis: Redis) -> None:
    book = ledger(redis)
    redis.hset(f"gp:ledger:{SUBJECT}", KEY, b'{"state":"half-')
    redis.hset(f"gp:ledger:{SUBJECT}", "other", b'{"state":"parked","digest":"x"}')
    assert book.entry(KEY) == NOTHING
    assert book.receipts() == {}


def test_pages_expire(redis: Redis) -> None:
    ledger(redis).intend(KEY, "d1")
    left = redis.ttl(f"gp:ledger:{SUBJECT}")
    assert isinstance(left, int)
    assert 29 * 86_400 < left <= 30 * 86_400


def test_redis_time_is_used_without_a_clock(redis: Redis) -> None:
    redis.hset(f"gp:subject:{SUBJECT}", "run", "1")
    book = Ledger(redis, SUBJECT, 1)
    book.intend(KEY, "d1")
    assert 0.0 <= book.now() - book.entry(KEY).since < 60.0
