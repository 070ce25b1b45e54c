"""Checks the bow."""

from harbour.log import warn_old


def check(ship):
    """Whether the bow is in order."""
    if ship.get("bow") != "ok":
        warn_old("bow is not in order")
        return False
    return True
