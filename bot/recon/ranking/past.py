"""What past commits say: files that commits with such a subject touched, that commits touched which name the
same change, and that change together.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from bot.recon.bm25 import idf
from bot.recon.history import Commit
from bot.recon.ranking.corpus import Corpus
from bot.recon.ranking.signals import Asked
from bot.recon.tokens import IDENTIFIER, stems_of

WIDE = 40  # a commit over more files is a sweep and says nothing about any one
FADING = 365 * 86_400  # seconds after which a commit counts by 1/e
SHORT_SUBJECT = 3.0  # added to a subject's length, so that one of a single word does not win by it
REFERENCE = re.compile(r"(?:#|/pull/|/issues/)([0-9]{2,7})(?![0-9])")
SEEN_OFTEN = 3.0  # added to how often a file changed, so that once together is no rule


def touched(files: Corpus, asked: Asked) -> list[float]:
    """How alike the title are the subjects of the commits that changed each file, recent ones more."""
    commits = [each for each in asked.history.commits if len(each.paths) <= WIDE]
    subjects = [dict.fromkeys(_stems(each.subject), 1.0) for each in commits]
    rarity, newest = idf(subjects), max((each.time for each in commits), default=0)
    out = [0.0] * len(files.paths)
    for commit, words in zip(commits, subjects, strict=True):
        alike = _alike(words, asked.title, rarity)
        if alike:
            places = [files.at[path] for path in commit.paths if path in files.at]
            share = math.exp((commit.time - newest) / FADING) / math.sqrt(_sources(files, places))
            for at in places:
                out[at] += alike**2 * share
    return files.scaled(out)


def _stems(subject: str) -> list[str]:
    return [word for name in IDENTIFIER.findall(subject) for word in stems_of(name)]


def _alike(words: Mapping[str, float], title: Mapping[str, float], rarity: Mapping[str, float]) -> float:
    shared = sum(rarity[word] for word in words if word in title)
    return shared / (math.sqrt(sum(rarity[word] ** 2 for word in words)) + SHORT_SUBJECT) if shared else 0.0


def cited(files: Corpus, asked: Asked) -> list[float]:
    """Files of the commits whose subject names a change or an issue that the issue names too (`#123`)."""
    numbers, out = frozenset(REFERENCE.findall(asked.text)), [0.0] * len(files.paths)
    for commit in asked.history.commits if numbers else ():
        if len(commit.paths) <= WIDE and numbers & frozenset(REFERENCE.findall(commit.subject)):
            places = [files.at[path] for path in commit.paths if path in files.at]
            for at in places:
                out[at] = max(out[at], 1 / math.sqrt(_sources(files, places)))
    return out


def _sources(files: Corpus, places: Sequence[int]) -> int:
    return max(sum(files.shares[at] >= 0.9 for at in places), 1)


def together(files: Corpus, commits: Sequence[Commit], hits: Mapping[int, float]) -> list[float]:
    """How often each file changed with the `hits` (places and how likely they are)."""
    out = [0.0] * len(files.paths)
    named = {files.paths[at]: at for at in hits}
    changed = dict.fromkeys(hits, 0)
    shared: dict[tuple[int, int], float] = {}
    for commit in commits:
        inside = [named[path] for path in commit.paths if path in named]
        if not inside or not 1 < len(commit.paths) <= WIDE:
            continue
        places = [files.at[path] for path in commit.paths if path in files.at]
        for hit in inside:
            changed[hit] += 1
            for at in places:
                if at != hit:
                    shared[hit, at] = shared.get((hit, at), 0.0) + 1 / math.log(1 + len(places))
    for (hit, at), count in shared.items():
        out[at] += hits[hit] * count / (changed[hit] + SEEN_OFTEN)
    return [math.sqrt(value) for value in out]
