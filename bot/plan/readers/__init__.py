"""Files as plans: which kind of file a text is, and what it says in the plan's own shape."""

from __future__ import annotations

from bot.plan.readers.reading import Data, Prose, Reader, Reading, Sheet

__all__ = ["Data", "Prose", "Reader", "Reading", "Sheet", "reader_of"]

READERS: dict[str, Reader] = {}


def reader_of(plan_format: str) -> Reader | None:
    """The reader of one of our own formats; None when there is none."""
    return READERS.get(plan_format)
