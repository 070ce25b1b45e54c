"""Checks the winch."""

from harbour.log import warn_old


def check(ship):
    """Whether the winch is in order."""
    if ship.get("winch") != "ok":
        warn_old("winch is not in order")
        return False
    return True
