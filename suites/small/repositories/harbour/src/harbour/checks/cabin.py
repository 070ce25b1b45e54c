"""Checks the cabin."""

from harbour.log import warn_old


def check(ship):
    """Whether the cabin is in order."""
    if ship.get("cabin") != "ok":
        warn_old("cabin is not in order")
        return False
    return True
