"""Messages to recipients. They are kept in the outbox until a sender has taken them."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from parcelpost.models import Shipment, Status

TEXTS = {
    Status.OUT_FOR_DELIVERY: "Your parcel {number} arrives today.",
    Status.DELIVERED: "Your parcel {number} was delivered.",
    Status.RETURNED: "Your parcel {number} is on its way back to the shop.",
}


@dataclass(frozen=True)
class Message:
    id: int
    number: str
    recipient: str
    kind: str
    body: str


class Outbox:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def queue(self, shipment: Shipment, kind: str, body: str, queued_at: datetime) -> bool:
        """Queue a message once per shipment and kind. False when it was queued before."""
        with self._db:
            cursor = self._db.execute(
                "INSERT OR IGNORE INTO outbox (number, recipient, kind, body, queued_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (shipment.number, shipment.recipient, kind, body, queued_at.isoformat()),
            )
        return cursor.rowcount == 1

    def pending(self) -> list[Message]:
        rows = self._db.execute(
            "SELECT id, number, recipient, kind, body FROM outbox WHERE sent_at IS NULL ORDER BY id"
        )
        return [Message(**dict(row)) for row in rows]

    def flush(self, send: Callable[[Message], None], sent_at: datetime) -> int:
        """Hand pending messages to `send`; what raises stays. Returns how many left."""
        sent = 0
        for message in self.pending():
            try:
                send(message)
            except OSError:
                continue
            with self._db:
                self._db.execute(
                    "UPDATE outbox SET sent_at = ? WHERE id = ?", (sent_at.isoformat(), message.id)
                )
            sent += 1
        return sent


def message_for(shipment: Shipment, status: Status) -> str | None:
    text = TEXTS.get(status)
    return text.format(number=shipment.number) if text else None
