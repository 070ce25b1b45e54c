"""Files that the most likely ones import."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from bot.recon.ranking.corpus import Corpus
from bot.recon.ranking.pairs import family
from bot.recon.tree import joined, parent

SEPARATORS = re.compile(r"\.|::|/|\\")
PACKAGES = frozenset({"__init__", "mod", "index", "lib"})  # files that stand for their folder
HERE = frozenset({"crate", "self", "super"})
CROWD = 400  # modules of one name; more say nothing


def imported(files: Corpus, hits: Mapping[int, float]) -> list[float]:
    """How much the `hits` (places and how likely they are) import each file; one that imports a lot says
    little about each.
    """
    modules, out = Modules(files), [0.0] * len(files.paths)
    for hit, likely in hits.items():
        found = {at for name in files.sketches[hit].imports for at in modules.find(hit, name)} - {hit}
        for at in found:
            out[at] += likely / math.sqrt(len(found))
    return [math.sqrt(value) for value in out]


@dataclass(frozen=True)
class Modules:
    """The files of a tree by the last part of the module they are."""

    files: Corpus

    @cached_property
    def _by_last(self) -> Mapping[str, list[tuple[tuple[str, ...], int]]]:
        out: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        for at in self.files.sources:
            parts = module_of(self.files.paths[at])
            if parts:
                out.setdefault(parts[-1], []).append((parts, at))
        return out

    def find(self, importer: int, name: str) -> tuple[int, ...]:
        """The one file that a name means when `importer` imports it; nothing when that is not clear.

        The last part may be a name inside of the module.
        """
        path = self.files.paths[importer]
        wanted, near = _wanted(path, name)
        for parts in (wanted, wanted[:-1]):
            found = self._ending(parts, family(path), near)
            if found:
                return found
        return ()

    def _ending(self, parts: tuple[str, ...], language: str | None, near: bool) -> tuple[int, ...]:
        """Files whose module ends in these parts, or is exactly that when it was named from `near`."""
        same = self._by_last.get(parts[-1], []) if parts else []
        if len(same) > CROWD:
            return ()
        found = [at for module, at in same
                 if (module == parts if near else module[-len(parts):] == parts)
                 and family(self.files.paths[at]) == language]  # fmt: skip
        return (found[0],) if len(found) == 1 else ()


def module_of(path: str) -> tuple[str, ...]:
    """The parts of the module a file is: `a/b.py`, `a/b/__init__.py` and `a/b/index.ts` are all a, b."""
    *folders, name = path.split("/")
    stem = name.partition(".")[0]
    return tuple(folders if stem in PACKAGES else [*folders, stem])


def _wanted(path: str, name: str) -> tuple[tuple[str, ...], bool]:
    """The parts of the module meant, and whether they are counted from the root of the tree."""
    if name.startswith("./") or name.startswith("../"):
        return module_of(joined(parent(path), name)), True
    dots = len(name) - len(name.lstrip("."))
    if dots:
        folders = parent(path).split("/") if parent(path) else []
        return (*folders[: len(folders) - dots + 1], *_parts(name)), True
    if "/" in name:
        return module_of(name), False
    parts = _parts(name)
    return tuple(each for each in parts if each not in HERE), False


def _parts(name: str) -> tuple[str, ...]:
    return tuple(each for each in SEPARATORS.split(name) if each)
