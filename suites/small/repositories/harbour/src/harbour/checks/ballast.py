"""Checks the ballast."""

from harbour.log import warn_old


def check(ship):
    """Whether the ballast is in order."""
    if ship.get("ballast") != "ok":
        warn_old("ballast is not in order")
        return False
    return True
