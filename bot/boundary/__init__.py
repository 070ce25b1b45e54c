"""Whether a pull request stays within the tasks it closes: which paths it may change, how many files, and
what it has to show. Pure: facts in, a verdict out; nothing is read or written here."""

from bot.boundary.closing import closes
from bot.boundary.facts import ADVISORY, BoundarySettings, ChangedFile, PullFacts, TaskBoundary, boundary_of
from bot.boundary.judging import CHECK_NAME, Judgement, judged
from bot.boundary.matching import is_within

__all__ = [
    "ADVISORY",
    "CHECK_NAME",
    "BoundarySettings",
    "ChangedFile",
    "Judgement",
    "PullFacts",
    "TaskBoundary",
    "boundary_of",
    "closes",
    "is_within",
    "judged",
]
