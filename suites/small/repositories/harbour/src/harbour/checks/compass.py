"""Checks the compass."""

from harbour.log import warn_old


def check(ship):
    """Whether the compass is in order."""
    if ship.get("compass") != "ok":
        warn_old("compass is not in order")
        return False
    return True
