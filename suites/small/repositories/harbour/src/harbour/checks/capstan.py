"""Checks the capstan."""

from harbour.log import warn_old


def check(ship):
    """Whether the capstan is in order."""
    if ship.get("capstan") != "ok":
        warn_old("capstan is not in order")
        return False
    return True
