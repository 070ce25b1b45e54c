"""The receiver's log lines about kept deliveries, collected on the request path and written off it. Must not
slow an answer down.
"""

from __future__ import annotations

import logging

from bot.inbox import Delivery, Kept

# Lines between two calls of `write`, once a second: they take about two milliseconds.
MOST_LINES = 100
log = logging.getLogger(__name__)


class Journal:
    """Call `note` for every delivery and `write` once a second. What is over MOST_LINES is only counted."""

    def __init__(self) -> None:
        self._noted: list[tuple[Delivery, Kept]] = []
        self._left_out = 0

    def note(self, delivery: Delivery, word: Kept) -> None:
        """Remember what became of a delivery; next to free."""
        if not log.isEnabledFor(logging.INFO):
            return
        if len(self._noted) < MOST_LINES:
            self._noted.append((delivery, word))
        else:
            self._left_out += 1

    def write(self) -> None:
        """One line for each delivery noted since the last call, and one that counts the others."""
        noted, self._noted = self._noted, []
        left_out, self._left_out = self._left_out, 0
        for delivery, word in noted:
            log.info("delivery", extra={"fields": _fields(delivery) | {"outcome": word}})
        if left_out:
            log.info("more deliveries", extra={"fields": {"left_out": left_out}})


def _fields(delivery: Delivery) -> dict[str, object]:
    event = delivery.event
    return {
        "guid": delivery.guid,
        "github_event": event.name,
        "action": event.action,
        "subjects": [str(subject) for subject in event.subjects],
    }
