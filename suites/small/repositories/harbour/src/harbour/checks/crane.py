"""Checks the crane."""

from harbour.log import warn_old


def check(ship):
    """Whether the crane is in order."""
    if ship.get("crane") != "ok":
        warn_old("crane is not in order")
        return False
    return True
