"""Real paths near a path that does not exist; reads nothing but the names it is given."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

from bot.recon.tree import name_of

SPREAD = 12  # characters by which a candidate's length may differ before it is compared at all
CLOSE = 0.6


def nearest(path: str, candidates: Iterable[str], n: int = 3) -> tuple[str, ...]:
    """The up to `n` candidates most like `path`, best first, without `path` itself; ties by name.

    In order: the same but for case, the longest shared suffix of parts when only one candidate has it,
    the same file name by likeness of the folders, then likeness of the whole.
    """
    known = sorted({each for each in candidates if each != path})
    folded = path.lower()
    out = [each for each in known if each.lower() == folded]
    out += _unique_suffix(path, known)
    out += _by_ratio(path, [each for each in known if name_of(each).lower() == name_of(folded)], 0.0)
    if len(set(out)) < n:
        out += _by_ratio(path, [each for each in known if abs(len(each) - len(path)) <= SPREAD], CLOSE)
    return tuple(dict.fromkeys(out))[:n]


def _unique_suffix(path: str, known: list[str]) -> list[str]:
    parts = path.strip("/").split("/")
    for start in range(len(parts)):
        tail = "/".join(parts[start:])
        found = [each for each in known if each == tail or each.endswith("/" + tail)]
        if found:
            return found if len(found) == 1 else []
    return []


def _by_ratio(path: str, some: list[str], least: float) -> list[str]:
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
