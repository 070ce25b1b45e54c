"""How often the path somebody meant is the first suggestion for the path they wrote, and what that costs.

Paths of real repositories are misspelt in seven ways; a misspelling that is itself a path does not count. One
for which another suggestion is as few edits away (a dropped folder, a letter between two names) is counted
apart: there nobody can know. Repositories are git directories given as arguments; without any, this one.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.table import print_table, verdict
from bot.recon.suggest import Nearby

EACH = 40  # misspellings of one kind in one repository
GOAL = 0.98
FASTEST = 0.3  # seconds for 50 misses in 10,000 files, building the index included
ENDINGS = {
    "js": "ts", "ts": "js", "tsx": "jsx", "jsx": "tsx", "py": "pyi", "md": "mdx", "yml": "yaml",
    "yaml": "yml", "json": "yaml", "go": "golang", "rs": "rust", "java": "kt", "rb": "ruby",
    "h": "hpp", "cpp": "cc", "cs": "csx",
}  # fmt: skip
FOLDERS = ("lib", "core", "src", "internal", "common", "main")


def misspelt(path: str, kind: str, dice: random.Random) -> str:
    """`path` as somebody might write it who half remembers it; `path` itself when this kind cannot."""
    return MUTATIONS[kind](path, dice)


def _typo(path: str, dice: random.Random) -> str:
    """One letter of a part of four or more is dropped, doubled, changed, or swapped with the next."""
    spots = [at for at in range(1, len(path) - 1) if path[at - 1 : at + 2].isalpha()]
    if not spots:
        return path
    at = dice.choice(spots)
    letter, after = path[at], path[at + 1]
    return (
        path[:at]
        + dice.choice([after, letter + letter + after, dice.choice("aeioustrnl") + after, after + letter])
        + path[at + 2 :]
    )


def _wrong_folder(path: str, dice: random.Random) -> str:
    *folders, name = path.split("/")
    if not folders:
        return f"{dice.choice(FOLDERS)}/{name}"
    folders[dice.randrange(len(folders))] = dice.choice(FOLDERS)
    return "/".join([*folders, name])


def _dropped_folder(path: str, dice: random.Random) -> str:
    *folders, name = path.split("/")
    if folders:
        del folders[dice.randrange(len(folders))]
    return "/".join([*folders, name])


def _added_folder(path: str, dice: random.Random) -> str:
    parts = path.split("/")
    parts.insert(dice.randrange(len(parts)), dice.choice(FOLDERS))
    return "/".join(parts)


def _case(path: str, dice: random.Random) -> str:
    parts = path.split("/")
    at = dice.randrange(len(parts))
    parts[at] = dice.choice([parts[at].lower(), parts[at].capitalize(), parts[at].swapcase()])
    return "/".join(parts)


def _ending(path: str, _: random.Random) -> str:
    stem, dot, ending = path.rpartition(".")
    return f"{stem}.{ENDINGS[ending]}" if dot and ending in ENDINGS else path


def _plural(path: str, dice: random.Random) -> str:
    parts = path.split("/")
    at = dice.randrange(len(parts))
    stem, dot, ending = parts[at].partition(".")
    parts[at] = (stem[:-1] if stem.endswith("s") else f"{stem}s") + dot + ending
    return "/".join(parts)


MUTATIONS: Mapping[str, Callable[[str, random.Random], str]] = {
    "typo": _typo,
    "wrong folder": _wrong_folder,
    "dropped folder": _dropped_folder,
    "added folder": _added_folder,
    "case": _case,
    "ending": _ending,
    "plural": _plural,
}


@dataclass(frozen=True, slots=True)
class Trial:
    """One misspelling of `path`, and what was suggested for it."""

    kind: str
    path: str
    written: str
    suggested: tuple[str, ...]

    @property
    def hit(self) -> bool:
        return self.suggested[:1] == (self.path,)

    @property
    def clear(self) -> bool:
        """Whether no other suggestion is as few edits of letters, or fewer of folders, away from it."""
        letters, parts = self._away(self.path)
        return all(a > letters and b >= parts for a, b in map(self._away, set(self.suggested) - {self.path}))

    def _away(self, path: str) -> tuple[int, int]:
        return _edits(path, self.written), _edits(path.split("/"), self.written.split("/"))


def trials(paths: Sequence[str], each: int, seed: str) -> Iterator[Trial]:
    """Up to `each` misspellings of every kind of these paths, and what is suggested for them."""
    dice, known, near = random.Random(seed), frozenset(paths), Nearby(paths)
    for kind in MUTATIONS:
        for path in dice.sample(sorted(known), min(each, len(known))):
            written = misspelt(path, kind, dice)
            if written not in known and written.strip("/"):
                yield Trial(kind, path, written, near.to(written))


def _edits(one: Sequence[str], other: Sequence[str]) -> int:
    """How many insertions, deletions and changes lie between two sequences."""
    row = list(range(len(other) + 1))
    for at, item in enumerate(one, 1):
        before, row[0] = row[0], at
        for to, match in enumerate(other, 1):
            before, row[to] = row[to], min(row[to] + 1, row[to - 1] + 1, before + (item != match))
    return row[-1]


def paths_of(git_dir: str) -> tuple[str, ...]:
    """The paths at HEAD of a git directory."""
    shown = subprocess.run(
        ["git", "--git-dir", git_dir, "ls-tree", "-r", "-z", "--name-only", "HEAD"],
        capture_output=True,
        check=True,
    )
    return tuple(name for name in shown.stdout.decode("utf-8", "replace").split("\0") if name)


def main() -> None:
    homes = sys.argv[1:] or [str(Path(__file__).parents[1] / ".git")]
    found = [one for home in homes for one in trials(paths_of(home), EACH, home)]
    rows = []
    for kind in (*MUTATIONS, "all"):
        some = [one for one in found if kind in (one.kind, "all")]
        sure = [one for one in some if one.clear]
        share = sum(one.hit for one in sure) / max(len(sure), 1)
        among = sum(one.path in one.suggested for one in some) / max(len(some), 1)
        raw = sum(one.hit for one in some) / max(len(some), 1)
        goal = verdict(share >= GOAL) if kind == "all" else ""
        rows.append(
            (kind, str(len(some)), f"{raw:.1%}", f"{among:.1%}", str(len(sure)), f"{share:.1%}", goal)
        )
    head = ("misspelling", "all", "first", "among three", "clear", "first of clear", f"goal {GOAL:.0%}")
    print_table(f"The path that was meant, in {len(homes)} repositories", head, rows)
    _speed()


def _speed() -> None:
    files = [f"src/part{n % 100}/module{n % 37}/file{n}.py" for n in range(10_000)]
    begun = time.process_time()
    near = Nearby(files)
    for n in range(50):
        near.to(f"part{n}/gone{n}.py")
    spent = time.process_time() - begun
    rows = [("50 misses, 10,000 files", f"{spent:.3f} s", verdict(spent < FASTEST))]
    print_table("Cost", ("work", "processor time", f"goal {FASTEST} s"), rows)


if __name__ == "__main__":
    main()
