"""Is the process alive, and can it take work: /healthz and /readyz. Numbers only, no names of tenants."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Response

from bot.inbox import AWAY, Horizon


def health_pages(
    counts: Callable[[], dict[str, Any]], horizon: Callable[[], Horizon], trusted: Callable[[], bool]
) -> APIRouter:
    """`counts` says what this process has received; `horizon` asks Redis, blocking, how far the work has
    got; `trusted` whether Redis is known to keep what it confirms.
    """
    router = APIRouter()

    @router.get("/healthz")
    async def healthz() -> dict[str, Any]:
        """The process answers. Says nothing about Redis."""
        return {"status": "ok", **counts()}

    @router.get("/readyz")
    async def readyz(response: Response) -> dict[str, Any]:
        """Redis answers, so deliveries are accepted; and how old the oldest work is
        that nobody has taken up.
        """
        try:
            ahead = await asyncio.wait_for(asyncio.to_thread(horizon), timeout=3.0)
        except AWAY:
            response.status_code = 503
            return {"status": "unavailable", "redis": "not reachable"}
        if not trusted():
            response.status_code = 503
            return {"status": "unavailable", "redis": "not known to be durable"}
        return {
            "status": "ready",
            "redis": "ok",
            "oldest_due_seconds": round(max(0.0, -(ahead.nearest or 0.0)), 3),
            "parked": ahead.parked,
        }

    return router
