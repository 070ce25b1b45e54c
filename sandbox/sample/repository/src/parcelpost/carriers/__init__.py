"""The carriers we know."""

from parcelpost.carriers.base import Carrier
from parcelpost.carriers.hermod import Hermod
from parcelpost.carriers.nordpak import Nordpak
from parcelpost.errors import UnknownCarrier

CARRIERS: dict[str, Carrier] = {carrier.name: carrier for carrier in (Nordpak(), Hermod())}


def carrier_named(name: str) -> Carrier:
    if name not in CARRIERS:
        raise UnknownCarrier(f"no carrier is called {name!r}")
    return CARRIERS[name]
