"""Checks the keel."""

from harbour.log import warn_old


def check(ship):
    """Whether the keel is in order."""
    if ship.get("keel") != "ok":
        warn_old("keel is not in order")
        return False
    return True
