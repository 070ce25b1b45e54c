"""One town a test process, back on its first day for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenarios.town import Town


@pytest.fixture(scope="session")
def built_town(redis_session_url: str) -> Iterator[Town]:
    town = Town(redis_session_url)
    yield town
    town.close()


@pytest.fixture
def town(built_town: Town) -> Iterator[Town]:
    built_town.reset()
    built_town.sandbox.clear_records()
    yield built_town
    assert built_town.sandbox.violations == []
    assert built_town.failures == []
