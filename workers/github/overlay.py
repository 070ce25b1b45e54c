"""Which files of a branch go on top of the base branch's newest state, and which both sides changed. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a path holds in a git tree: mode ("100644"), type ("blob" or "commit") and object."""

    mode: str
    type: str
    sha: str


Leaves = Mapping[str, Leaf]


@dataclass(frozen=True, slots=True)
class Overlay:
    """`rows` is what to put on the base's tree: a leaf, or None for a path to take out."""

    rows: Mapping[str, Leaf | None]
    conflicts: tuple[str, ...]


def overlay(fork: Leaves, head: Leaves, base: Leaves, given: Collection[str]) -> Overlay:
    """What `head` changed since `fork`, but for the paths of `given`, on top of `base`. What `base` changed
    too, differently, is a conflict; so is a file where the other side has a folder.
    """
    rows: dict[str, Leaf | None] = {}
    conflicts: list[str] = []
    for path in sorted({*fork, *head}.difference(given)):
        before, ours, theirs = fork.get(path), head.get(path), base.get(path)
        if ours in (before, theirs):
            continue
        if theirs == before:
            rows[path] = ours
        else:
            conflicts.append(path)
    return Overlay(rows, tuple(sorted({*conflicts, *_in_the_way(rows, base)})))


def _in_the_way(rows: Mapping[str, Leaf | None], base: Leaves) -> Iterator[str]:
    added = [path for path, leaf in rows.items() if leaf is not None]
    if not added:
        return
    stay = {path for path in base if path not in rows}
    folders = {above for path in stay for above in _above(path)}
    for path in added:
        if path in folders or not stay.isdisjoint(_above(path)):
            yield path


def _above(path: str) -> Iterator[str]:
    """The folders a path lies in."""
    at = path.find("/")
    while at >= 0:
        yield path[:at]
        at = path.find("/", at + 1)
