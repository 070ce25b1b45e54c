"""Which units of a file an issue is about: what it names first, then what is close to its words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.recon.mentions import Mention
from bot.recon.packing.units import Unit
from bot.recon.tokens import identifiers, stems_of

FRAME, DEFINES, USES = 3.0, 1.0, 0.25  # beside at most 1 for the words
SATURATION, LENGTH = 1.2, 0.5


Why = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Wanted:
    """What an issue asks for: weights of stems, names it quotes, and (path, line) of what it points at."""

    words: Mapping[str, float]
    names: frozenset[str] = frozenset()
    places: frozenset[tuple[str, int]] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Passage:
    """A unit, how much the issue wants it (0: not at all), and why: what it does, and which names with."""

    unit: Unit
    score: float
    why: Why


def wanted(words: Mapping[str, float], found: Sequence[Mention]) -> Wanted:
    """What an issue's words and mentions ask for. The parts of a path are no names of things in files."""
    of_paths = {at for each in found if each.kind != "symbol" and "/" in each.text
                for at in range(each.start, each.end)}  # fmt: skip
    names = frozenset(
        each.text
        for each in found
        if each.kind == "symbol" and len(each.text) > 2 and each.start not in of_paths
    )
    places = ((path, each.line) for each in found if each.line for path in each.paths)
    return Wanted(words, names, frozenset((path, line) for path, line in places if line))


def passages(path: str, lines: Sequence[str], units: Sequence[Unit], asked: Wanted) -> tuple[Passage, ...]:
    """Every unit, the most wanted first."""
    found = [identifiers("\n".join(lines[each.start - 1 : each.end])) for each in units]
    close = _closeness(found, asked.words)
    rarity = _rarity(found, asked.names)
    out = [_passage(path, unit, close[at], found[at], rarity, asked) for at, unit in enumerate(units)]
    return tuple(sorted(out, key=lambda each: (-each.score, each.unit.start)))


def _closeness(found: Sequence[Counter[str]], words: Mapping[str, float]) -> list[float]:
    """How close each unit is to the issue's words, the closest 1: rare words of the file count more, and the
    same words count less in a longer unit.
    """
    counts = [_stems(each, words) for each in found]
    held = Counter(word for each in counts for word in each)
    worth = {word: words[word] * math.log(1 + len(found) / times) for word, times in held.items()}
    mean = sum(each.total() for each in found) / max(len(found), 1) or 1.0
    out = [_close(each, worth, all_.total() / mean) for each, all_ in zip(counts, found, strict=True)]
    top = max(out, default=0.0) or 1.0
    return [each / top for each in out]


def _close(counts: Mapping[str, float], worth: Mapping[str, float], length: float) -> float:
    """BM25's saturation over the logarithm of counts; `length` is relative to the mean."""
    often = ((word, 1 + math.log(count)) for word, count in counts.items())
    damping = SATURATION * (1 - LENGTH + LENGTH * length)
    return sum(worth[word] * count / (count + damping) for word, count in often)


def _stems(found: Mapping[str, int], words: Mapping[str, float]) -> dict[str, float]:
    out: dict[str, float] = {}
    for name, count in found.items():
        for word in stems_of(name):
            if word in words:
                out[word] = out.get(word, 0.0) + count
    return out


def _rarity(found: Sequence[Counter[str]], names: frozenset[str]) -> dict[str, float]:
    """What a quoted name is worth in this file: less, the more units use it."""
    held = Counter(name for each in found for name in names & each.keys())
    return {name: 1 / count**0.5 for name, count in held.items()}


def _passage(
    path: str, unit: Unit, close: float, found: Counter[str], rarity: Mapping[str, float], asked: Wanted
) -> Passage:
    defined = sorted(asked.names & set(unit.names))
    used = sorted((asked.names & found.keys()) - set(defined), key=lambda name: (-rarity[name], name))
    pointed = [line for line in range(unit.start, unit.end + 1) if (path, line) in asked.places]
    score = (
        close + DEFINES * bool(defined) + USES * (rarity[used[0]] if used else 0.0) + FRAME * bool(pointed)
    )
    return Passage(unit, score, _why(pointed, defined, used))


def _why(pointed: Sequence[int], defined: Sequence[str], used: Sequence[str]) -> Why:
    if pointed:
        return "the issue points at line", (str(pointed[0]),)
    if defined:
        return "defines", tuple(f"`{name}`" for name in defined[:3])
    return ("uses", (f"`{used[0]}`",)) if used else ("close to the issue's words", ())
