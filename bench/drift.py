"""How often the new path of a renamed file is the right one when no push says it, on real histories.

Two commits some way apart are compared by their lists of files alone, once with the digests that git gives
and once without; what `git diff` takes for a rename (half the content is the same) is the truth. GitHub tells
as much of smaller comparisons, where nothing has to be guessed. Repositories are git directories given as
arguments, with all their contents; without any, this one.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Set
from pathlib import Path

from bench.table import print_table
from bot.drift.changes import Course, PathChange, changes_between
from bot.drift.whereabouts import Whereabouts

APART = 60  # commits of the main line between the two that are compared
WINDOWS = 12  # pairs of commits a repository
MOST = 400  # renames of one pair that count, or one large move would outweigh everything


def main(folders: list[str]) -> None:
    rows = []
    total: Counter[str] = Counter()
    for folder in folders or [str(Path(__file__).resolve().parent.parent)]:
        counts = _measured(folder)
        total += counts
        rows.append(_row(Path(folder).parent.name or folder, counts))
    head = ("repository", "renames", "with digests", "names alone", "deleted, yet a path is named", "seconds")
    print_table("New paths of renamed files, found without being told", head, [*rows, _row("all", total)])


def _row(name: str, counts: Counter[str]) -> tuple[str, ...]:
    renames = counts["renames"] or 1
    shares = (f"{counts[way] / renames:.1%}" for way in ("digests", "names"))
    misled = f"{counts['misled'] / (counts['deleted'] or 1):.1%} of {counts['deleted']}"
    return (name, str(counts["renames"]), *shares, misled, f"{counts['milliseconds'] / 1000:.1f}")


def _measured(folder: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    line = _git(folder, "rev-list", "--first-parent", "HEAD").split()
    starts = range(0, len(line) - APART, max(APART, (len(line) - APART) // WINDOWS))
    for at in list(starts)[:WINDOWS]:
        then, now = (_files(folder, sha) for sha in (line[at + APART], line[at]))
        truth = _renames(folder, line[at + APART], line[at])
        begin = time.perf_counter()
        counts["renames"] += len(truth)
        counts["deleted"] += len(then.keys() - now.keys() - truth.keys())
        counts["misled"] += _named(changes_between(then, now), now, then.keys() - now.keys() - truth.keys())
        counts["digests"] += _right(changes_between(then, now), now, truth)
        counts["names"] += _right(_nameless(then, now), now, truth)
        counts["milliseconds"] += round(1000 * (time.perf_counter() - begin))
    return counts


def _right(changes: tuple[PathChange, ...], now: Mapping[str, str], truth: Mapping[str, str]) -> int:
    course = Course(changes, frozenset(now))
    guess = Whereabouts(course)
    return sum(_first(course, guess, old) == new for old, new in truth.items())


def _named(changes: tuple[PathChange, ...], now: Mapping[str, str], paths: Set[str]) -> int:
    """Of how many deleted files it is said that they look like a new one."""
    guess = Whereabouts(Course(changes, frozenset(now)))
    return sum(bool(guess.of(path)) for path in paths)


def _first(course: Course, guess: Whereabouts, path: str) -> str:
    fate, there = course.fate(path)
    return there if fate == "moved" else next(iter(guess.of(path)), "")


def _nameless(then: Mapping[str, str], now: Mapping[str, str]) -> tuple[PathChange, ...]:
    return changes_between(dict.fromkeys(then, ""), dict.fromkeys(now, ""))


def _files(folder: str, sha: str) -> dict[str, str]:
    listed = (line.partition("\t") for line in _git(folder, "ls-tree", "-r", "-z", sha).split("\0") if line)
    return {path: about.split()[2] for about, _, path in listed}


def _renames(folder: str, old: str, new: str) -> dict[str, str]:
    """By git's own eyes; -l0 lets it compare as many files as there are."""
    told = _git(folder, "diff", "-M", "-l0", "-z", "--diff-filter=R", "--name-status", old, new).split("\0")
    pairs = list(zip(told[1::3], told[2::3], strict=False))
    return dict(pairs[:MOST])


def _git(folder: str, *words: str) -> str:
    done = subprocess.run(["git", "-C", folder, *words], capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace")


if __name__ == "__main__":
    main(sys.argv[1:])
