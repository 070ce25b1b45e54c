"""What a file calls things: its path, the names it defines, and the one name that is nearest to the title."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from bot.recon.bm25 import scores
from bot.recon.ranking.corpus import Corpus
from bot.recon.ranking.signals import Asked, Signals
from bot.recon.tokens import stems_of


def signals(files: Corpus, asked: Asked) -> Signals:
    found = scores(files.parts, files.path_lengths, asked.query.weights, files.path_rarity)
    return {
        "names": files.scaled(scores(files.names, files.name_lengths, asked.title, files.name_rarity)),
        "path": files.scaled([math.sqrt(each) for each in found]),
    }


def nearest(files: Corpus, asked: Asked, places: Sequence[int]) -> list[float]:
    """For the given places, how much of the issue the best defined name holds, and how little else."""
    weights, rarity = asked.query.weights, files.own_rarity
    worth = {word: weight * rarity.get(word, 0.0) for word, weight in weights.items()}
    near = _Nearness(worth, rarity, math.log(1 + len(files.paths)))
    out = [0.0] * len(files.paths)
    for at in places:
        if files.names[at]:
            out[at] = max((near[name] for name in files.sketches[at].names), default=0.0)
    return files.scaled(out)


class _Nearness(dict[str, float]):
    """How near names are to the issue, each worked out once: the worth of the parts they share with it, times
    the share of such parts, less for a name that is long and rare.
    """

    def __init__(self, worth: Mapping[str, float], rarity: Mapping[str, float], unknown: float) -> None:
        super().__init__()
        self._worth, self._rarity, self._unknown = worth, rarity, unknown

    def __missing__(self, name: str) -> float:
        words = stems_of(name)[:-1] or stems_of(name)
        shared = [word for word in words if word in self._worth]
        whole = math.sqrt(1 + sum(self._rarity.get(word, self._unknown) for word in words)) if shared else 1.0
        share = len(shared) / max(len(words), 1)
        found = self[name] = sum(self._worth[word] for word in shared) * share / whole
        return found
