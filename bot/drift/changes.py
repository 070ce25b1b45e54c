"""What happened to the paths of a repository between two commits. Judges nothing, and compares no contents
beyond whether they are the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Kind = Literal["added", "modified", "removed", "renamed"]
Fate = Literal["same", "changed", "moved", "gone"]


@dataclass(frozen=True, slots=True)
class PathChange:
    """One path that changed. `previous` is the old path of a rename. `digest` names a content, as git's blob
    sha does: of what went when it is removed, of what is there now otherwise; "" when it is not known."""

    kind: Kind
    path: str
    previous: str = ""
    digest: str = ""


def changes_between(then: Mapping[str, str], now: Mapping[str, str]) -> tuple[PathChange, ...]:
    """The changes from one list of paths with digests to another. A content that went from one path and came
    at one other is a rename. For comparisons that are too large for GitHub to give."""
    came = _by_digest(path for path in now.items() if path[0] not in then)
    went = _by_digest(path for path in then.items() if path[0] not in now)
    moved = {
        went[digest][0]: paths[0]
        for digest, paths in came.items()
        if digest and len(paths) == len(went.get(digest, ())) == 1
    }
    return tuple(_differences(then, now, moved))


def _differences(
    then: Mapping[str, str], now: Mapping[str, str], moved: Mapping[str, str]
) -> Iterator[PathChange]:
    targets = set(moved.values())
    for path, digest in then.items():
        if path in moved:
            yield PathChange("renamed", moved[path], path, digest)
        elif path not in now:
            yield PathChange("removed", path, digest=digest)
        elif now[path] != digest:
            yield PathChange("modified", path, digest=now[path])
    for path in now:
        if path not in then and path not in targets:
            yield PathChange("added", path, digest=now[path])


def _by_digest(paths: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for path, digest in paths:
        out.setdefault(digest, []).append(path)
    return out


@dataclass(frozen=True)
class Course:
    """Changes, ready to be asked what became of a path. They may be of one comparison, or of several pushes
    one after the other: a path that is renamed twice is followed as far as it still is."""

    changes: Sequence[PathChange]
    now: Set[str]

    @cached_property
    def renamed(self) -> Mapping[str, str]:
        return {one.previous: one.path for one in self.changes if one.kind == "renamed"}

    @cached_property
    def removed(self) -> Mapping[str, str]:
        """The digests of what was removed."""
        return {one.path: one.digest for one in self.changes if one.kind == "removed"}

    @cached_property
    def fresh(self) -> Mapping[str, str]:
        """The digests of paths that are there and were added; targets of renames are not among them."""
        return {one.path: one.digest for one in self.changes if one.kind == "added" and one.path in self.now}

    @cached_property
    def taken(self) -> frozenset[str]:
        """Paths at which something stands that did not before."""
        return frozenset(self.fresh) | {path for path in self.renamed.values() if path in self.now}

    @cached_property
    def _touched(self) -> frozenset[str]:
        return frozenset(one.path for one in self.changes)

    def fate(self, path: str) -> tuple[Fate, str]:
        """What became of a path, and where its file is now; of one that is gone, where it was last."""
        at = self._followed(path)
        if at != path:
            return ("moved", at) if at in self.now else ("gone", at)
        if path not in self.now:
            return ("gone" if path in self.removed or path in self.renamed else "same"), path
        return ("changed" if path in self._touched else "same", path)

    def _followed(self, path: str) -> str:
        seen = {path}
        while (after := self.renamed.get(path)) is not None:
            path = after
            if path in self.now or path in seen:
                break
            seen.add(path)
        return path
