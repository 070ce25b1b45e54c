"""Files that the issue names: by path, by file name, as a module, or in a stack trace."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.recon.kinds import kind_of
from bot.recon.mentions import Mention
from bot.recon.ranking.corpus import Corpus
from bot.recon.ranking.signals import Asked, Signals

SURE = {"exact": 1.0, "suffix": 0.9, "basename": 0.7, "unresolved": 0.0}
MODULE = 0.2  # a dotted name seldom means the file; where code imports it, it only tells what was used
BARE = 0.5  # a manifest's bare name often only tells where the reporter wrote something
IMPORTING = re.compile(r"(?:>>> )?(?:import|from|use)\b")
EARLIER_FRAME = 0.5  # each frame counts half of the one after it: the last one raised


def signals(files: Corpus, asked: Asked) -> Signals:
    said = [each for each in asked.named if each.paths and not _imported(each, asked.text)]
    frames = [each for each in said if each.kind == "frame"]
    return {
        "mention": _best(files, [(each, _worth(each)) for each in said if each.kind != "frame"]),
        "frame": _best(files, [(each, EARLIER_FRAME**at) for at, each in enumerate(reversed(frames))]),
    }


def _imported(each: Mention, text: str) -> bool:
    """Whether it is a module on a line of code that imports it."""
    line = text[text.rfind("\n", 0, each.start) + 1 : each.end].lstrip(" >`*-")
    return each.kind == "module" and bool(IMPORTING.match(line))


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
