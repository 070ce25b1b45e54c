"""Hermod: `H` and ten digits, the last of which is a check digit."""

import re

from parcelpost.carriers.base import Carrier
from parcelpost.errors import InvalidNumber


class Hermod(Carrier):
    name = "hermod"
    number_pattern = re.compile(r"H\d{10}")
    codes = {"10": "picked_up", "20": "sorted", "30": "out_for_delivery", "40": "delivered"}

    def check_number(self, number: str) -> None:
        super().check_number(number)
        digits = [int(digit) for digit in number[1:]]
        if sum(digits[:-1]) % 10 != digits[-1]:
            raise InvalidNumber(f"the check digit of {number!r} is wrong")
