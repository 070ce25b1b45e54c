"""Where a file is that is gone from its path, when no push says so: the same content, a folder that moved,
the same name, the nearest new one. A guess, told as one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

from bot.drift.changes import Course
from bot.recon.mentions import COMMON_NAMES
from bot.recon.suggest import CLOSE, Nearby
from bot.recon.tree import joined, name_of, parent, stem_of

_WHOLE = frozenset({"__init__", "index", "_index", "mod"})  # names of files that stand for their folder
MANY = 3  # files of one name; where there are more, it says little
MOST = 2  # candidates that are named when they are as good as each other


@dataclass(frozen=True)
class Whereabouts:
    """The paths that came with some changes, ready to be asked for the one that another became. What the plan
    itself was to make, `planned`, is none."""

    course: Course
    planned: Set[str] = frozenset()

    def of(self, path: str) -> tuple[str, ...]:
        """Where the file of `path` may be, best first: one path, or two that nothing tells apart; () when
        nothing new is like it."""
        signs = (
            self._same_content, self._same_move, self._same_module, self._same_name,
            self._same_stem, self._neighbour, self._nearest,
        )  # fmt: skip
        return next((tuple(paths)[:MOST] for sign in signs if (paths := sign(path))), ())

    def of_folder(self, folder: str) -> tuple[str, ...]:
        """Where the files of a folder (its name without the last slash) went; with the last slash."""
        votes: Counter[str] = Counter()
        for old, new in self._moves:
            rest = old.removeprefix(f"{folder}/")
            if rest != old and new.endswith(f"/{rest}"):
                votes[new.removesuffix(rest)] += 1
        most = max(votes.values(), default=0)
        return tuple(sorted(place for place, count in votes.items() if count == most))[:MOST]

    def _same_content(self, path: str) -> Sequence[str]:
        digest = self.course.removed.get(path)
        same = self._by_digest.get(digest, []) if digest else []
        if len(same) < MOST:
            return same
        moved = [one for one in self._same_move(path) if one in same]
        named = [one for one in same if name_of(one).casefold() == name_of(path).casefold()]
        return moved or self._likest(path, named or same)

    def _same_move(self, path: str) -> Sequence[str]:
        """Where it would be if it went along with files beside or below it."""
        for folder in _folders(path):
            rest = path[len(folder) + 1 :] if folder else path
            for place, files in self._folder_moves.get(folder, {}).items():
                if (there := joined(place, rest)) in self._free and files - {path}:
                    return [there]
        return []

    def _same_module(self, path: str) -> Sequence[str]:
        """A file that became a folder of its name, or the other way round."""
        return [one for one in self._by_module.get(_module(path), []) if stem_of(one) != stem_of(path)]

    def _same_name(self, path: str) -> Sequence[str]:
        """Where the name says little, or nothing else is shared, a file beside it that took its place is
        likelier."""
        same = self._likest(path, self._by_name.get(name_of(path).casefold(), []))
        folders, tail = _shared(path, same[0]) if same else (0, 0)
        is_common = self._is_common(name_of(path))
        if tail or (folders and not is_common):
            return same
        kept = same if folders or not is_common else []
        return [*self._neighbour(path), *kept] if same else []

    def _is_common(self, name: str) -> bool:
        return name.casefold() in COMMON_NAMES or self._names[name] > MANY

    def _same_stem(self, path: str) -> Sequence[str]:
        """The same name with another ending, beside it if there is one."""
        same = self._by_stem.get(_but_its_ending(path), [])
        beside = [one for one in same if parent(one) == parent(path)]
        return self._likest(path, beside or same)

    def _neighbour(self, path: str) -> Sequence[str]:
        """The one new file of its folder and ending, when it is the one that is gone there."""
        came, went = (some.get(_place(path), []) for some in (self._by_place, self._gone_by_place))
        return came if len(came) == len(went) == 1 else []

    def _nearest(self, path: str) -> Sequence[str]:
        """Folders alone make two paths alike, so the names have to be as well."""
        near = self._nearby.to(path, 1)
        return [one for one in near if _likeness(stem_of(one), stem_of(path)) >= CLOSE]

    def _likest(self, path: str, some: Sequence[str]) -> Sequence[str]:
        """The one that shares most with the path, several when they share as much."""
        shares = {one: _shared(path, one) for one in some}
        return sorted(one for one in some if shares[one] == max(shares.values()))

    @cached_property
    def _claimed(self) -> Mapping[str, str]:
        """New paths by the old one whose content they hold, where both have it alone."""
        gone = ((path, digest) for path, digest in self.course.removed.items() if path not in self.course.now)
        went = _grouped((digest, path) for path, digest in gone if digest)
        pairs = ((paths, self._by_digest.get(digest, [])) for digest, paths in went.items())
        return {old[0]: new[0] for old, new in pairs if len(old) == len(new) == 1}

    @cached_property
    def _free(self) -> Mapping[str, None]:
        """The new paths that can be any file that is gone."""
        spoken_for = {*self._claimed.values(), *self.planned}
        return {path: None for path in self.course.fresh if path not in spoken_for}

    @cached_property
    def _moves(self) -> Sequence[tuple[str, str]]:
        """Old and new paths of files whose way is known: by the push, a content, or a name that is there
        once."""
        fates = ((old, self.course.fate(old)) for old in self.course.renamed)
        known = [(old, there) for old, (fate, there) in fates if fate == "moved"]
        return [*known, *self._claimed.items(), *self._by_lone_names]

    @cached_property
    def _by_lone_names(self) -> Sequence[tuple[str, str]]:
        """Files whose name went from one place and came at one other."""
        went = _grouped(
            (name_of(path).casefold(), path) for path in self.course.removed if path not in self.course.now
        )
        pairs = ((paths, self._by_name.get(name, [])) for name, paths in went.items())
        return [(old[0], new[0]) for old, new in pairs if len(old) == len(new) == 1]

    @cached_property
    def _folder_moves(self) -> Mapping[str, Mapping[str, Set[str]]]:
        """Which folders moved where, and the files that say so; where most went comes first."""
        out: dict[str, dict[str, set[str]]] = {}
        for old, new in self._moves:
            for was, now in _moved_folders(old, new):
                out.setdefault(was, {}).setdefault(now, set()).add(old)
        return {was: dict(sorted(places.items(), key=_by_size)) for was, places in out.items()}

    @cached_property
    def _by_digest(self) -> Mapping[str, Sequence[str]]:
        return _grouped((digest, path) for path, digest in self.course.fresh.items())

    @cached_property
    def _by_name(self) -> Mapping[str, Sequence[str]]:
        return _grouped((name_of(path).casefold(), path) for path in self._free)

    @cached_property
    def _by_stem(self) -> Mapping[str, Sequence[str]]:
        return _grouped((_but_its_ending(path), path) for path in self._free)

    @cached_property
    def _by_module(self) -> Mapping[str, Sequence[str]]:
        return _grouped((_module(path), path) for path in self._free)

    @cached_property
    def _by_place(self) -> Mapping[str, Sequence[str]]:
        return _grouped((_place(path), path) for path in self._free)

    @cached_property
    def _gone_by_place(self) -> Mapping[str, Sequence[str]]:
        still = self.course.now | self._claimed.keys()
        gone = (path for path in self.course.removed if path not in still)
        return _grouped((_place(path), path) for path in gone)

    @cached_property
    def _names(self) -> Counter[str]:
        """How many files have a name."""
        return Counter(map(name_of, self.course.now))

    @cached_property
    def _nearby(self) -> Nearby:
        return Nearby(tuple(self._free))


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for key, value in pairs:
        out.setdefault(key, []).append(value)
    return out


def _by_size(place: tuple[str, Set[str]]) -> tuple[int, str]:
    return -len(place[1]), place[0]


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.casefold(), other.casefold(), autojunk=False).ratio()


def _but_its_ending(path: str) -> str:
    return (name_of(path).rpartition(".")[0] or name_of(path)).casefold()


def _module(path: str) -> str:
    """What a file is the whole of: `a/b.rs`, `a/b/mod.rs` and `a/b/index.js` are `a/b`."""
    is_whole = stem_of(path) in _WHOLE
    return parent(path) if is_whole else joined(parent(path), stem_of(path))


def _place(path: str) -> str:
    """The folder and ending of a file."""
    return f"{parent(path)}/*.{name_of(path).rpartition('.')[2]}"


def _folders(path: str) -> Iterator[str]:
    """The folders of a path, nearest first, the root as "" last."""
    while path:
        path = parent(path)
        yield path


def _moved_folders(old: str, new: str) -> Iterator[tuple[str, str]]:
    """The folders that moved if the file did: whatever stands before a tail that both paths share."""
    before, after = old.split("/"), new.split("/")
    while len(before) > 1 and after and before[-1] == after[-1]:
        before.pop()
        after.pop()
        yield "/".join(before), "/".join(after)
    if parent(old) != parent(new) and name_of(old) != name_of(new):
        yield parent(old), parent(new)


def _shared(one: str, other: str) -> tuple[int, int]:
    """How many folders two paths share: as their ends, and at all."""
    ours, theirs = one.casefold().split("/")[:-1], other.casefold().split("/")[:-1]
    tail = 0
    while tail < min(len(ours), len(theirs)) and ours[-1 - tail] == theirs[-1 - tail]:
        tail += 1
    return (len(set(ours) & set(theirs)), tail)
