"""Checks the hull."""

from harbour.log import warn_old


def check(ship):
    """Whether the hull is in order."""
    if ship.get("hull") != "ok":
        warn_old("hull is not in order")
        return False
    return True
