"""Files that the issue names: by path, by file name, as a module, or in a stack trace."""

from __future__ import annotations

from collections.abc import Sequence

from bot.recon.kinds import kind_of
from bot.recon.mentions import Mention
from bot.recon.ranking.corpus import Corpus
from bot.recon.ranking.signals import Asked, Signals

SURE = {"exact": 1.0, "suffix": 0.9, "basename": 0.7, "unresolved": 0.0}
MODULE = 0.6  # a dotted name is often only what the reporter's code imports
BARE = 0.5  # a manifest's bare name often only tells where the reporter wrote something
EARLIER_FRAME = 0.5  # each frame counts half of the one after it: the last one raised


def signals(files: Corpus, asked: Asked) -> Signals:
    said = [each for each in asked.named if each.paths]
    frames = [each for each in said if each.kind == "frame"]
    return {
        "mention": _best(files, [(each, _worth(each)) for each in said if each.kind != "frame"]),
        "frame": _best(files, [(each, EARLIER_FRAME**at) for at, each in enumerate(reversed(frames))]),
    }


def _worth(each: Mention) -> float:
    if each.how == "exact" and "/" not in each.text and kind_of(each.text) != "source":
        return BARE
    return SURE[each.how] * (MODULE if each.kind == "module" else 1.0)


def _best(files: Corpus, said: Sequence[tuple[Mention, float]]) -> list[float]:
    """The most that any mention is worth to each file; one that can mean several files is shared."""
    out = [0.0] * len(files.paths)
    for each, worth in said:
        for path in each.paths:
            at = files.at[path]
            out[at] = max(out[at], worth / len(each.paths) ** 0.5)
    return out
