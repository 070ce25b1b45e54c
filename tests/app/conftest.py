"""A running receiver for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.app.sending import Sender, receiver, receiver_settings


@pytest.fixture
def sender(redis_url: str) -> Iterator[Sender]:
    with receiver(receiver_settings(redis_url)) as it:
        yield it
