"""Entries out of a text file: one a line, fields separated by semicolons."""

from dataclasses import dataclass
from decimal import Decimal

from tallybook.money import parse_amount


@dataclass
class Entry:
    day: str
    account: str
    amount: Decimal
    memo: str = ""


def read_entries(lines):
    """Yield an Entry for every line: `day;account;amount;memo`. Blank lines and lines with # are skipped."""
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        day, account, amount, *memo = line.rstrip("\n").split(";")
        yield Entry(day, account, parse_amount(amount), memo[0] if memo else "")
