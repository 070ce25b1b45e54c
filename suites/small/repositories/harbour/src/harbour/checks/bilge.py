"""Checks the bilge."""

from harbour.log import warn_old


def check(ship):
    """Whether the bilge is in order."""
    if ship.get("bilge") != "ok":
        warn_old("bilge is not in order")
        return False
    return True
