"""How large a change is taken to be: counts of files, never hours. Computed from what
is named, with a margin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.plan.model import Effort, Size

Lane = Literal["quick", "full"]
QUICK_DEMANDS, QUICK_FILES = 4, 4
UNKNOWN_FILES = 8
MARGIN = 2


def diff_scope(named: int, likely: int = 0) -> int:
    """How many files a task may change: those it names, those it likely needs beside them, and a margin of
    two; at least eight when it names none.
    """
    return named + likely + MARGIN if named else max(UNKNOWN_FILES, likely + MARGIN)


def effort(files: int, demands: int) -> Effort:
    """S up to two files and two demands, L from six files or eight demands, else M."""
    if files and files <= 2 and demands <= 2:
        return "S"
    return "L" if files > 5 or demands > 7 else "M"


def size_of(tasks: int, files: int, demands: int) -> Size:
    """The plan's size. "trivial" is not given here: what is trivial needs no plan."""
    if tasks <= 2 and files <= 4 and demands <= 4:
        return "small"
    return "large" if tasks > 6 or files > 20 else "medium"


@dataclass(frozen=True, slots=True)
class LaneChoice:
    """How thoroughly a plan is written, and why in words."""

    lane: Lane
    why: str


def lane_of(
    demands: int, files: int, risks: Sequence[str], asked: Literal["", "quick", "full"]
) -> LaneChoice:
    """The quick lane for at most four demands and four named files without a sign of high risk, else the full
    one. What a person asked for goes before all of it.
    """
    counted = f"{_many(demands, 'demand')}, {_many(files, 'file')} named"
    if asked:
        return LaneChoice(asked, f"asked for; by size: {counted}")
    if risks:
        return LaneChoice("full", f"{counted}; {'; '.join(risks)}")
    small = demands <= QUICK_DEMANDS and files <= QUICK_FILES
    return LaneChoice("quick" if small else "full", f"{counted}; no sign of high risk")


def _many(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
