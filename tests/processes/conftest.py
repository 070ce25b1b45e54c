"""One set of processes for the tests of a module: each test begins with the world's first day."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.processes.shop import Shop, seed_shop
from tests.processes.works import Works, works


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Works]:
    with works(tmp_path_factory.mktemp("works"), seed_shop) as made:
        yield made


@pytest.fixture
def shop(running: Works) -> Iterator[Shop]:
    running.reset()
    yield Shop(running)
    assert running.sandbox.violations == []
