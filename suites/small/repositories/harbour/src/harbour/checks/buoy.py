"""Checks the buoy."""

from harbour.log import warn_old


def check(ship):
    """Whether the buoy is in order."""
    if ship.get("buoy") != "ok":
        warn_old("buoy is not in order")
        return False
    return True
