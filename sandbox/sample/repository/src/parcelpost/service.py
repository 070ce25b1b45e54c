"""What can be done with shipments; the HTTP interface and the command line both call this."""

from collections.abc import Callable
from datetime import date, datetime

from parcelpost.carriers import carrier_named
from parcelpost.models import Scan, Shipment
from parcelpost.notify import Outbox, message_for
from parcelpost.store import Store
from parcelpost.tracking import next_status


class Tracker:
    def __init__(self, store: Store, outbox: Outbox, now: Callable[[], datetime]) -> None:
        self.store = store
        self.outbox = outbox
        self._now = now

    def register(
        self, number: str, carrier: str, recipient: str, eta: date | None = None
    ) -> Shipment:
        carrier_named(carrier).check_number(number)
        shipment = Shipment(number=number, carrier=carrier, recipient=recipient, eta=eta)
        self.store.add(shipment, self._now())
        return shipment

    def scan(self, number: str, code: str, place: str, at: datetime | None = None) -> Shipment:
        """Add a carrier's scan; tell the recipient when the status moved on."""
        before = self.store.get(number)
        code = carrier_named(before.carrier).translate(code)
        status = next_status(before.status, code)
        self.store.add_scan(number, Scan(code, place, at or self._now()), status)
        body = message_for(before, status) if status is not before.status else None
        if body:
            self.outbox.queue(before, status.value, body, self._now())
        return self.store.get(number)
