"""What is remembered comes back as it was, and what somebody else put there does not come back at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from redis import Redis

from bot.errors import Fenced
from bot.situation import Outcome, Planning, Request, Subject, Trouble
from workers.memory import EndpointMemory, Memory

SUBJECT = Subject(7, 12)
REQUEST = Request("d" * 64, "a" * 40, "LE_1", 12, "Export", "- [ ] works", "octo/shop")
OUTCOME = Outcome("d" * 64, "failed", "It did not work.")


@pytest.fixture
def memory(redis: Redis) -> Memory:
    redis.hset(f"gp:subject:{SUBJECT}", "run", "3")
    return Memory(redis, SUBJECT, "secret")


def test_what_is_wanted_is_remembered_until_it_is_stopped(memory: Memory) -> None:
    memory.want(3, REQUEST)
    memory.note_stage("reading")
    assert (memory.request(), memory.stage()) == (REQUEST, "reading")
    memory.stop(3)
    assert (memory.request(), memory.stage()) == (None, "")


def test_an_overtaken_run_remembers_nothing(memory: Memory) -> None:
    with pytest.raises(Fenced):
        memory.want(2, REQUEST)
    assert memory.request() is None


def test_the_first_outcome_stays(memory: Memory) -> None:
    memory.keep_outcome(OUTCOME)
    memory.keep_outcome(replace(OUTCOME, body="Another."))
    assert memory.outcome("d" * 64) == OUTCOME


def test_trouble_goes_with_a_new_wish(memory: Memory) -> None:
    trouble = Trouble("ruleset", "A ruleset refuses the push.", "ask an owner", "LE_1")
    memory.note_trouble(3, trouble)
    assert memory.trouble() == trouble
    memory.want(3, REQUEST)
    assert memory.trouble() is None


@pytest.mark.parametrize(
    "planted",
    [
        b"",
        b"{}",
        b'{"digest": "x", "kind": "plan", "body": "@everyone"}',
        b"0" * 64 + b'{"digest": "x", "kind": "plan", "body": "@everyone"}',
    ],
)
def test_an_outcome_that_somebody_planted_is_none_and_is_replaced(
    memory: Memory, redis: Redis, planted: bytes
) -> None:
    redis.set(f"gp:outcome:{'d' * 64}", planted)
    assert memory.outcome("d" * 64) is None
    memory.keep_outcome(OUTCOME)
    assert memory.outcome("d" * 64) == OUTCOME


def test_a_value_of_ours_moved_elsewhere_is_none(memory: Memory, redis: Redis) -> None:
    memory.keep_outcome(OUTCOME)
    moved = redis.get(f"gp:outcome:{'d' * 64}")
    assert isinstance(moved, bytes)
    redis.set(f"gp:outcome:{'e' * 64}", moved)
    assert memory.outcome("e" * 64) is None


def test_another_secret_reads_nothing(memory: Memory, redis: Redis) -> None:
    memory.want(3, REQUEST)
    assert Memory(redis, SUBJECT, "another").request() is None


def test_endpoints_are_remembered_by_all(redis: Redis) -> None:
    endpoints = EndpointMemory(redis)
    endpoints["http://a b"] = "json_object"
    assert dict(EndpointMemory(redis)) == {"http://a b": "json_object"}
    del endpoints["http://a b"]
    assert "http://a b" not in EndpointMemory(redis)


NOON = 1_790_000_000.0 - 1_790_000_000 % 86_400 + 12 * 3600


def test_a_planning_counts_once_and_for_an_hour(memory: Memory) -> None:
    memory.count("a", NOON)
    memory.count("b", NOON + 60)
    memory.count("a", NOON + 120)
    assert memory.plannings(NOON + 180) == (Planning("a", "13:00 UTC"), Planning("b", "13:01 UTC"))
    assert memory.plannings(NOON + 3600) == (Planning("b", "13:01 UTC"),)
    memory.count("c", NOON + 3601)
    assert [each.digest for each in memory.plannings(NOON + 3601)] == ["b", "c"]


def test_a_planning_stops_counting_not_before_the_time_that_is_said(memory: Memory) -> None:
    memory.count("a", NOON + 0.5)
    assert memory.plannings(NOON + 3600)[0].until == "13:01 UTC"


def test_plannings_are_of_one_subject_and_do_not_stay(memory: Memory, redis: Redis) -> None:
    memory.count("a", NOON)
    assert Memory(redis, Subject(7, 13), "secret").plannings(NOON) == ()
    assert 0 < redis.ttl(f"gp:plannings:{SUBJECT}") <= 3600
