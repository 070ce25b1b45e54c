"""All signals of all files, mixed into one score with fixed positive weights, in two rounds.

The second round looks at what the likeliest files of the first change with and import. The weights are those
of a logistic model over issues of twelve repositories, which was judged on repositories left out of the fit;
`make bench-recon` prints what every signal adds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest

from bot.recon.ranking import content, mentioned, neighbours, passages, past, symbols
from bot.recon.ranking.corpus import Corpus
from bot.recon.ranking.signals import Asked, Signals

WEIGHTS: Mapping[str, float] = {
    "mention": 2.8, "frame": 2.2, "cited": 2.3, "title": 1.3, "passage": 2.2, "pairs": 1.1, "names": 0.5,
    "name": 1.4, "path": 1.5, "past": 1.4,
}  # fmt: skip
LATER: Mapping[str, float] = {"together": 2.7, "imported": 1.8}
READ_AGAIN = 120  # files whose names and passages are looked at one by one
LIKELIEST, LEAST = 12, 0.005  # files that the second round starts from, and how likely each must be
CANDIDATES = 80  # files among which one is taken to be the right one, as in the fit
NAMED = 0.85  # a mention from here on lifts what counts less for its kind


@dataclass(frozen=True)
class Mixed:
    """For each file a score (the best is at most about 1), how likely it is the one to change (0 to 1), and
    the parts of the score before weighting.
    """

    totals: Sequence[float]
    likely: Sequence[float]
    parts: Signals


def mixed(files: Corpus, asked: Asked) -> Mixed:
    return second_round(files, asked, first_round(files, asked))


def first_round(files: Corpus, asked: Asked) -> Signals:
    """What each file says by itself."""
    parts = mentioned.signals(files, asked) | content.signals(files, asked) | symbols.signals(files, asked)
    parts |= {"past": past.touched(files, asked), "cited": past.cited(files, asked)}
    near = _nearest(files, parts)
    parts["name"] = symbols.nearest(files, asked, near)
    return parts | passages.signals(files, asked, near)


def second_round(files: Corpus, asked: Asked, parts: Signals, without: frozenset[str] = frozenset()) -> Mixed:
    """Adds what the likeliest files say of others. `without` names signals that are not to count."""
    first = _weighed(parts, WEIGHTS, without, len(files.paths))
    hits = _likeliest(files, first)
    more = {
        "together": past.together(files, asked.history.commits, hits),
        "imported": neighbours.imported(files, hits),
    }
    later = _weighed(more, LATER, without, len(files.paths))
    sums = [(a + b) * _share(files, parts, at) for at, (a, b) in enumerate(zip(first, later, strict=True))]
    whole = sum(WEIGHTS.values())
    return Mixed([each / whole for each in sums], _odds(sums), parts | more)


def _weighed(
    parts: Signals, weights: Mapping[str, float], without: frozenset[str], count: int
) -> list[float]:
    out = [0.0] * count
    for name, weight in weights.items():
        if name in without:
            continue
        for at, value in enumerate(parts[name]):
            out[at] += weight * value
    return out


def _nearest(files: Corpus, parts: Signals) -> list[int]:
    """The places of the files most worth a second look."""
    quick = [
        share * sum(parts[name][at] for name in ("mention", "frame", "title", "content", "names", "path"))
        for at, share in enumerate(files.shares)
    ]
    order = sorted(range(len(quick)), key=lambda at: (-quick[at], files.paths[at]))
    return [at for at in order[:READ_AGAIN] if quick[at] > 0]


def _likeliest(files: Corpus, scores: Sequence[float]) -> dict[int, float]:
    """The best sources and how likely each is."""
    best = sorted(files.sources, key=lambda at: (-scores[at], files.paths[at]))
    likely = _odds([scores[at] for at in best])
    return {at: p for at, p in zip(best[:LIKELIEST], likely, strict=False) if p > LEAST and scores[at] > 0}


def _odds(scores: Sequence[float]) -> list[float]:
    """How likely each is among the best, scores being logarithms of odds as they were fitted."""
    top = max(scores, default=0.0)
    odds = [math.exp(score - top) for score in scores]
    whole = sum(nlargest(CANDIDATES, odds))
    return [each / whole for each in odds]


def _share(files: Corpus, parts: Signals, at: int) -> float:
    named = parts["mention"][at]
    return max(files.shares[at], named if named >= NAMED else 0.0)
