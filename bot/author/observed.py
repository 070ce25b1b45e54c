"""Text in an issue that tries to give orders to whoever plans: where it stands, so that people look at it.
The words themselves are not repeated.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from bot.author.stages.quoting import Quotable
from bot.author.untrusted import gives_orders

MOST_SHOWN = 8


def observed(title: str, body: str, quotes: Sequence[str] = ()) -> str:
    """One sentence for people, "" when nothing was observed. `quotes` are passages that a model took for
    orders; those that do not stand in the issue do not count.
    """
    lines = [title, *body.split("\n")]
    found = {at for at, line in enumerate(lines) if gives_orders(line)}
    found |= {at for quote in quotes if (at := _line(quote, lines)) is not None}
    if not found:
        return ""
    places = [f"line {at} of its text" if at else "its title" for at in sorted(found)]
    more = [f"{len(places) - MOST_SHOWN} more"] if len(places) > MOST_SHOWN else []
    told = ", ".join([*places[:MOST_SHOWN], *more])
    return f"The issue holds text that tries to give the planner orders ({told}); it was not followed."


def _line(quote: str, lines: Sequence[str]) -> int | None:
    """The last line from which on the quote still stands; None when it does not stand there at all."""
    gone = bisect_left(range(len(lines)), True, key=lambda at: not _holds(lines[at:], quote))
    return gone - 1 if gone else None


def _holds(lines: Sequence[str], quote: str) -> bool:
    return Quotable("\n".join(lines)).holds(quote)
