"""The HTTP interface, on the standard library's server. Routes are in `ROUTES`."""

import hmac
import json
import re
from collections.abc import Callable
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from parcelpost.config import Config
from parcelpost.errors import ParcelpostError, Unauthorized
from parcelpost.service import Tracker

MAX_BODY = 64 * 1024
Answer = tuple[int, dict[str, Any]]


def health(tracker: Tracker, body: dict[str, Any]) -> Answer:
    return 200, {"status": "ok"}


def create_shipment(tracker: Tracker, body: dict[str, Any]) -> Answer:
    eta = date.fromisoformat(body["eta"]) if body.get("eta") else None
    shipment = tracker.register(body["number"], body["carrier"], body["recipient"], eta)
    return 201, shipment.to_json()


def show_shipment(tracker: Tracker, body: dict[str, Any], number: str) -> Answer:
    return 200, tracker.store.get(number).to_json()


def create_scan(tracker: Tracker, body: dict[str, Any], number: str) -> Answer:
    at = datetime.fromisoformat(body["at"]) if body.get("at") else None
    return 201, tracker.scan(number, body["code"], body["place"], at).to_json()


ROUTES: list[tuple[str, re.Pattern[str], Callable[..., Answer]]] = [
    ("GET", re.compile(r"/health"), health),
    ("POST", re.compile(r"/shipments"), create_shipment),
    ("GET", re.compile(r"/shipments/([A-Z0-9-]+)"), show_shipment),
    ("POST", re.compile(r"/shipments/([A-Z0-9-]+)/scans"), create_scan),
]


def handle(
    tracker: Tracker, config: Config, method: str, path: str, token: str, raw: bytes
) -> Answer:
    """One request, without a socket."""
    for route_method, pattern, action in ROUTES:
        match = pattern.fullmatch(path)
        if match and route_method == method:
            try:
                if method != "GET":
                    check_token(config, token)
                return action(tracker, json.loads(raw or b"{}"), *match.groups())
            except ParcelpostError as error:
                return error.http_status, {"error": error.code, "detail": str(error)}
            except (ValueError, KeyError, TypeError) as error:
                return 400, {"error": "bad_request", "detail": str(error)}
    return 404, {"error": "not_found", "detail": f"{method} {path}"}


def check_token(config: Config, token: str) -> None:
    if not config.api_token or not hmac.compare_digest(token.encode(), config.api_token.encode()):
        raise Unauthorized("a valid bearer token is needed to write")


def make_server(tracker: Tracker, config: Config) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), MAX_BODY)
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            status, body = handle(
                tracker, config, self.command, self.path, token, self.rfile.read(length)
            )
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _answer

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet: the proxy in front keeps the access log."""

    return ThreadingHTTPServer((config.host, config.port), Handler)
