"""Checks the deck."""

from harbour.log import warn_old


def check(ship):
    """Whether the deck is in order."""
    if ship.get("deck") != "ok":
        warn_old("deck is not in order")
        return False
    return True
