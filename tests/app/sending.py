"""The receiver as it runs, under uvicorn on a free port of this machine, and a sender that can misbehave."""

from __future__ import annotations

import hmac
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from select import select
from typing import Any
from uuid import uuid4

import uvicorn
from pydantic import SecretStr

from bot.app import create_app, server_config
from bot.settings import Settings

SECRET = "the webhook secret"
OLD_SECRET = "the secret before it"
BOT_ID = 4242


def labeled(**changes: Any) -> dict[str, Any]:
    """An `issues.labeled` payload, as small as it can be."""
    payload = {
        "action": "labeled",
        "installation": {"id": 12},
        "repository": {"id": 42, "full_name": "octo/repo"},
        "sender": {"id": 5},
        "issue": {"number": 7},
        "label": {"name": "needs-plan"},
    }
    return {**payload, **changes}


def signed(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest()


@dataclass
class Sender:
    """Sends deliveries to one port."""

    port: int
    event: str = "issues"
    headers: dict[str, str] = field(default_factory=dict)

    def post(
        self, body: bytes | dict[str, Any], *, guid: str = "", event: str = "", **headers: str | None
    ) -> tuple[int, str]:
        """Status and text. Keyword headers replace the right ones (`_` for `-`); None leaves one out."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent: dict[str, str | None] = {
            "Content-Type": "application/json",
            "X-GitHub-Event": event or self.event,
            "X-GitHub-Delivery": guid or str(uuid4()),
            "X-Hub-Signature-256": signed(raw),
        }
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        wire = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            kept = {name: value for name, value in sent.items() if value is not None}
            wire.request("POST", "/webhooks/github", raw, kept)
            answer = wire.getresponse()
            return answer.status, answer.read().decode()
        finally:
            wire.close()

    def get(self, path: str, method: str = "GET") -> tuple[int, str]:
        wire = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            wire.request(method, path)
            answer = wire.getresponse()
            return answer.status, answer.read().decode()
        finally:
            wire.close()

    def raw(self, *parts: bytes, timeout: float = 20.0) -> bytes:
        """Send bytes as they are until an answer comes; read until the server
        closes or is silent too long.
        """
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as wire:
            said = b""
            try:
                for part in parts:
                    if select([wire], [], [], 0)[0]:
                        break
                    wire.sendall(part)
                while chunk := wire.recv(65536):
                    said += chunk
            except (TimeoutError, ConnectionError):
                pass
            return said


def receiver_settings(redis_url: str, **changes: Any) -> Settings:
    values: dict[str, Any] = {
        "redis_url": redis_url,
        "groundplan_webhook_secret": SecretStr(SECRET),
        "groundplan_webhook_secret_previous": SecretStr(OLD_SECRET),
        "groundplan_secret": SecretStr("the signing secret"),
        "groundplan_bot_id": BOT_ID,
    }
    return Settings(**{**values, **changes})


@contextmanager
def receiver(settings: Settings) -> Iterator[Sender]:
    """The receiver in a thread of this process, ready to answer."""
    server = uvicorn.Server(server_config(create_app(settings), "127.0.0.1", 0))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the receiver did not start"
        time.sleep(0.005)
    try:
        yield Sender(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(timeout=10)
