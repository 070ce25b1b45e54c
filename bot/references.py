"""Which issues of the same repository a text names: `#12`, `GH-12`, or an address that ends in /issues/12."""

from __future__ import annotations

import re

MOST_LINKED = 3  # whose text is read for a plan
_SHORT = re.compile(r"(?<![\w&/])(?:#|GH-)([1-9]\d{0,8})\b")
_ADDRESS = re.compile(r"(?<=/)([\w.-]{1,80}/[\w.-]{1,100})/issues/([1-9]\d{0,8})\b")


def issues_named(text: str, full_name: str = "") -> tuple[int, ...]:
    """The numbers in the order of the text, each once. With `full_name` (owner/name) an address counts only
    when it is of that repository."""
    short = [(found.start(), int(found[1])) for found in _SHORT.finditer(text)]
    ours = [
        (found.start(), int(found[2]))
        for found in _ADDRESS.finditer(text)
        if not full_name or found[1].casefold() == full_name.casefold()
    ]
    return tuple(dict.fromkeys(number for _, number in sorted([*short, *ours])))
