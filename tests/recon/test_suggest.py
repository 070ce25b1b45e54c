"""The nearest real path: first for nearly every way to misspell one, and bounded work however many files."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.suggest import MUTATIONS, trials
from bot.recon.suggest import COMPARED, Nearby, nearest

ROOT = Path(__file__).parents[2]
PATHS = tuple(
    sorted(
        path.relative_to(ROOT).as_posix()
        for folder in ("bot", "workers", "templates", "tests", "sandbox", "docs")
        for path in (ROOT / folder).rglob("*.*")
        if path.is_file() and "__pycache__" not in path.parts
    )
)


def test_the_path_that_was_meant_is_first() -> None:
    """A sample of what `python -m bench.suggest` measures, on this repository."""
    found = [one for one in trials(PATHS, 25, "a fixed seed") if one.clear]
    assert {one.kind for one in found} == set(MUTATIONS)
    assert len(found) > 100
    missed = [(one.path, one.written, one.suggested) for one in found if not one.hit]
    assert len(missed) <= 0.02 * len(found), missed


@pytest.mark.parametrize(
    ("written", "best"),
    [
        ("SRC/app.py", "src/app.py"),
        ("app.py", "src/app.py"),
        ("lib/src/app.py", "src/app.py"),
        ("src/ap.py", "src/app.py"),
        ("src/app.ts", "src/app.py"),
        ("src/cores/engine.py", "src/core/engine.py"),
    ],
)
def test_each_way_to_be_near(written: str, best: str) -> None:
    known = ["src/app.py", "src/core/engine.py", "docs/guide.md", "tests/test_app.py"]
    assert nearest(written, known)[0] == best


def test_nothing_near_gives_nothing() -> None:
    assert nearest("zzz/qqq.xyz", PATHS) == ()
    assert nearest("", ["a"]) == ()
    assert Nearby(()).to("a/b.py") == ()


def test_among_many_files_of_one_name_the_likeliest_folder_wins() -> None:
    known = [f"packages/part{n}/src/index.ts" for n in range(20 * COMPARED)]
    assert Nearby(known).to("packages/part77/source/index.ts")[0] == "packages/part77/src/index.ts"


def test_the_order_of_the_candidates_does_not_matter() -> None:
    some = PATHS[:200]
    assert nearest("bot/plann/graph.py", some) == nearest("bot/plann/graph.py", tuple(reversed(some)))
