"""The best passage of a file, so that one good place in a long file counts."""

from __future__ import annotations

from collections.abc import Sequence, Set

from bot.recon.bm25 import scores
from bot.recon.ranking.corpus import Corpus
from bot.recon.ranking.signals import Asked
from bot.recon.tokens import IDENTIFIER, stems_of

STEP = 150  # words, about thirty lines; a passage is two steps, and passages overlap by one

Counts = dict[str, float]


def best(files: Corpus, asked: Asked, places: Sequence[int]) -> list[float]:
    """For the given places, the score of the passage nearest to the issue."""
    weights, holds = asked.query.weights, _Holds(asked.query.weights.keys())
    out = [0.0] * len(files.paths)
    for at in places:
        if files.words[at]:
            found = _passages(IDENTIFIER.findall(files.text(at)), holds)
            out[at] = max(scores(found, [1.0] * len(found), weights, files.rarity), default=0.0)
    return files.scaled(out)


class _Holds(dict[str, tuple[str, ...]]):
    """The asked stems that a word holds, worked out once for each word."""

    def __init__(self, asked: Set[str]) -> None:
        super().__init__()
        self._asked = asked

    def __missing__(self, name: str) -> tuple[str, ...]:
        held = self[name] = tuple(word for word in stems_of(name) if word in self._asked)
        return held


def _passages(words: Sequence[str], holds: _Holds) -> list[Counts]:
    """Counts of the asked stems in overlapping passages of a text given as its words."""
    hits = {name: held for name in set(words) if (held := holds[name])}
    steps = [Counts() for _ in range(0, len(words), STEP)]
    for place, name in [each for each in enumerate(words) if each[1] in hits]:
        step = steps[place // STEP]
        for word in hits[name]:
            step[word] = step.get(word, 0.0) + 1
    return [_sum(first, second) for first, second in zip(steps, [*steps[1:], Counts()], strict=True)]


def _sum(first: Counts, second: Counts) -> Counts:
    out = dict(first)
    for word, count in second.items():
        out[word] = out.get(word, 0.0) + count
    return out
