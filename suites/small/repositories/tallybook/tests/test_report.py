from decimal import Decimal

from tallybook.report import as_text, format_date


def test_as_text():
    assert as_text([("cash", Decimal("2"))]) == "cash          2.00"


def test_format_date():
    assert format_date("2024-03-01") == "01.03.2024"
