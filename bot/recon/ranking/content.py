"""How near a file's words are to the title's and the whole issue's, and how near its folder is."""

from __future__ import annotations

from collections.abc import Sequence

from bot.recon.bm25 import scores
from bot.recon.ranking.corpus import Corpus
from bot.recon.ranking.signals import Asked, Signals
from bot.recon.tree import parent

NEAREST = 3  # files that speak for their folder


def signals(files: Corpus, asked: Asked) -> Signals:
    weights = asked.query.weights
    content = files.scaled(scores(files.words, files.lengths, weights, files.rarity))
    return {
        "title": files.scaled(scores(files.words, files.lengths, asked.title, files.rarity)),
        "content": content,
        "folder": _folders(files, content),
    }


def _folders(files: Corpus, content: Sequence[float]) -> list[float]:
    """The mean of the best sources of each file's folder."""
    inside: dict[str, list[float]] = {}
    for at in files.sources:
        inside.setdefault(parent(files.paths[at]), []).append(content[at])
    mean = {folder: sum(best) / len(best) for folder, values in inside.items()
            if (best := sorted(values, reverse=True)[:NEAREST])}  # fmt: skip
    return files.scaled([mean.get(parent(path), 0.0) for path in files.paths])
