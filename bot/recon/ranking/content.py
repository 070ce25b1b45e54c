"""How near a file's words are to the title's and the whole issue's."""

from __future__ import annotations

from bot.recon.bm25 import scores
from bot.recon.ranking.corpus import Corpus
from bot.recon.ranking.signals import Asked, Signals


def signals(files: Corpus, asked: Asked) -> Signals:
    weights = asked.query.weights
    return {
        "title": files.scaled(scores(files.words, files.lengths, asked.title, files.rarity)),
        "content": files.scaled(scores(files.words, files.lengths, weights, files.rarity)),
    }
