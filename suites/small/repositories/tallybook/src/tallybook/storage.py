"""The SQLite file: the only module that writes SQL."""

import sqlite3
from decimal import Decimal


class Storage:
    """Accounts and entries in one file."""

    def __init__(self, path: str) -> None:
        self._db = sqlite3.connect(path)

    def add(self, day: str, account: str, amount: Decimal, memo: str = "") -> None:
        """Store one entry; the account is made when it is new."""
        self._db.execute("INSERT OR IGNORE INTO account (name) VALUES (?)", (account,))
        self._db.execute(
            "INSERT INTO entry (account_id, day, amount, memo) "
            "SELECT id, ?, ?, ? FROM account WHERE name = ?",
            (day, str(amount), memo, account),
        )
        self._db.commit()

    def balances(self, month: str) -> list[tuple[str, Decimal]]:
        """The sum of each account's entries in a month, by name."""
        rows = self._db.execute(
            "SELECT name, amount FROM entry JOIN account ON account.id = account_id WHERE day LIKE ?",
            (f"{month}-%",),
        )
        totals: dict[str, Decimal] = {}
        for name, amount in rows:
            totals[name] = totals.get(name, Decimal(0)) + Decimal(amount)
        return sorted(totals.items())

    def memos(self, account: str) -> list[str]:
        """Every memo of an account, oldest first."""
        rows = self._db.execute(
            "SELECT memo FROM entry JOIN account ON account.id = account_id WHERE name = ? ORDER BY day",
            (account,),
        )
        return [memo for (memo,) in rows]
