"""Checks the rudder."""

from harbour.log import warn_old


def check(ship):
    """Whether the rudder is in order."""
    if ship.get("rudder") != "ok":
        warn_old("rudder is not in order")
        return False
    return True
