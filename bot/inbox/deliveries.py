"""Deliveries, kept before they are acknowledged. Requests that wait at the same time share one round trip.

Must not parse bodies and must never wait longer than it was told: a Redis that is down or slow is an error
at once, for the caller to say 503.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Literal, cast

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError

from bot.errors import GroundplanError
from bot.events import Event
from bot.inbox import scripts
from bot.inbox.agenda import Clock, digest

Kept = Literal["kept", "again", "done"]
_WORDS: dict[str, Kept] = {"k": "kept", "a": "again", "d": "done"}
BATCH = 64


class Unavailable(GroundplanError):
    """The delivery was not (knowably) stored: answer 503, and GitHub's log will show it as failed."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery as it is stored: its GUID (lower case) and the event it carries."""

    guid: str
    event: Event

    def line(self) -> str:
        """The delivery as the KEEP script reads it. No value can hold a tab or a
        line break: all are checked.
        """
        event = self.event
        subjects = " ".join(map(str, event.subjects))
        last = f"{event.installation_id}\t{event.full_name}\n"
        return f"{self.guid}\t{event.name}\t{event.action}\t{subjects}\t{last}"


_Waiting = tuple[Delivery, "asyncio.Future[Kept]"]


class AsyncInbox:
    """Keeps deliveries by GUID and marks their subjects due. One per event loop; `close` it.

    `patience` is the longest that one round trip may take, in seconds. A delivery waits for two at most:
    the one that is under way when it comes, and its own.
    """

    def __init__(self, redis: Redis, clock: Clock | None = None, patience: float = 1.4) -> None:
        self._redis = redis
        self._clock = clock
        self._patience = patience
        self._waiting: list[_Waiting] = []
        self._sender: asyncio.Task[None] | None = None

    def keep(self, delivery: Delivery) -> asyncio.Future[Kept]:
        """Store a delivery and mark its subjects due: "kept" new, "again" re-armed
        unfinished work, "done" before.

        The future raises Unavailable when Redis did not confirm it in time; it may have
        been stored all the same.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Kept] = loop.create_future()
        self._waiting.append((delivery, answer))
        if self._sender is None:
            self._sender = loop.create_task(self._send_all())
        return answer

    async def close(self) -> None:
        """Finish what is being sent and close the connection."""
        if self._sender is not None:
            await self._sender
        await self._redis.aclose()

    async def _send_all(self) -> None:
        """Send what waits, batch after batch, until nothing does. What arrives
        meanwhile makes the next batch.
        """
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
                await self._send(batch)
        finally:
            self._sender = None

    async def _send(self, batch: list[_Waiting]) -> None:
        try:
            async with asyncio.timeout(self._patience):
                letters = await self._run("".join([delivery.line() for delivery, _ in batch]))
        except (RedisError, OSError) as error:
            letters = ""
            why = f"Redis: {type(error).__name__}"
        else:
            why = "the subject's record is unreadable or Redis is full"
        for (_, answer), letter in zip(batch, letters.ljust(len(batch), "e"), strict=True):
            if answer.done():
                continue
            if letter in _WORDS:
                answer.set_result(_WORDS[letter])
            else:
                answer.set_exception(Unavailable(why))

    async def _run(self, lines: str) -> str:
        now = "" if self._clock is None else str(self._clock())
        try:
            letters = self._redis.evalsha(digest(scripts.KEEP), 0, now, lines)
            return (await cast("Awaitable[bytes]", letters)).decode()
        except NoScriptError:
            letters = self._redis.eval(scripts.KEEP, 0, now, lines)
            return (await cast("Awaitable[bytes]", letters)).decode()
