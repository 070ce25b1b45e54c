"""A sandbox of its own, back in its first state for each test; nothing may break GitHub's description."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from sandbox.server import Sandbox
from tests.github.workbench import START, Hands, start_sandbox
from tests.steward.estate import Estate


@pytest.fixture(scope="session")
def grounds() -> Iterator[tuple[Sandbox, Hands, bytes]]:
    clock = Hands()
    sandbox = start_sandbox(clock)
    try:
        yield sandbox, clock, sandbox.snapshot()
    finally:
        sandbox.stop()


@pytest.fixture
def estate(grounds: tuple[Sandbox, Hands, bytes], redis: Redis) -> Iterator[Estate]:
    sandbox, clock, first = grounds
    sandbox.restore(first)
    sandbox.clear_records()
    sandbox.world.lag = 0.0
    clock.now = START + 3_600.0
    made = Estate(sandbox, redis, clock)
    yield made
    made.close()
    assert sandbox.violations == []
