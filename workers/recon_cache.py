"""What was worked out about blobs, kept between plans in one SQLite file: only what changed is read again.

A cache and nothing more: one that is missing, damaged, locked or read-only is worked without, and that is
said once. Rows are named by the blob's sha, so they hold for every repository and commit; values are JSON.
"""

from __future__ import annotations

import json
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.recon.sketch import VERSION, Sketch
from bot.recon.tree import Tree

FILE = "recon-1.sqlite"  # its number is raised when the table changes
MOST_BYTES = 256 * 1024 * 1024
LEFT_AFTER = 0.8  # share of the limit that is kept when it was passed
WAIT_SECONDS = 2.0  # for another process that writes
AT_ONCE = 500  # names in one statement
DAY = 86_400
LONGEST = 8 * 1024 * 1024  # bytes of one value's JSON
SCHEMA = """
CREATE TABLE IF NOT EXISTS kept (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, sha TEXT NOT NULL, used INTEGER NOT NULL, value BLOB NOT NULL,
  UNIQUE (kind, sha)
);
CREATE INDEX IF NOT EXISTS kept_used ON kept (used, id);
"""


@contextmanager
def kept_sketches(
    tree: Tree, folder: Path | None, say: Callable[[str], None], most_bytes: int = MOST_BYTES
) -> Iterator[dict[str, Sketch]]:
    """The sketches known of a tree's blobs, by sha; what is put in meanwhile is kept for the next time.

    `folder` None keeps nothing. `say` hears at most one sentence: why the cache is worked without.
    """
    if folder is None:
        yield {}
        return
    store = Store(folder, say, most_bytes)
    shas = {entry.sha for path in tree.paths if (entry := tree.entry(path)) and entry.sha}
    kind = f"sketch {VERSION}"
    known = {sha: one for sha, raw in store.read(kind, shas).items() if (one := _sketch_of(raw))}
    before = known.keys() | set()
    try:
        yield known
        store.write(kind, {sha: _raw(one) for sha, one in known.items() if sha not in before}, used=before)
    finally:
        store.close()


def _raw(one: Sketch) -> bytes:
    return zlib.compress(json.dumps(one.to_json(), ensure_ascii=False, separators=(",", ":")).encode(), 1)


def _sketch_of(raw: bytes) -> Sketch | None:
    """None for a value that nobody of us wrote."""
    try:
        text = zlib.decompressobj().decompress(raw, LONGEST)
        return Sketch.from_json(json.loads(text))
    except (zlib.error, ValueError, TypeError):
        return None


@dataclass
class Store:
    """One file of rows for all processes. From the first trouble on it gives nothing and takes nothing."""

    folder: Path
    say: Callable[[str], None]
    most_bytes: int = MOST_BYTES
    clock: Callable[[], float] = time.time
    _db: sqlite3.Connection | None = field(default=None, init=False, repr=False)
    _broken: bool = field(default=False, init=False)

    def read(self, kind: str, shas: Iterable[str]) -> dict[str, bytes]:
        """The rows there are."""
        found: dict[str, bytes] = {}
        try:
            for some in _parts(shas):
                found.update(self._connected().execute(_select(some), (kind, *some)))
        except (sqlite3.Error, OSError) as error:
            self._give_up(error)
        return found

    def write(self, kind: str, rows: Mapping[str, bytes], used: Iterable[str] = ()) -> None:
        """Put rows in, note that others were used today, and drop the longest unused beyond the limit."""
        today = int(self.clock() // DAY)
        try:
            db = self._connected()
            with db:
                for some in _parts(used):
                    db.execute(_touch(some), (today, kind, today, *some))
                db.executemany(
                    "INSERT OR REPLACE INTO kept (kind, sha, used, value) VALUES (?, ?, ?, ?)",
                    [(kind, sha, today, value) for sha, value in rows.items()],
                )
                dropped = self._evict(db)
            if dropped:
                db.executescript("PRAGMA incremental_vacuum")  # `execute` would free one page only
        except (sqlite3.Error, OSError) as error:
            self._give_up(error)

    def close(self) -> None:
        if self._db:
            self._db.close()
            self._db = None

    def _connected(self) -> sqlite3.Connection:
        if self._broken:
            raise sqlite3.OperationalError("it was given up before")
        if self._db is None:
            self._db = _connect(self.folder)
        return self._db

    def _evict(self, db: sqlite3.Connection) -> int:
        """How many rows were dropped."""
        (pages,), (free,) = (
            db.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "freelist_count")
        )
        (page,) = db.execute("PRAGMA page_size").fetchone()
        excess = (pages - free) * page - self.most_bytes
        if excess <= 0:
            return 0
        excess += int(self.most_bytes * (1 - LEFT_AFTER))
        dropped: list[tuple[int]] = []
        for number, size in db.execute("SELECT id, length(value) + 200 FROM kept ORDER BY used, id"):
            if excess <= 0:
                break
            excess -= size
            dropped.append((number,))
        db.executemany("DELETE FROM kept WHERE id = ?", dropped)
        return len(dropped)

    def _give_up(self, error: Exception) -> None:
        self.close()
        if not self._broken:
            self._broken = True
            self.say(
                f"Working without the cache in {self.folder} ({error}). Nothing is lost but time; "
                f"if this stays so, delete {FILE} there."
            )


def _connect(folder: Path) -> sqlite3.Connection:
    """The file, made when it is not there. It names private code, so it is its owner's only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / FILE
    file.touch(mode=0o600)
    db = sqlite3.connect(file, timeout=WAIT_SECONDS)
    try:
        db.execute("PRAGMA synchronous = NORMAL")
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'kept_used'").fetchone():
            db.execute("PRAGMA auto_vacuum = INCREMENTAL")
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(SCHEMA)
    except sqlite3.Error:
        db.close()
        raise
    return db


def _parts(shas: Iterable[str]) -> Iterator[Sequence[str]]:
    ordered = sorted(shas)
    return (ordered[at : at + AT_ONCE] for at in range(0, len(ordered), AT_ONCE))


def _select(some: Sequence[str]) -> str:
    return f"SELECT sha, value FROM kept WHERE kind = ? AND sha IN ({_marks(some)})"


def _touch(some: Sequence[str]) -> str:
    return f"UPDATE kept SET used = ? WHERE kind = ? AND used < ? AND sha IN ({_marks(some)})"


def _marks(some: Sequence[str]) -> str:
    return ",".join("?" * len(some))
