"""Checks the engine."""

from harbour.log import warn_old


def check(ship):
    """Whether the engine is in order."""
    if ship.get("engine") != "ok":
        warn_old("engine is not in order")
        return False
    return True
