"""What every carrier tells us about itself."""

import re

from parcelpost.errors import InvalidNumber


class Carrier:
    name: str
    number_pattern: re.Pattern[str]
    codes: dict[str, str] = {}

    def check_number(self, number: str) -> None:
        if not self.number_pattern.fullmatch(number):
            raise InvalidNumber(f"{number!r} is not a {self.name} number")

    def translate(self, code: str) -> str:
        """The carrier's own scan code in our words; unknown codes pass through."""
        return self.codes.get(code, code)
