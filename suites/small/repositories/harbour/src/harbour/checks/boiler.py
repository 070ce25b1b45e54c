"""Checks the boiler."""

from harbour.log import warn_old


def check(ship):
    """Whether the boiler is in order."""
    if ship.get("boiler") != "ok":
        warn_old("boiler is not in order")
        return False
    return True
