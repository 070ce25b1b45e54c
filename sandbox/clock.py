"""Times as GitHub writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import overload


@overload
def stamp(seconds: float) -> str: ...
@overload
def stamp(seconds: None) -> None: ...
def stamp(seconds: float | None) -> str | None:
    """ISO 8601 in UTC without fractions, `2026-11-21T12:00:00Z`."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_of(text: str) -> float:
    """The other way; raises ValueError for anything that is no ISO time."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
