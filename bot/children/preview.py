"""A preview in words: what applying would do and what it would not, with the calls and minutes it takes."""

from __future__ import annotations

import re

from bot.children.changes import Preview
from bot.render import render

MAX_TEXT = 30_000
_FITS = ((100, 200), (100, 80), (30, 80), (10, 60))


_LEAD = re.compile(r"\[Plan #[0-9]{1,10}\] ")


def preview_text(preview: Preview, command: str = "") -> str:
    """The Markdown of a preview, at most MAX_TEXT characters. `command` is the one that applies it."""
    text = ""
    for rows, width in _FITS:
        text = render(
            "children/preview.md", preview=preview, command=command, rows=rows, width=width, short=_short
        )
        if len(text) <= MAX_TEXT:
            break
    return text


def _short(title: str) -> str:
    """A title without its lead, which all of them have."""
    return _LEAD.sub("", title, count=1) if _LEAD.match(title) else title
