"""Is a delivery GitHub's? HMAC-SHA256 over the raw bytes, in constant time. Pure; must not parse the body.

https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence

_FORM = re.compile(rb"sha256=([0-9a-f]{64})")


def claimed_digest(header: bytes) -> bytes | None:
    """The hex digest of a well-formed signature header; None for any other form, upper case included."""
    found = _FORM.fullmatch(header)
    return found[1] if found else None


def is_signed(secrets: Sequence[bytes], body: bytes, claimed: bytes) -> bool:
    """Whether one of the secrets made this digest (hex) of `body`. Bytes are compared:
    text raises on non-ASCII.
    """
    good = False
    for secret in secrets:
        good |= hmac.compare_digest(hmac.digest(secret, body, "sha256").hex().encode(), claimed)
    return good
