"""One sandbox a process, back in its first state for each test; nothing may break GitHub's description."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from sandbox.server import Sandbox
from tests.github.workbench import START, Bench, Hands, start_sandbox


@pytest.fixture(scope="session")
def started() -> Iterator[tuple[Sandbox, Hands, bytes]]:
    clock = Hands()
    sandbox = start_sandbox(clock)
    try:
        yield sandbox, clock, sandbox.snapshot()
    finally:
        sandbox.stop()


@pytest.fixture
def bench(started: tuple[Sandbox, Hands, bytes], redis: Redis) -> Iterator[Bench]:
    sandbox, clock, first = started
    sandbox.restore(first)
    sandbox.clear_records()
    sandbox.world.lag = 0.0
    sandbox.world.limits.secondary = False
    clock.now = START + 3_600.0
    workbench = Bench(sandbox, redis, clock)
    yield workbench
    workbench.close()
    assert sandbox.violations == []
