"""The things we keep: shipments and the scans carriers report."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    REGISTERED = "registered"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    RETURNED = "returned"


@dataclass(frozen=True)
class Scan:
    code: str
    place: str
    at: datetime

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "place": self.place, "at": self.at.isoformat()}


@dataclass(frozen=True)
class Shipment:
    number: str
    carrier: str
    recipient: str
    status: Status = Status.REGISTERED
    eta: date | None = None
    scans: tuple[Scan, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "carrier": self.carrier,
            "recipient": self.recipient,
            "status": self.status.value,
            "eta": self.eta.isoformat() if self.eta else None,
            "scans": [scan.to_json() for scan in self.scans],
        }
