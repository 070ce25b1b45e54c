"""Files as plans: which kind of file a text is, and what it says in the plan's own shape."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from bot.plan.readers.reading import Data, Prose, Reader, Reading, Sheet

__all__ = ["Data", "Prose", "Reader", "Reading", "Sheet", "reader_of"]

FORMATS = ("export", "functional", "roadmap", "steps", "technical")


def reader_of(plan_format: str) -> Reader | None:
    """The reader of one of our own formats; None when there is none. Its module is loaded when it is first
    asked for."""
    if plan_format not in FORMATS:
        return None
    return cast(Reader, import_module(f"bot.plan.readers.{plan_format}").read)
