"""Checks the mooring."""

from harbour.log import warn_old


def check(ship):
    """Whether the mooring is in order."""
    if ship.get("mooring") != "ok":
        warn_old("mooring is not in order")
        return False
    return True
