"""Counting what an answer cost, also when the endpoint does not say."""

from __future__ import annotations

import json

from bot.author.model import BYTES_PER_TOKEN, ModelRequest, Usage


def count(holder: object, key: str) -> int:
    """A count out of untrusted JSON: a whole number from 0 up, else 0."""
    value = holder.get(key) if isinstance(holder, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0


def tokens(given: int, got: int, cached: int) -> Usage:
    return Usage(input_tokens=given, output_tokens=got, cached_tokens=min(cached, given), calls=1)


def estimate(request: ModelRequest, text: str) -> Usage:
    """For endpoints that report no usage: bytes divided by an average, and marked as an estimate."""
    given = request.system + request.user + json.dumps(request.schema)
    return Usage(_tokens(given), _tokens(text), calls=1, estimated=True)


def _tokens(text: str) -> int:
    return round(len(text.encode("utf-8", "replace")) / BYTES_PER_TOKEN)
