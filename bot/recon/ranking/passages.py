"""Passages of files, about sixty lines each: the one nearest to the issue; and words that follow each other
both in the issue and in a file.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from itertools import pairwise

from bot.recon.bm25 import scores
from bot.recon.ranking.corpus import Corpus
from bot.recon.ranking.signals import Asked, Signals
from bot.recon.tokens import IDENTIFIER, stems_of

STEP = 150  # words, about thirty lines; a passage is two steps, and passages overlap by one
NEAR = 2  # words that are this far apart stand together: beside each other, or one word between

Counts = dict[str, float]
Pair = tuple[str, str]


def signals(files: Corpus, asked: Asked, places: Sequence[int]) -> Signals:
    """For the given places, the score of the passage nearest to the issue, and that of shared pairs."""
    weights, holds = asked.query.weights, _Holds(asked.query.weights.keys())
    best, shared = [0.0] * len(files.paths), dict[int, Set[Pair]]()
    for at in places:
        if files.words[at]:
            words = IDENTIFIER.findall(files.text(at))
            hits = _hits(words, holds)
            found = _passages(len(words), hits)
            best[at] = max(scores(found, [1.0] * len(found), weights, files.rarity), default=0.0)
            shared[at] = asked.query.pairs.keys() & _neighbours(hits)
    return {"passage": files.scaled(best), "pairs": files.scaled(_worth(files, asked.query.pairs, shared))}


class _Holds(dict[str, tuple[str, ...]]):
    """The asked stems that a word holds, worked out once for each word."""

    def __init__(self, asked: Set[str]) -> None:
        super().__init__()
        self._asked = asked

    def __missing__(self, name: str) -> tuple[str, ...]:
        held = self[name] = tuple(word for word in stems_of(name) if word in self._asked)
        return held


Hit = tuple[int, tuple[str, ...]]  # the place of a word in a text, and the asked stems it holds


def _hits(words: Sequence[str], holds: _Holds) -> list[Hit]:
    held = {name: found for name in set(words) if (found := holds[name])}
    return [(place, held[name]) for place, name in enumerate(words) if name in held]


def _passages(length: int, hits: Sequence[Hit]) -> list[Counts]:
    """Counts of the asked stems in overlapping passages of a text of so many words."""
    steps = [Counts() for _ in range(0, length, STEP)]
    for place, held in hits:
        step = steps[place // STEP]
        for word in held:
            step[word] = step.get(word, 0.0) + 1
    return [_sum(first, second) for first, second in zip(steps, [*steps[1:], Counts()], strict=True)]


def _sum(first: Counts, second: Counts) -> Counts:
    out = dict(first)
    for word, count in second.items():
        out[word] = out.get(word, 0.0) + count
    return out


def _neighbours(hits: Sequence[Hit]) -> set[Pair]:
    """The first stems of words that stand together."""
    return {(first[0], second[0]) for (at, first), (after, second) in pairwise(hits) if after - at <= NEAR}


def _worth(files: Corpus, wanted: Mapping[Pair, int], shared: Mapping[int, Set[Pair]]) -> list[float]:
    """What the pairs that a file shares with the issue say: more when rare, often asked, and in few files."""
    held = Counter(pair for pairs in shared.values() for pair in pairs)
    worth = {
        pair: sum(files.rarity.get(word, 0.0) for word in pair) * math.log1p(wanted[pair]) / math.sqrt(count)
        for pair, count in held.items()
    }
    out = [0.0] * len(files.paths)
    for at, pairs in shared.items():
        out[at] = math.fsum(worth[pair] for pair in pairs) / math.sqrt(1 + files.lengths[at])
    return out
