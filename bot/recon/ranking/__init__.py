"""Which files matter for an issue, and why, without a model.

Signals of several families, each between 0 and about 1 for every file, are mixed with fixed positive weights;
what a fix seldom changes (tests, prose, generated files) counts less. It is deterministic, ties go by path,
and it is retrieval, not understanding: confidence A means that the issue names the file, B that several
signals agree, C that it is a guess.
"""

from __future__ import annotations

from collections.abc import MutableMapping

from bot.recon.history import History
from bot.recon.ranking.corpus import corpus
from bot.recon.ranking.mix import mixed
from bot.recon.ranking.pairs import by_stem, paired_tests
from bot.recon.ranking.signals import asked
from bot.recon.ranking.words import Confidence, RankedFile, in_words
from bot.recon.sketch import Sketch
from bot.recon.tree import Tree

__all__ = ["Confidence", "RankedFile", "by_stem", "paired_tests", "rank"]


def rank(
    tree: Tree,
    title: str,
    body: str,
    limit: int = 20,
    *,
    history: History | None = None,
    sketches: MutableMapping[str, Sketch] | None = None,
) -> tuple[RankedFile, ...]:
    """The `limit` files that matter most for an issue, best first.

    `sketches` holds what is known of blobs by their sha; what is missing is made and put there.
    """
    issue = asked(title, body, tree, history)
    files = corpus(tree, issue.query, {} if sketches is None else sketches)
    return in_words(files, issue, mixed(files, issue), limit)
