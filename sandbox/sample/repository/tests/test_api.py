import json
import threading
import urllib.request

import pytest

from parcelpost.api import handle, make_server
from parcelpost.config import Config

CONFIG = Config(api_token="secret", port=0)


@pytest.fixture
def call(tracker):
    def call(method, path, body=None, token="secret"):
        raw = json.dumps(body).encode() if body is not None else b""
        return handle(tracker, CONFIG, method, path, token, raw)

    return call


SHIPMENT = {"number": "NP-4471-DE", "carrier": "nordpak", "recipient": "ada@example.org"}


def test_register_scan_and_show(call):
    assert call("POST", "/shipments", SHIPMENT)[0] == 201
    scan = {"code": "HUB", "place": "Hamburg", "at": "2026-03-01T09:00:00+00:00"}
    assert call("POST", "/shipments/NP-4471-DE/scans", scan)[0] == 201
    status, body = call("GET", "/shipments/NP-4471-DE")
    assert (status, body["status"]) == (200, "in_transit")
    assert body["scans"] == [scan | {"code": "sorted"}]


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", "/shipments/NP-0000-DE", None, (404, "unknown_shipment")),
        ("POST", "/shipments", {}, (400, "bad_request")),
        ("POST", "/shipments", SHIPMENT | {"carrier": "pigeon"}, (400, "unknown_carrier")),
        ("POST", "/shipments", SHIPMENT | {"eta": "soon"}, (400, "bad_request")),
        ("GET", "/nothing", None, (404, "not_found")),
    ],
)
def test_errors(call, method, path, body, expected):
    status, answer = call(method, path, body)
    assert (status, answer["error"]) == expected


def test_writing_needs_the_token(call):
    assert call("POST", "/shipments", SHIPMENT, token="guess")[0] == 401


def test_over_a_real_socket(tracker):
    server = make_server(tracker, CONFIG)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/health"
        with urllib.request.urlopen(url, timeout=5) as answer:
            assert json.load(answer) == {"status": "ok"}
    finally:
        server.shutdown()
        server.server_close()
