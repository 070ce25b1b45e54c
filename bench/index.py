"""How long a repository takes to be looked over for the first time, after a small change, and again.

The repositories are generated: sizes of files, lines and names are spread as they are in public code, so that
sketches and the cache are as large as real ones. Each measurement is a process of its own.
"""

from __future__ import annotations

import json
import math
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from bench.table import print_table, verdict
from bot.recon.ranking import rank
from bot.recon.sketch import Sketch
from bot.recon.sources import tree_from_git
from bot.recon.tree import Snapshot
from workers.recon_cache import kept_sketches

SIZES = (1_000, 3_000, 10_000, 50_000)
CHANGED = 20
MEDIAN_BYTES, SPREAD, MOST_BYTES = (
    2_600,
    1.15,
    120_000,
)  # of a source file: half are smaller, a few very large
WORDS = 6_000  # in a repository's vocabulary
WORDS_OF_A_FILE = 90
TITLE = "Wrong order total when the cart is reloaded"
BODY = (
    "`load_cart` in the order module gives an old total.\n\nExpected: the new one.\n"
    + "The cart total. " * 40
)
GOALS = {"first": 6.0, "again": 0.5, "ranking": 0.3}  # seconds at 3,000 files
MEMORY_GOAL = 400  # MiB at 50,000 files
GROWTH_GOAL = 1.5  # seconds a file at 50,000 beside those at 1,000
SHAPES = {
    "py": "def {a}_{b}({c}, {d}=None):\n    {e} = {c}.{f}({d})\n    return {e} if {a} else {g}\n\n\n",
    "ts": "export function {a}{B}({c}: {D}): {E} {{\n  const {e} = {c}.{f}({g})\n  return {e}\n}}\n\n",
    "java": "    public {D} {a}{B}({E} {c}) {{\n        return {c}.get{F}({g});\n    }}\n\n",
    "go": "func ({c} *{D}) {A}{B}({e} {E}) error {{\n\treturn {c}.{f}({g})\n}}\n\n",
}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="groundplan-bench-") as scratch:
        found = {size: measured(Path(scratch) / str(size), size) for size in SIZES}
    rows = [_row(size, one) for size, one in found.items()]
    head = (
        "files",
        "text",
        "first look",
        f"after {CHANGED} changed",
        "ranking, all known",
        "memory",
        "cache",
    )
    print_table("Looking a repository over for an issue", head, rows)
    print_table("Goals", ("what", "measured", "goal", ""), list(_goals(found)))


def _row(size: int, one: dict[str, float]) -> list[str]:
    seconds = [f"{one[each]:.2f} s" for each in ("first", "again", "ranking")]
    return [
        f"{size:,}",
        f"{one['mb']:.0f} MB",
        *seconds,
        f"{one['memory']:.0f} MiB",
        f"{one['cache']:.0f} MB",
    ]


def _goals(found: dict[int, dict[str, float]]) -> Iterator[list[str]]:
    for name, goal in GOALS.items():
        value = found[3_000][name]
        yield [f"{name} at 3,000 files", f"{value:.2f} s", f"<= {goal} s", verdict(value <= goal)]
    memory = found[50_000]["memory"]
    yield [
        "memory at 50,000 files",
        f"{memory:.0f} MiB",
        f"<= {MEMORY_GOAL} MiB",
        verdict(memory <= MEMORY_GOAL),
    ]
    growth = (found[50_000]["first"] / 50) / found[1_000]["first"]
    yield [
        "time a file, 50,000 beside 1,000",
        f"{growth:.2f}",
        f"<= {GROWTH_GOAL}",
        verdict(growth <= GROWTH_GOAL),
    ]


# --- measuring -------------------------------------------------------------------------------------------


def measured(folder: Path, size: int) -> dict[str, float]:
    """Seconds, MiB and MB for a repository of so many files."""
    commits = generated(folder, size)
    cache = folder / "cache"
    first, again, known = (_look(folder, commit, cache) for commit in (*commits, commits[1]))
    stored = sum(file.stat().st_size for file in cache.iterdir()) / 1e6
    return {
        "mb": first["mb"],
        "first": first["tree"] + first["looked"],
        "again": again["tree"] + again["looked"] - known["ranking"],
        "ranking": known["ranking"],
        "memory": max(first["memory"], known["memory"]),
        "cache": stored,
    }


