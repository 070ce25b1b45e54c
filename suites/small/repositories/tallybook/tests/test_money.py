from decimal import Decimal

import pytest

from tallybook.money import BadAmount, format_amount, parse_amount


def test_parse_amount():
    assert parse_amount("12.50") == Decimal("12.50")


def test_bad_amount():
    with pytest.raises(BadAmount):
        parse_amount("twelve")


def test_format_amount():
    assert format_amount(Decimal("3")) == "3.00"
