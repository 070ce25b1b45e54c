"""The life of a shipment. Pure: no clock and no database."""

from parcelpost.errors import InvalidScan
from parcelpost.models import Status

SCAN_CODES = {
    "picked_up": Status.IN_TRANSIT,
    "sorted": Status.IN_TRANSIT,
    "out_for_delivery": Status.OUT_FOR_DELIVERY,
    "attempt_failed": Status.IN_TRANSIT,
    "delivered": Status.DELIVERED,
    "returned": Status.RETURNED,
}

FINAL = frozenset({Status.DELIVERED, Status.RETURNED})


def next_status(current: Status, code: str) -> Status:
    """The status after a scan. A final status stays: carriers report the doorstep twice."""
    if code not in SCAN_CODES:
        raise InvalidScan(f"{code!r} is not a scan code")
    if current in FINAL:
        return current
    return SCAN_CODES[code]
