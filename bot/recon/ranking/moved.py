"""Commits of the past under the paths that their files have today.

A file that is no longer there is taken for the one file of its name that shares most of its path's end; where
that is not clear, the old path stays. No content is compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.recon.history import History
from bot.recon.ranking.neighbours import PACKAGES
from bot.recon.tree import name_of, stem_of

CROWD = 200  # files of one name; more say nothing


def followed(history: History, paths: Sequence[str]) -> History:
    """The same commits, each path replaced by what the file seems to be called among `paths`."""
    now = _Today(paths)
    commits = (replace(each, paths=tuple(dict.fromkeys(now[path] for path in each.paths)))
               for each in history.commits)  # fmt: skip
    return History(tuple(commits))


class _Today(dict[str, str]):
    """Today's path for a path of the past, each worked out once."""

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__((path, path) for path in paths)
        self._by_name: dict[str, list[str]] = {}
        for path in paths:
            self._by_name.setdefault(name_of(path), []).append(path)

    def __missing__(self, path: str) -> str:
        same = self._by_name.get(name_of(path), [])
        found = self[path] = _nearest(path, same) or path if 0 < len(same) <= CROWD else path
        return found


def _nearest(path: str, same: Sequence[str]) -> str | None:
    """The nearest file of the same name: the only one, or that whose folder has the same name as well."""
    if len(same) == 1 and stem_of(path) not in PACKAGES:
        return same[0]
    (most, best), *others = sorted(((_shared_end(each, path), each) for each in same), reverse=True)
    return best if most > 1 and all(count < most for count, _ in others[:1]) else None


def _shared_end(a: str, b: str) -> int:
    """How many parts of two paths are the same, counted from their ends."""
    count = 0
    for one, other in zip(reversed(a.split("/")), reversed(b.split("/")), strict=False):
        if one != other:
            break
        count += 1
    return count
