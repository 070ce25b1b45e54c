"""One spelling for every JSON text we write, and digests of it. Knows nothing about plans."""

from __future__ import annotations

import hashlib
import json


def canonical_json(value: object) -> str:
    """`value` as JSON: keys sorted, lists in their order, two spaces, UTF-8 letters as
    they are, final newline.

    Raises ValueError for NaN and infinities, TypeError for what JSON cannot hold.
    """
    return json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def digest_of(value: object) -> str:
    """64 hex digits that are equal exactly when the canonical JSON is equal."""
    return text_digest(canonical_json(value))


def text_digest(text: str) -> str:
    """SHA-256 of the text's UTF-8 bytes, as 64 hex digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
