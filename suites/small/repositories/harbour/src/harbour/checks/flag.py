"""Checks the flag."""

from harbour.log import warn_old


def check(ship):
    """Whether the flag is in order."""
    if ship.get("flag") != "ok":
        warn_old("flag is not in order")
        return False
    return True
