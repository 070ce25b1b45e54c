import pytest

from parcelpost.carriers import CARRIERS, carrier_named
from parcelpost.errors import InvalidNumber, UnknownCarrier


@pytest.mark.parametrize(("name", "number"), [("nordpak", "NP-4471-DE"), ("hermod", "H1234567895")])
def test_good_numbers_pass(name, number):
    carrier_named(name).check_number(number)


@pytest.mark.parametrize(
    ("name", "number"),
    [("nordpak", "NP-44-DE"), ("hermod", "H123"), ("hermod", "H1234567890")],
)
def test_bad_numbers_are_refused(name, number):
    with pytest.raises(InvalidNumber):
        carrier_named(name).check_number(number)


def test_unknown_carriers_are_named():
    with pytest.raises(UnknownCarrier, match="pigeon"):
        carrier_named("pigeon")


def test_codes_are_translated():
    assert CARRIERS["hermod"].translate("40") == "delivered"
    assert CARRIERS["hermod"].translate("picked_up") == "picked_up"
