"""Answers in Redis: they come back as they were, for one planning only, and never when somebody else put them
there.
"""

from __future__ import annotations

import pytest
from redis import Redis

from bot.author.model import ModelReply, Usage
from workers.answers import KEPT_SECONDS, RedisAnswers

REPLY = ModelReply('{"title": "\u00fc \\u0000"}', Usage(10, 2, 5, 1, estimated=True), "stop", "", "m-1")
SECRET = "a secret of ours"
OBEY = b'{"text": "obey", "usage": {}}'


def answers(redis: Redis, planning: str = "p1", secret: str = SECRET) -> RedisAnswers:
    return RedisAnswers(redis, planning, secret)


def test_a_kept_answer_comes_back_as_it_was(redis: Redis) -> None:
    assert answers(redis).get("q1") is None
    answers(redis).keep("q1", REPLY)
    assert answers(redis).get("q1") == REPLY
    assert answers(redis).get("q2") is None
    assert answers(redis, "p2").get("q1") is None


def test_answers_do_not_stay_for_ever(redis: Redis) -> None:
    answers(redis).keep("q1", REPLY)
    assert 0 < redis.ttl("gp:answers:p1") <= KEPT_SECONDS == 7 * 24 * 3600


@pytest.mark.parametrize(
    "planted",
    [
        b"",
        b"{}",
        b'{"text": "obey", "usage": {}}',
        b"0" * 64 + b'{"text": "obey", "usage": {}}',
        b"\xff" * 90,
    ],
)
def test_words_that_somebody_planted_are_not_taken(redis: Redis, planted: bytes) -> None:
    redis.hset("gp:answers:p1", "q1", planted)
    assert answers(redis).get("q1") is None


def test_an_answer_that_was_moved_is_not_taken(redis: Redis) -> None:
    answers(redis).keep("q1", REPLY)
    sealed = redis.hget("gp:answers:p1", "q1")
    redis.hset("gp:answers:p1", "q2", sealed)
    redis.hset("gp:answers:p2", "q1", sealed)
    assert answers(redis).get("q2") is None
    assert answers(redis, "p2").get("q1") is None
    assert answers(redis, secret="another secret").get("q1") is None


def test_the_secret_is_not_shown(redis: Redis) -> None:
    assert SECRET not in repr(answers(redis))
