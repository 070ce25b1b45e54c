"""A load generator of its own process: `python -m bench.load PORT PATH CONNECTIONS SECONDS SECRET` → JSON.

Closed loop: every connection sends the next delivery when the last one was answered. GUIDs are all different,
subjects and bodies are taken in turn from a few hundred.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import sys
import time
from itertools import count
from typing import Any

import uvloop

SUBJECTS = 300
BODY_BYTES = 20_000


def delivery_bodies() -> list[bytes]:
    """`issues.labeled` payloads of 20 KB with GitHub's shape."""
    return [_body(number) for number in range(1, SUBJECTS + 1)]


def _body(number: int) -> bytes:
    user = {"login": "octocat", "id": 1, "node_id": "MDQ6VXNlcjE=", "type": "User", "site_admin": False}
    labels = [
        {"id": n, "node_id": f"LA_{n}", "name": f"area/{n}", "color": "ededed", "default": False}
        for n in range(8)
    ]
    urls = {f"{name}_url": f"https://api.github.com/repos/octo/repo/{name}{{/id}}" for name in _URLS}
    payload: dict[str, Any] = {
        "action": "labeled",
        "issue": {
            "id": number,
            "number": number,
            "title": "A title",
            "user": user,
            "labels": labels,
            "state": "open",
            "body": "",
        },
        "label": labels[0],
        "repository": {
            "id": 42,
            "name": "repo",
            "full_name": "octo/repo",
            "private": False,
            "owner": user,
            **urls,
        },
        "organization": user,
        "sender": {"login": "someone", "id": 7, "type": "User"},
        "installation": {"id": 12, "node_id": "MDIz"},
    }
    payload["issue"]["body"] = "Some words of an issue. " * ((BODY_BYTES - len(json.dumps(payload))) // 24)
    return json.dumps(payload).encode()


_URLS = [
    f"{a}_{b}"
    for a in ("git", "issue", "pull", "commit", "hook", "team", "key")
    for b in ("a", "b", "c", "d", "e", "f", "g")
]


class Load:
    """Counts answers and their times, in seconds, over all connections."""

    def __init__(self, port: int, path: str, secret: str) -> None:
        self._port = port
        self._requests = [_request(path, body, secret) for body in delivery_bodies()]
        self._guids = count(1)
        self.times: list[float] = []
        self.refused = 0
        self.measuring = False
        self.over = False

    async def connection(self, first: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        for turn in count(first):
            if self.over:
                break
            before, after = self._requests[turn % SUBJECTS]
            began = time.perf_counter()
            writer.write(before + b"%08x-0000-4000-8000-%012x" % (turn % 2**32, next(self._guids)) + after)
            head = await reader.readuntil(b"\r\n\r\n")
            await _rest(reader, head)
            if self.measuring:
                self.times.append(time.perf_counter() - began)
            self.refused += not head.startswith((b"HTTP/1.1 20",))
        writer.close()


def _request(path: str, body: bytes, secret: str) -> tuple[bytes, bytes]:
    signature = hmac.new(secret.encode(), body, "sha256").hexdigest()
    before = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    before += "User-Agent: GitHub-Hookshot/0\r\nX-GitHub-Event: issues\r\nX-GitHub-Delivery: "
    after = f"\r\nX-GitHub-Hook-ID: 1\r\nX-Hub-Signature-256: sha256={signature}\r\n"
    after += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return before.encode(), after.encode() + body


async def _rest(reader: asyncio.StreamReader, head: bytes) -> None:
    lower = head.lower()
    at = lower.find(b"content-length:")
    if at >= 0:
        await reader.readexactly(int(lower[at + 15 : lower.index(b"\r\n", at)]))
    elif b"transfer-encoding: chunked" in lower:
        await reader.readuntil(b"0\r\n\r\n")


async def measure(port: int, path: str, connections: int, seconds: float, secret: str) -> dict[str, float]:
    load = Load(port, path, secret)
    tasks = [asyncio.create_task(load.connection(17 * number)) for number in range(connections)]
    await asyncio.sleep(1.0)
    load.measuring = True
    began = time.perf_counter()
    await asyncio.sleep(seconds)
    load.measuring = False
    took = time.perf_counter() - began
    load.over = True
    await asyncio.gather(*tasks)
    times = sorted(load.times)
    return {
        "requests": len(times) / took,
        "p50": 1000 * times[len(times) // 2],
        "p99": 1000 * times[int(len(times) * 0.99)],
        "max": 1000 * times[-1],
        "refused": load.refused,
        "answered": len(times),
    }


if __name__ == "__main__":
    port, path, connections, seconds, secret = sys.argv[1:]
    print(json.dumps(uvloop.run(measure(int(port), path, int(connections), float(seconds), secret))))
