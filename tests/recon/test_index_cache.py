"""What is kept of blobs between plans: that it is used, bounded, shared, and never in the way."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.recon.ranking import rank
from bot.recon.report import survey
from bot.recon.sketch import Sketch, sketch
from bot.recon.tree import Snapshot, in_memory
from bot.settings import Settings
from workers.recon_cache import DAY, FILE, Store, kept_sketches

FILES = {f"src/part_{n}.py": f"def part_{n}(cart):\n    return cart.total + {n}\n" for n in range(20)}
TREE = in_memory(FILES)
TITLE, BODY = "part_3 gives a wrong total", "The cart's total is wrong."


@pytest.fixture
def said() -> list[str]:
    return []


def plan_once(tree: Snapshot, folder: Path, say: Callable[[str], None]) -> list[str]:
    """The paths whose text had to be read for ranking."""
    read: list[str] = []

    def load(entry: object) -> bytes:
        read.append(entry.path)  # type: ignore[attr-defined]
        return tree.load(entry)  # type: ignore[arg-type]

    watched = Snapshot(tree.sha, tree.entries, load)
    with kept_sketches(watched, folder, say) as sketches:
        for path in watched.paths:
            entry = watched.entry(path)
            if entry and entry.sha and entry.sha not in sketches:
                sketches[entry.sha] = sketch(path, watched.text(path) or "")
    return read


def test_the_next_plan_reads_only_what_changed(tmp_path: Path, said: list[str]) -> None:
    assert len(plan_once(TREE, tmp_path, said.append)) == 20
    assert plan_once(TREE, tmp_path, said.append) == []
    changed = in_memory(
        {**FILES, "src/part_3.py": "def part_3(): ...\n", "src/moved.py": FILES["src/part_4.py"]}
    )
    assert plan_once(changed, tmp_path, said.append) == ["src/part_3.py"]
    assert said == []


def test_ranking_and_survey_say_the_same_with_and_without(tmp_path: Path, said: list[str]) -> None:
    plain = rank(TREE, TITLE, BODY)
    for _ in range(2):
        with kept_sketches(TREE, tmp_path, said.append) as sketches:
            assert rank(TREE, TITLE, BODY, sketches=sketches) == plain
            assert survey(TREE, TITLE, BODY, sketches=sketches) == survey(TREE, TITLE, BODY)
    assert len(sketches) == 20


def test_without_a_folder_nothing_is_kept(said: list[str]) -> None:
    with kept_sketches(TREE, None, said.append) as sketches:
        sketches["a"] = Sketch()
    with kept_sketches(TREE, None, said.append) as sketches:
        assert sketches == {}


def test_what_fails_meanwhile_is_not_kept_and_is_not_hidden(tmp_path: Path, said: list[str]) -> None:
    def fail() -> None:
        with kept_sketches(TREE, tmp_path, said.append) as sketches:
            sketches["a"] = Sketch()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert plan_once(TREE, tmp_path, said.append) != []


@pytest.mark.parametrize("damage", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_worked_without_and_said_once(
    tmp_path: Path, said: list[str], damage: bytes
) -> None:
    (tmp_path / FILE).write_bytes(damage)
    assert len(plan_once(TREE, tmp_path, said.append)) == 20
    assert len(said) == 1
    assert str(tmp_path) in said[0]
    assert (tmp_path / FILE).read_bytes() == damage


def test_a_file_cut_short_is_worked_without(tmp_path: Path, said: list[str]) -> None:
    plan_once(TREE, tmp_path, said.append)
    data = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(data[: len(data) // 2])
    assert len(plan_once(TREE, tmp_path, said.append)) == 20
    assert len(said) == 1


def test_rows_nobody_of_us_wrote_are_made_again(tmp_path: Path, said: list[str]) -> None:
    plan_once(TREE, tmp_path, said.append)
    with closing(sqlite3.connect(tmp_path / FILE)) as db, db:
        db.execute("UPDATE kept SET value = ?", (b"\x80\x04garbage",))
    assert len(plan_once(TREE, tmp_path, said.append)) == 20
    assert plan_once(TREE, tmp_path, said.append) == []


def test_a_place_where_nothing_can_be_made_is_worked_without(tmp_path: Path, said: list[str]) -> None:
    (tmp_path / "file").write_text("")
    assert len(plan_once(TREE, tmp_path / "file" / "cache", said.append)) == 20
    assert len(said) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_only_be_read_is_worked_without(tmp_path: Path, said: list[str]) -> None:
    tmp_path.chmod(0o500)
    try:
        assert len(plan_once(TREE, tmp_path, said.append)) == 20
        assert len(said) == 1
    finally:
        tmp_path.chmod(0o700)


def test_a_file_that_another_process_holds_is_worked_without(tmp_path: Path, said: list[str]) -> None:
    plan_once(TREE, tmp_path, said.append)
    changed = in_memory({**FILES, "new.py": "x = 1\n"})
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        assert plan_once(changed, tmp_path, said.append) == ["new.py"]
        db.execute("ROLLBACK")
    assert len(said) == 1
    assert "locked" in said[0]


def test_the_longest_unused_go_first(tmp_path: Path, said: list[str]) -> None:
    today = [10.0]
    store = Store(tmp_path, said.append, most_bytes=200_000, clock=lambda: today[0] * DAY)
    block = os.urandom(10_000)
    store.write("k", {f"{n:02}": block for n in range(12)})
    today[0] = 11.0
    store.write("k", {}, used=["03", "04"])
    store.write("k", {f"new{n}": block for n in range(8)})
    left = store.read("k", [f"{n:02}" for n in range(12)] + [f"new{n}" for n in range(8)])
    assert {"03", "04", "new0", "new7"} <= left.keys()
    assert "00" not in left
    store.close()
    assert (tmp_path / FILE).stat().st_size < 200_000
    assert said == []


def test_kinds_and_versions_do_not_mix(tmp_path: Path, said: list[str]) -> None:
    store = Store(tmp_path, said.append)
    store.write("sketch 1", {"a": b"old"})
    assert store.read("sketch 2", ["a"]) == {}
    assert store.read("sketch 1", ["a", "b"]) == {"a": b"old"}
    store.close()


WRITER = """
import sys
from pathlib import Path
from workers.recon_cache import Store
store = Store(Path(sys.argv[1]), lambda trouble: sys.exit(trouble))
for n in range(30):
    store.write("k", {f"{sys.argv[2]}-{n}": b"x" * 500}, used=["0-0"])
    store.read("k", [f"0-{n}", f"1-{n}"])
