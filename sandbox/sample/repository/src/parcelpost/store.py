"""SQLite: shipments and scans. The only module, besides the outbox, that holds SQL."""

import sqlite3
from datetime import date, datetime

from parcelpost.errors import DuplicateShipment, UnknownShipment
from parcelpost.models import Scan, Shipment, Status
from parcelpost.tracking import FINAL


class Store:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def add(self, shipment: Shipment, created_at: datetime) -> None:
        eta = shipment.eta.isoformat() if shipment.eta else None
        try:
            with self._db:
                self._db.execute(
                    "INSERT INTO shipments (number, carrier, recipient, status, eta, created_at)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    (
                        shipment.number,
                        shipment.carrier,
                        shipment.recipient,
                        shipment.status.value,
                        eta,
                        created_at.isoformat(),
                    ),
                )
        except sqlite3.IntegrityError:
            raise DuplicateShipment(f"{shipment.number} is registered already") from None

    def get(self, number: str) -> Shipment:
        row = self._db.execute("SELECT * FROM shipments WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise UnknownShipment(f"no shipment {number}")
        return self._shipment(row)

    def add_scan(self, number: str, scan: Scan, status: Status) -> None:
        """Keep the scan and the status it led to. The same scan twice is kept once."""
        with self._db:
            self._db.execute(
                "INSERT OR IGNORE INTO scans (number, code, place, at) VALUES (?, ?, ?, ?)",
                (number, scan.code, scan.place, scan.at.isoformat()),
            )
            self._db.execute(
                "UPDATE shipments SET status = ? WHERE number = ?", (status.value, number)
            )

    def open_shipments(self) -> list[Shipment]:
        """Everything still under way, by number."""
        marks = ", ".join("?" for _ in FINAL)
        rows = self._db.execute(
            f"SELECT * FROM shipments WHERE status NOT IN ({marks}) ORDER BY number",
            [status.value for status in FINAL],
        )
        return [self._shipment(row) for row in rows.fetchall()]

    def _shipment(self, row: sqlite3.Row) -> Shipment:
        return Shipment(
            number=row["number"],
            carrier=row["carrier"],
            recipient=row["recipient"],
            status=Status(row["status"]),
            eta=date.fromisoformat(row["eta"]) if row["eta"] else None,
            scans=self._scans(row["number"]),
        )

    def _scans(self, number: str) -> tuple[Scan, ...]:
        rows = self._db.execute("SELECT * FROM scans WHERE number = ? ORDER BY at, id", (number,))
        return tuple(
            Scan(row["code"], row["place"], datetime.fromisoformat(row["at"])) for row in rows
        )
