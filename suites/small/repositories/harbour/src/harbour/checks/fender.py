"""Checks the fender."""

from harbour.log import warn_old


def check(ship):
    """Whether the fender is in order."""
    if ship.get("fender") != "ok":
        warn_old("fender is not in order")
        return False
    return True
