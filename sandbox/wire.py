"""Requests and responses as bytes and headers, between any transport and the sandbox. No I/O."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Request:
    """`target` is the raw path with its query; header names are in small letters."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))


@dataclass(slots=True)
class Response:
    """`act` tells the transport to misbehave: cut the connection, or hang that many
    seconds before cutting it.
    """

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    act: Literal["answer", "cut", "hang"] = "answer"
    seconds: float = 0.0


def whole(value: Any) -> Any:
    """A JSON value with lone surrogates replaced: no Unicode text can hold them."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [whole(one) for one in value]
    if isinstance(value, dict):
        return {whole(name): whole(one) for name, one in value.items()}
    return value


def json_response(status: int, value: Any, headers: dict[str, str] | None = None) -> Response:
    told = {"content-type": "application/json; charset=utf-8", **(headers or {})}
    return Response(status, json.dumps(value, separators=(",", ":")).encode(), told)


def text_response(status: int, text: str, kind: str = "text/html; charset=utf-8") -> Response:
    return Response(status, text.encode(), {"content-type": kind})
