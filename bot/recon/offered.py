"""Which command lines may be shown as the repository's own: none with a secret in it, none unsafe to run."""

from __future__ import annotations

from bot.secret_text import secret_in
from bot.unsafe_text import unsafe_parts

LONGEST = 160


def withheld(line: str, quote: str, body: str = "") -> str:
    """Why a line is not offered, or "". `body` is what it calls, `quote` the line that shows it."""
    if len(line) > LONGEST or "\n" in line:
        return "longer than a line to copy"
    if any(secret_in(each) for each in (line, quote, body)):
        return "holds what looks like a secret"
    if any(next(unsafe_parts(each), None) for each in (line, body)):
        return "is unsafe to run"
    return ""
