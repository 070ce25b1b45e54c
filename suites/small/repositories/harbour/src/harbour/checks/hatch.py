"""Checks the hatch."""

from harbour.log import warn_old


def check(ship):
    """Whether the hatch is in order."""
    if ship.get("hatch") != "ok":
        warn_old("hatch is not in order")
        return False
    return True
