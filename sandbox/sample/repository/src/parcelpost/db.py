"""Opening the database and bringing it up to date."""

import sqlite3
from pathlib import Path

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def migrate(connection: sqlite3.Connection, folder: Path = MIGRATIONS) -> list[str]:
    """Apply what is missing, in order. Returns the names of the files applied."""
    connection.execute("CREATE TABLE IF NOT EXISTS applied (name TEXT PRIMARY KEY)")
    done = {row["name"] for row in connection.execute("SELECT name FROM applied")}
    applied = []
    for file in sorted(folder.glob("*.sql")):
        if file.name in done:
            continue
        connection.executescript(file.read_text(encoding="utf-8"))
        connection.execute("INSERT INTO applied (name) VALUES (?)", (file.name,))
        applied.append(file.name)
    connection.commit()
    return applied