def _look(folder: Path, commit: str, cache: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.index", str(folder), commit, str(cache)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout)
    return found


def look(folder: Path, commit: str, cache: Path) -> dict[str, float]:
    """What a process that plans does with a repository, timed in its parts."""
    tree: list[Snapshot] = []
    read = _seconds(lambda: tree.append(tree_from_git(folder, commit)))
    (it,) = tree
    sketches: dict[str, Sketch] = {}

    def looked() -> None:
        with kept_sketches(it, cache, print) as known:
            rank(it, TITLE, BODY, sketches=known)
            sketches.update(known)

    seconds = _seconds(looked)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "mb": sum(entry.size for path in it.paths if (entry := it.entry(path))) / 1e6,
        "tree": read,
        "looked": seconds,
        "ranking": min(_seconds(lambda: rank(it, TITLE, BODY, sketches=sketches)) for _ in range(2)),
        "memory": memory,
    }


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


# --- generating ------------------------------------------------------------------------------------------


def generated(folder: Path, size: int) -> tuple[str, str]:
    """The names of two commits of a new bare repository, the second with some files changed."""
    chance = random.Random(size)
    words = _vocabulary(chance)
    paths = [_path(number, chance, words) for number in range(size)]
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(folder)], check=True)
    command = ["git", "-C", str(folder), "-c", "core.compression=0", "fast-import", "--quiet"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as importer:
        assert importer.stdin
        for message, some in (("first", paths), ("second", chance.sample(paths, CHANGED))):
            _commit(importer.stdin, message, ((path, _text(path, chance, words)) for path in some))
    log = ["git", "-C", str(folder), "log", "--format=%H", "main"]
    second, first = subprocess.run(log, capture_output=True, text=True, check=True).stdout.split()
    return first, second


def _commit(out: IO[bytes], message: str, files: Iterator[tuple[str, str]]) -> None:
    """One commit in git's format for imports, on top of the one before."""
    out.write(b"commit refs/heads/main\ncommitter Ada <ada@example.org> 1700000000 +0000\n")
    out.write(b"data %d\n%s\n" % (len(message), message.encode()))
    for path, text in files:
        data = text.encode()
        out.write(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data))


def _vocabulary(chance: random.Random) -> list[str]:
    """Made-up words, the first ones meant to be frequent."""
    syllables = [one + two for one in "bcdfglmnprstvz" for two in ("a", "e", "i", "o", "u", "ar", "er", "in")]
    made = {"".join(chance.choices(syllables, k=chance.choice((2, 2, 3)))) for _ in range(WORDS)}
    return ["cart", "order", "total", "load", "item", *sorted(made, key=lambda _: chance.random())]


def _path(number: int, chance: random.Random, words: list[str]) -> str:
    package, folder = _word(chance, words[:200]), _word(chance, words[:400])
    return f"src/{package}/{folder}/{_word(chance, words)}_{number}.{chance.choice(list(SHAPES))}"


def _text(path: str, chance: random.Random, words: list[str]) -> str:
    """Definitions and comments up to a size as files have them, on a small vocabulary of their own."""
    size = min(int(math.exp(chance.gauss(math.log(MEDIAN_BYTES), SPREAD))), MOST_BYTES)
    own = [_word(chance, words) for _ in range(WORDS_OF_A_FILE)]
    shape = SHAPES[path.rpartition(".")[2]]
    out, length = [], 0
    while length < size:
        names = {letter: _word(chance, own) for letter in "abcdefg"}
        piece = shape.format(**names, **{letter.upper(): name.title() for letter, name in names.items()})
        if chance.random() < 0.3:
            mark = "#" if path.endswith(".py") else "//"
            piece = f"{mark} {' '.join(chance.choices(own, k=9))}.\n{piece}"
        out.append(piece)
        length += len(piece)
    return "".join(out)


def _word(chance: random.Random, words: list[str]) -> str:
    """One of the words, the first ones more often."""
    return words[int(len(words) * chance.random() ** 2)]


if __name__ == "__main__":
    if len(sys.argv) == 4:
        print(json.dumps(look(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))))
    else:
        main()
