"""Sends queued deliveries to the App's webhook address, with GitHub's ten seconds, and keeps
the log of each attempt.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Literal

import httpx

from sandbox.state import Delivery
from sandbox.world import World

DEADLINE = 10.0
AT_ONCE = 20
Mode = Literal["send", "hold", "drop"]


class Deliverer:
    """Lives in the server's event loop. `send`: at once; `hold`: kept for `release`;
    `drop`: lost without a trace.
    """

    def __init__(self, world: World, loop: asyncio.AbstractEventLoop) -> None:
        self._world = world
        self._loop = loop
        self._client = httpx.AsyncClient(timeout=DEADLINE, trust_env=False)
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self.mode: Mode = "send"
        self.held: list[Delivery] = []

    def flush(self) -> None:
        """Take over what the world has queued; callable from any thread."""
        with self._world.lock:
            queued, self._world.outbox = self._world.outbox, []
            if self.mode == "hold":
                self.held += queued
            elif self.mode == "send":
                self.deliver(queued)

    def deliver(self, deliveries: Sequence[Delivery]) -> None:
        """Send these, in this order; the same one twice is a duplicate with the same GUID."""
        if self._world.app.webhook_url is None:
            return
        for delivery in deliveries:
            self._loop.call_soon_threadsafe(self._start, delivery)

    def release(self) -> list[Delivery]:
        """Give back what was held, in order, and send it."""
        with self._world.lock:
            held, self.held = self.held, []
        self.deliver(held)
        return held

    def _start(self, delivery: Delivery) -> None:
        task = self._loop.create_task(self._attempt(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def busy(self) -> bool:
        return bool(self._tasks)

    async def _attempt(self, delivery: Delivery) -> None:
        url = self._world.app.webhook_url
        if url is None:
            return
        async with self._slots:
            started = time.monotonic()
            try:
                async with asyncio.timeout(DEADLINE):
                    response = await self._client.post(
                        url, content=delivery.payload, headers=delivery.headers
                    )
                status, code, text = _verdict(response), response.status_code, response.text[:10_000]
                headers = dict(response.headers)
            except (TimeoutError, httpx.TimeoutException):
                status, code, text, headers = "timed out", 0, "", {}
            except httpx.HTTPError as failed:
                status, code, text, headers = "failed to connect to host", 0, str(failed), {}
            with self._world.lock:
                delivery.status, delivery.status_code = status, code
                delivery.response_body, delivery.response_headers = text, headers
                delivery.duration = time.monotonic() - started

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()


def _verdict(response: httpx.Response) -> str:
    return "OK" if response.is_success else f"Invalid HTTP Response: {response.status_code}"
