"""The ranked files in words for people: confidence, reasons, and parts of the score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.recon.kinds import kind_of
from bot.recon.mentions import Mention
from bot.recon.ranking.corpus import Corpus
from bot.recon.ranking.mix import Mixed
from bot.recon.ranking.pairs import by_stem, paired_tests
from bot.recon.ranking.signals import Asked
from bot.recon.tokens import IDENTIFIER, stems_of

Confidence = Literal["A", "B", "C"]

SIGNALS = ("title", "passage", "pairs", "names", "name", "path", "past")
STRONG, AGREEING = 0.75, 3  # a signal near its best, and how many of them agree
LIKELY, POSSIBLE = 0.2, 0.1  # of being the file to change
SHOWN_MENTIONS, SHOWN_NAMES = 3, 4


@dataclass(frozen=True, slots=True)
class RankedFile:
    """One file with its score (the best is at most about 1), the score's parts, its confidence,
    and reasons in words.
    """

    path: str
    score: float
    confidence: Confidence
    reasons: tuple[str, ...]
    parts: Mapping[str, float]

    def to_dict(self) -> dict[str, object]:
        return {"path": self.path, "score": round(self.score, 4), "confidence": self.confidence,
                "reasons": list(self.reasons),
                "parts": {key: round(value, 4) for key, value in sorted(self.parts.items())}}  # fmt: skip


def in_words(files: Corpus, asked: Asked, result: Mixed, limit: int) -> tuple[RankedFile, ...]:
    """The first files by score, ties by path; what scores nothing is not listed."""
    order = sorted(
        (at for at, total in enumerate(result.totals) if total > 0),
        key=lambda at: (-result.totals[at], files.paths[at]),
    )
    tests = by_stem(files.tree)
    return tuple(_ranked(files, asked, result, at, tests) for at in order[:limit])


def _ranked(
    files: Corpus, asked: Asked, result: Mixed, at: int, tests: Mapping[str, Sequence[str]]
) -> RankedFile:
    path = files.paths[at]
    mine = {name: values[at] for name, values in result.parts.items() if values[at] > 0}
    said = [each for each in asked.named if path in each.paths]
    reasons = [*_said(said), *_shared(files, asked, at, mine)] or ["shares some words with the issue"]
    siblings = paired_tests(path, tests) if kind_of(path) == "source" else ()
    if siblings:
        reasons.append(f"its tests are in {siblings[0]}")
    if kind_of(path) != "source":
        reasons.append(f"ranked lower as {kind_of(path)} file")
    sure = confidence(said, mine, result.likely[at])
    return RankedFile(path, result.totals[at], sure, tuple(reasons), mine)


def confidence(said: Sequence[Mention], mine: Mapping[str, float], likely: float) -> Confidence:
    """A when the issue names this file and no other by some word, B when several signals agree on it.

    A module or a frame of a stack trace is named in passing: it has to be likely as well.
    """
    sure = [each for each in said if len(each.paths) == 1 and each.how != "unresolved"]
    if any(likely >= POSSIBLE or each.kind in {"path", "file"} for each in sure):
        return "A"
    agree = sum(mine.get(name, 0.0) >= STRONG for name in SIGNALS) >= AGREEING
    return "B" if likely >= LIKELY and agree else "C"


def _said(said: Sequence[Mention]) -> list[str]:
    out = []
    for each in said[:SHOWN_MENTIONS]:
        share = "" if len(each.paths) == 1 else f" (one of {len(each.paths)} files it can mean)"
        what = {"frame": "stack trace names", "module": "issue names the module"}.get(
            each.kind, "issue names"
        )
        out.append(f"{what} `{each.text[:120]}`{share}")
    return list(dict.fromkeys(out))


def _shared(files: Corpus, asked: Asked, at: int, mine: Mapping[str, float]) -> list[str]:
    """What a file has in common with the issue, the most telling first."""
    out, sketch = [], files.sketches[at]
    defined = asked.quoted & frozenset(sketch.names)
    if defined:
        out.append(f"defines {_list(defined)}, which the issue quotes")
    used = frozenset(
        name for name in asked.quoted - defined if len(name) > 4 and _whole(name) in sketch.stems
    )
    if used:
        out.append(f"uses {_list(used)}")
    if mine.get("cited"):
        out.append("a commit changed it that names the same change as the issue")
    if mine.get("past", 0.0) >= 0.5:
        out.append("commits with such a subject changed it")
    if mine.get("path", 0.0) >= 0.55:
        out.append(f"its path shares words with the issue: {_path_words(files, at)}")
    if mine.get("passage", 0.0) >= 0.6:
        out.append("a passage of it is close to the issue's words")
    elif max(mine.get("title", 0.0), mine.get("content", 0.0)) >= 0.5:
        out.append("its content is close to the issue's words")
    if mine.get("pairs", 0.0) >= 0.6:
        out.append("words that follow each other in the issue do so in it")
    if mine.get("together", 0.0) >= 0.25:
        out.append("it often changes together with the files ranked before it")
    return out


def _whole(name: str) -> str:
    """The stem of an identifier as a whole."""
    return (stems_of(name) or ("",))[-1]


def _list(names: frozenset[str]) -> str:
    shown = sorted(names, key=lambda name: (-len(name), name))[:SHOWN_NAMES]
    more = len(names) - len(shown)
    return ", ".join(f"`{name}`" for name in shown) + (f" and {more} more" if more else "")


def _path_words(files: Corpus, at: int) -> str:
    """The parts of a path that share a stem with the issue, as they are written."""
    shared = files.parts[at].keys()
    found = [name for name in IDENTIFIER.findall(files.paths[at]) if shared & set(stems_of(name))]
    return ", ".join(dict.fromkeys(found[-5:]))
