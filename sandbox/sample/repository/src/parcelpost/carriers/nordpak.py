"""Nordpak: `NP-4471-DE`."""

import re

from parcelpost.carriers.base import Carrier


class Nordpak(Carrier):
    name = "nordpak"
    number_pattern = re.compile(r"NP-\d{4}-[A-Z]{2}")
    codes = {"HUB": "sorted", "VAN": "out_for_delivery", "DLV": "delivered"}
