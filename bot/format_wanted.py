"""The format that an issue's plan is wanted in: a label on the issue says it, else the repository. Pure;
decides nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from bot.config import Formats, choices_in
from bot.errors import UserError
from bot.plan.safe_text import code, inline
from bot.situation import Situation


def format_wanted(now: Situation) -> str:
    """The format's name. Only to be asked when nothing is unclear."""
    formats = choices_in(now.config).config.formats
    return next(iter(_asked(formats, now).values()), formats.default)


def why_unclear(now: Situation) -> tuple[str, str] | None:
    """Why it cannot be known what is wanted, and what to do about it: the configuration cannot be read, or
    labels are at odds. None when all is clear.
    """
    try:
        formats = choices_in(now.config).config.formats
    except UserError as broken:
        return inline(broken.reason), "correct the file on the default branch"
    asked = _asked(formats, now)
    if len(set(asked.values())) < 2:
        return None
    listed = ", ".join(f"{code(label)} for `{name}`" for label, name in sorted(asked.items()))
    return f"The labels ask for different formats: {listed}.", "leave one of them on"


def _asked(formats: Formats, now: Situation) -> Mapping[str, str]:
    return formats.asked_by(now.issue.labels if now.issue else ())
