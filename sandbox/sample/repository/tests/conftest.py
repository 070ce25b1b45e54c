from datetime import UTC, datetime

import pytest

from parcelpost.db import connect, migrate
from parcelpost.notify import Outbox
from parcelpost.service import Tracker
from parcelpost.store import Store

NOW = datetime(2026, 3, 1, 8, 12, tzinfo=UTC)


@pytest.fixture
def connection(tmp_path):
    connection = connect(str(tmp_path / "test.db"))
    migrate(connection)
    yield connection
    connection.close()


@pytest.fixture
def tracker(connection):
    return Tracker(Store(connection), Outbox(connection), lambda: NOW)
