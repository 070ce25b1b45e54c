"""Checks the chain."""

from harbour.log import warn_old


def check(ship):
    """Whether the chain is in order."""
    if ship.get("chain") != "ok":
        warn_old("chain is not in order")
        return False
    return True
