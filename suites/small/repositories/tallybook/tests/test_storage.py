from decimal import Decimal
from pathlib import Path

from tallybook.storage import Storage

SCHEMA = "".join(path.read_text() for path in sorted(Path("migrations").glob("*.sql")))


def test_balances(tmp_path):
    storage = Storage(str(tmp_path / "db"))
    storage._db.executescript(SCHEMA)
    storage.add("2024-01-02", "cash", Decimal("1.5"))
    assert storage.balances("2024-01") == [("cash", Decimal("1.5"))]
