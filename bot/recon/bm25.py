"""BM25 with a logarithmic term frequency over counts that the caller gives; knows nothing of files."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

Counts = Mapping[str, float]


def idf(documents: Sequence[Counts], words: Iterable[str] = ()) -> dict[str, float]:
    """How telling each word is: the logarithm of documents over documents that hold it.

    `words` are given too when no document holds them.
    """
    total = len(documents)
    held = dict.fromkeys(words, 0)
    for counts in documents:
        for word in counts:
            held[word] = held.get(word, 0) + 1
    return {word: math.log(1 + (total - count + 0.5) / (count + 0.5)) for word, count in held.items()}


def scores(
    documents: Sequence[Counts], lengths: Sequence[float],
    weights: Mapping[str, float], rarity: Mapping[str, float],
    *, k: float = 1.2, b: float = 0.75,
) -> list[float]:  # fmt: skip
    """A score for each document. `documents` hold counts of the query's words
    only; `lengths` are in multiples of the mean.
    """
    asked = {word: weight * rarity.get(word, 0.0) * (k + 1) for word, weight in weights.items()}
    return [
        _score(counts, k * (1 - b + b * length), asked)
        for counts, length in zip(documents, lengths, strict=True)
    ]


def _score(counts: Counts, damping: float, asked: Mapping[str, float]) -> float:
    total = 0.0
    for word, count in counts.items():
        if word in asked:
            often = 1 + math.log(count) if count > 1 else count
            total += asked[word] * often / (often + damping)
    return total
