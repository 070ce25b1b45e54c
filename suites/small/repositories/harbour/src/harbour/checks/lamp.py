"""Checks the lamp."""

from harbour.log import warn_old


def check(ship):
    """Whether the lamp is in order."""
    if ship.get("lamp") != "ok":
        warn_old("lamp is not in order")
        return False
    return True
