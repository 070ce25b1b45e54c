import pytest

from parcelpost.errors import InvalidScan
from parcelpost.models import Status
from parcelpost.tracking import SCAN_CODES, next_status


@pytest.mark.parametrize(("code", "status"), SCAN_CODES.items())
def test_every_code_moves_a_new_shipment(code, status):
    assert next_status(Status.REGISTERED, code) is status


@pytest.mark.parametrize("final", [Status.DELIVERED, Status.RETURNED])
def test_a_final_status_stays(final):
    assert next_status(final, "sorted") is final


def test_unknown_codes_are_refused():
    with pytest.raises(InvalidScan, match="'lost'"):
        next_status(Status.IN_TRANSIT, "lost")
