"""Checks the anchor."""

from harbour.log import warn_old


def check(ship):
    """Whether the anchor is in order."""
    if ship.get("anchor") != "ok":
        warn_old("anchor is not in order")
        return False
    return True
