"""Values that we find again only as we put them there: who can write Redis cannot put words into a plan."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

_DIGITS = 64  # hex digits before each value


@dataclass(frozen=True, slots=True)
class Seal:
    """Closes with a secret. `kind` tells one keeper's values from another's, the place one value from
    another: a value that was moved does not open.
    """

    secret: str = field(repr=False)
    kind: str

    def closed(self, place: str, value: bytes) -> bytes:
        """The value with its seal before it."""
        return self._digest(place, value) + value

    def opened(self, place: str, found: object) -> bytes | None:
        """The value; None when there is none, or when it is not ours."""
        if not isinstance(found, bytes):
            return None
        value = found[_DIGITS:]
        return value if hmac.compare_digest(found[:_DIGITS], self._digest(place, value)) else None

    def _digest(self, place: str, value: bytes) -> bytes:
        signed = f"{self.kind} {place} ".encode() + value
        return hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest().encode()
