"""Real paths near a path that does not exist; reads nothing but the names it is given.

Most names are never compared letter by letter: pairs of letters choose the few that are.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

from bot.recon.tree import name_of, parent, stem_of

SPREAD = 12  # characters by which a candidate's length may differ before it is compared at all
CLOSE = 0.6
COMPARED = 16  # the most candidates of one sort that are compared letter by letter
COMMON = 400  # a pair of letters in more stems than this says little


def nearest(path: str, candidates: Iterable[str], n: int = 3) -> tuple[str, ...]:
    """The up to `n` candidates most like `path`, best first, without `path` itself; ties by name."""
    return Nearby(tuple(candidates)).to(path, n)


@dataclass(frozen=True)
class Nearby:
    """The paths of a tree, ready to be asked many times which of them is nearest."""

    paths: Sequence[str]

    def to(self, path: str, n: int = 3) -> tuple[str, ...]:
        """The up to `n` paths most like `path`, best first, without `path` itself; ties by name.

        In order: the same but for case, the longest shared suffix of parts when only one candidate has it,
        the same file name by likeness of the folders, then likeness of the whole.
        """
        same = [each for each in self._by_name.get(name_of(path).lower(), ()) if each != path]
        out = [each for each in same if each.lower() == path.lower()]
        out += _unique_suffix(path, same)
        out += _by_ratio(path, self._alike_folders(path, same), 0.0)
        if len(set(out)) < n:
            out += _by_ratio(path, self._alike_names(path), CLOSE)
        return tuple(dict.fromkeys(out))[:n]

    @cached_property
    def _by_name(self) -> Mapping[str, Sequence[str]]:
        """Paths by file name in lower case, each list in order of names."""
        return _grouped((name_of(path).lower(), path) for path in sorted(set(self.paths)))

    @cached_property
    def _by_stem(self) -> Mapping[str, Sequence[str]]:
        return _grouped((_stem(name), path) for name, same in self._by_name.items() for path in same)

    @cached_property
    def _by_folder(self) -> Mapping[str, Sequence[str]]:
        return _grouped((parent(path).lower(), path) for same in self._by_name.values() for path in same)

    @cached_property
    def _stems_with(self) -> Mapping[str, Sequence[str]]:
        """Stems by the pairs of letters they hold."""
        return _grouped((pair, stem) for stem in self._by_stem for pair in _pairs(stem))

    def _alike_folders(self, path: str, same: Sequence[str]) -> Sequence[str]:
        if len(same) <= COMPARED:
            return same
        wanted = _pairs(parent(path))
        return heapq.nlargest(COMPARED, same, key=lambda each: _dice(wanted, _pairs(parent(each))))

    def _alike_names(self, path: str) -> Sequence[str]:
        """The files whose stems share most pairs of letters with it, and those beside which it would lie."""
        wanted, folder = _pairs(_stem(name_of(path).lower())), _pairs(parent(path))
        beside = [each for each in self._by_folder.get(parent(path).lower(), ()) if _near(each, path)]
        files = {each for stem in self._alike_stems(wanted) for each in self._by_stem[stem]}
        files.update(
            heapq.nlargest(COMPARED, beside, key=lambda each: _dice(wanted, _pairs(_stem(name_of(each)))))
        )
        files.discard(path)

        def likeness(each: str) -> float:
            return 2 * _dice(wanted, _pairs(_stem(name_of(each).lower()))) + _dice(
                folder, _pairs(parent(each))
            )

        return heapq.nlargest(COMPARED, sorted(files), key=likeness)

    def _alike_stems(self, wanted: frozenset[str]) -> Sequence[str]:
        shared: Counter[str] = Counter()
        holders = [self._stems_with.get(pair, ()) for pair in wanted]
        for stems in sorted(holders, key=len):
            if shared and len(stems) > COMMON:
                break
            shared.update(stems)
        size = len(wanted)
        best = heapq.nlargest(2 * COMPARED, shared, key=lambda stem: shared[stem] / (size + len(stem) + 1))
        return [stem for stem in best if 3 * shared[stem] >= size]


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for key, value in pairs:
        out.setdefault(key, []).append(value)
    return out


def _stem(name: str) -> str:
    """What a name is but for its endings; the whole of `a.b.md` before its last dot when that is longer."""
    return stem_of(name) or name


def _pairs(word: str) -> frozenset[str]:
    """The neighbouring letters of a word, its two ends included."""
    framed = f"\x02{word}\x03"
    return frozenset(map(str.__add__, framed, framed[1:]))


def _dice(some: frozenset[str], others: frozenset[str]) -> float:
    return 2 * len(some & others) / (len(some) + len(others))


def _near(one: str, other: str) -> bool:
    return abs(len(one) - len(other)) <= SPREAD


def _unique_suffix(path: str, same: Sequence[str]) -> list[str]:
    parts = path.strip("/").split("/")
    for start in range(len(parts)):
        tail = "/".join(parts[start:])
        found = [each for each in same if each == tail or each.endswith("/" + tail)]
        if found:
            return found if len(found) == 1 else []
    return []


def _by_ratio(path: str, some: Iterable[str], least: float) -> list[str]:
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(path)
    scored: list[tuple[float, str]] = []
    for each in some:
        matcher.set_seq1(each)
        if matcher.real_quick_ratio() >= least and matcher.quick_ratio() >= least:
            ratio = matcher.ratio()
            if ratio >= least:
                scored.append((-ratio, each))
    return [each for _, each in sorted(scored)]
