"""Checks the mast."""

from harbour.log import warn_old


def check(ship):
    """Whether the mast is in order."""
    if ship.get("mast") != "ok":
        warn_old("mast is not in order")
        return False
    return True
