"""The test and lint commands that recon finds in public repositories, against what their CI really runs.

`python -m bench.commands FOLDER` (or BENCH_MIRRORS) needs clones of the repositories named in
`commands_judged.json`, bare or not, as FOLDER/owner+name or FOLDER/owner+name/repo; it says which are missing
and how to get them. Nothing of theirs is kept here but their name, their commit and a table judged by reading
their CI by hand: each check that CI runs for changes, matrices multiplied out, the lines that do the same
(`same`) and those that do a part of it or do it and repair as well (`part`). Formatting and type checks count
as linting, scanners for security (CodeQL, zizmor, Trivy) do not. Half of the repositories were at hand while
the readers were written; the other half was judged before the readers first saw it. What it gave that first
time is kept as FIRST_SEEN, since general faults that it showed were mended afterwards.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from bench.table import print_table
from bot.recon.commands import Command, commands, runnable
from bot.recon.sources import tree_from_git
from bot.recon.tree import Tree

JUDGED = Path(__file__).with_name("commands_judged.json")
# same, same or part, recall of the tests; then of the linters: the other half at first sight.
FIRST_SEEN = ("25/28 89%", "25/28 89%", "18/27 67%", "18/35 51%", "26/35 74%", "14/24 58%")
SIDES = {"test": "test", "lint": "lint", "format": "lint", "typecheck": "lint"}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing CI runs, and the lines that were judged to be the same or a part of it (shell patterns)."""

    kind: str
    ci: str
    same: tuple[str, ...]
    part: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one side: commands found, of these the same and a part; checks, and those found."""

    found: int = 0
    same: int = 0
    part: int = 0
    checks: int = 0
    hit: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.found + other.found, self.same + other.same, self.part + other.part,
            self.checks + other.checks, self.hit + other.hit,
        )  # fmt: skip

    @property
    def cells(self) -> tuple[str, str, str]:
        return (
            _share(self.same, self.found),
            _share(self.same + self.part, self.found),
            _share(self.hit, self.checks),
        )


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole}" + (f" {part / whole:.0%}" if whole else "")


def judged(text: str) -> list[tuple[dict[str, Any], tuple[Check, ...]]]:
    """The table: what is said of each repository, and its checks."""
    return [
        (
            each,
            tuple(
                Check(one["kind"], one["ci"], tuple(one["same"]), tuple(one["part"]))
                for one in each["checks"]
            ),
        )
        for each in json.loads(text)
    ]


def scored(found: Iterable[Command], checks: Sequence[Check], side: str) -> tuple[Score, list[str]]:
    """The score of one side, and in words the lines that CI does not run and the checks not found."""
    lines = [each.line for each in found if SIDES.get(each.kind) == side]
    wanted = [each for each in checks if each.kind == side]
    same = [line for line in lines if _any(line, (one for each in wanted for one in each.same))]
    part = [
        line
        for line in lines
        if line not in same and _any(line, (one for each in wanted for one in each.part))
    ]
    missed = [each.ci for each in wanted if not any(_any(line, each.same) for line in lines)]
    wrong = [f"not in CI: {line}" for line in lines if line not in same and line not in part]
    score = Score(len(lines), len(same), len(part), len(wanted), len(wanted) - len(missed))
    return score, [*wrong, *(f"not found: {each}" for each in missed)]


def _any(line: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(line, each.replace("[", "[[]")) for each in patterns)


def mirror_of(folder: Path, repository: str) -> Path | None:
    """Where a clone of the repository lies below the folder, if one does."""
    place = folder / repository.replace("/", "+")
    return next((each for each in (place / "repo", place) if _is_repository(each)), None)


def _is_repository(place: Path) -> bool:
    return (place / "HEAD").is_file() or (place / ".git").exists()


def _tree(folder: Path, repository: str, sha: str) -> Tree | None:
    place = mirror_of(folder, repository)
    if place is None:
        print(
            f"missing: git clone --bare https://github.com/{repository} "
            f"{folder / repository.replace('/', '+')}"
        )
        return None
    known = subprocess.run(
        ["git", "-C", str(place), "cat-file", "-e", f"{sha}^{{commit}}"], capture_output=True, check=False
    )
    if known.returncode:
        print(f"missing: git -C {place} fetch origin {sha}")
        return None
    return tree_from_git(place, sha)


def main(arguments: Sequence[str]) -> int:
    given = arguments[0] if arguments else os.environ.get("BENCH_MIRRORS", "")
    if not given:
        print("Say where the clones are: python -m bench.commands FOLDER (or BENCH_MIRRORS=FOLDER).")
        return 2
    rows: list[list[str]] = []
    totals: dict[tuple[str, str], Score] = {}
    remarks: list[str] = []
    for about, checks in judged(JUDGED.read_text(encoding="utf-8")):
        tree = _tree(Path(given), about["repository"], about["sha"])
        if tree is None:
            continue
        found = commands(tree)
        row = [f"{about['repository']}@{about['sha'][:7]}", about["language"], about["set"]]
        for side in ("test", "lint"):
            score, wrong = scored(found, checks, side)
            totals[about["set"], side] = totals.get((about["set"], side), Score()) + score
            row += score.cells
            remarks += [f"{about['repository']}: {side}: {each}" for each in wrong]
        remarks += [f"{about['repository']}: we offer what we call undefined: {each.line}" for each in found
                    if runnable(each.line, tree).verdict == "undefined"]  # fmt: skip
        rows.append(row)
    for name in sorted({each for each, _ in totals}):
        rows.append(
            [f"all {name}", "", "", *(cell for side in ("test", "lint") for cell in totals[name, side].cells)]
        )
    head = [
        "repository",
        "language",
        "set",
        "test: same",
        "or a part",
        "recall",
        "lint: same",
        "or a part",
        "recall",
    ]
    print_table(
        "Commands found, against what CI runs (precision strict, precision with parts, recall)", head, rows
    )
    print("\n" + "\n".join(remarks))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
