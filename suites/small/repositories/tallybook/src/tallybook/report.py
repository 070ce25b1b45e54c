"""Balances as text."""

from tallybook.money import format_amount


def format_date(day: str) -> str:
    """`2024-03-01` as `01.03.2024`."""
    year, month, date = day.split("-")
    return f"{date}.{month}.{year}"


def as_text(rows) -> str:
    """One line an account: name and balance, aligned."""
    width = max((len(name) for name, _ in rows), default=0)
    return "\n".join(f"{name:<{width}}  {format_amount(total):>12}" for name, total in rows)
