"""Amounts of money as decimals."""

from decimal import Decimal, InvalidOperation


class BadAmount(ValueError):
    """Text that is no amount of money."""


def parse_amount(text: str) -> Decimal:
    """`12.50` as a Decimal."""
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise BadAmount(text) from error


def format_amount(amount: Decimal) -> str:
    """Two decimals, as people write it."""
    return f"{amount:.2f}"
