"""How large a change is taken to be: counts of files, never hours. Computed from what
is named, with a margin.
"""

from __future__ import annotations

from bot.plan.model import Effort, Size

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
