"""Checks the galley."""

from harbour.log import warn_old


def check(ship):
    """Whether the galley is in order."""
    if ship.get("galley") != "ok":
        warn_old("galley is not in order")
        return False
    return True
