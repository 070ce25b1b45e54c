"""Checks the dock."""

from harbour.log import warn_old


def check(ship):
    """Whether the dock is in order."""
    if ship.get("dock") != "ok":
        warn_old("dock is not in order")
        return False
    return True