"""


def test_several_processes_write_at_once(tmp_path: Path, said: list[str]) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    writers = [subprocess.Popen([*command, str(n)], stderr=subprocess.PIPE) for n in range(3)]
    assert [(each.communicate()[1], each.returncode) for each in writers] == [(b"", 0)] * 3
    store = Store(tmp_path, said.append)
    assert len(store.read("k", [f"{m}-{n}" for m in range(3) for n in range(30)])) == 90
    store.close()


def test_only_its_owner_may_look(tmp_path: Path, said: list[str]) -> None:
    folder = tmp_path / "deep" / "cache"
    plan_once(TREE, folder, said.append)
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / FILE).stat().st_mode & 0o077 == 0


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("GROUNDPLAN_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_where_the_cache_lies(nobody: pytest.MonkeyPatch) -> None:
    nobody.setenv("HOME", "/people/ada")
    assert Settings().cache_dir == Path("/people/ada/.cache/groundplan")
    nobody.setenv("XDG_CACHE_HOME", "relative")
    assert Settings().cache_dir == Path("/people/ada/.cache/groundplan")
    nobody.setenv("XDG_CACHE_HOME", "/var/cache/ada")
    assert Settings().cache_dir == Path("/var/cache/ada/groundplan")
    nobody.setenv("GROUNDPLAN_CACHE_DIR", "/srv/kept")
    assert Settings().cache_dir == Path("/srv/kept")
    nobody.setenv("GROUNDPLAN_CACHE_DIR", "none")
    assert Settings().cache_dir is None
