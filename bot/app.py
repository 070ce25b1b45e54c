"""The web door: GitHub's deliveries in front, pages behind. Must not import GitHub's
client or act on anything.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import logging
import time
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException

from bot import logs
from bot.errors import UserError
from bot.inbox import AWAY, Agenda, AsyncInbox, Wakes, check_durability, check_redis, connect, connect_async
from bot.settings import Settings
from bot.web.health import health_pages
from bot.web.journal import Journal
from bot.web.protocol import LimitedProtocol
from bot.web.webhook import PATH, Application, Receive, Send, Webhook

# Wake-ups are sent at once after a quiet time, then at most this often.
WAKE_SECONDS = 0.2
JOURNAL_SECONDS = 1.0
# Between two checks of a Redis that was away or not durable.
CHECK_SECONDS = 1.0
SHUTDOWN_SECONDS = 5
CONNECTIONS = 2000
_M_ARENA_MAX = -8
log = logging.getLogger(__name__)


def create_app(settings: Settings) -> Application:
    """The whole web side as one ASGI application. Raises UserError when a secret is missing."""
    _check_secrets(settings)
    inbox = AsyncInbox(connect_async(settings.redis_url))
    arrived = asyncio.Event()
    trusted = asyncio.Event()
    webhook = Webhook(
        settings.webhook_secrets, settings.groundplan_bot_id, inbox, arrived.set, trusted.is_set
    )
    redis = connect(settings.redis_url)
    wakes = Wakes(redis, settings.signing_secret)
    check = partial(check_durability, redis)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if trouble := await asyncio.to_thread(_trouble, check):
            log.error("deliveries are answered 503", extra={"fields": {"remark": trouble}})
        else:
            trusted.set()
        chores = [
            asyncio.create_task(_keep_waking(wakes, arrived)),
            asyncio.create_task(_keep_checking(check, trusted, trouble)),
            asyncio.create_task(_keep_writing(webhook.journal)),
        ]
        try:
            yield
        finally:
            for chore in chores:
                chore.cancel()
            await asyncio.gather(*chores, return_exceptions=True)
            webhook.journal.write()
            await inbox.close()
            redis.close()

    pages = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    horizon = Agenda(redis, "tend").horizon
    pages.include_router(health_pages(lambda: _counts(webhook), horizon, trusted.is_set))
    pages.add_exception_handler(HTTPException, _http_error)
    pages.add_exception_handler(Exception, _our_error)

    async def app(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == PATH:
            await webhook(scope, receive, send)
        else:
            await pages(scope, receive, send)

    return app


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until SIGTERM, then finish the requests in hand. Raises UserError for
    settings we will not start with.
    """
    logs.configure(settings)
    for remark in check_redis(settings.redis_url):
        log.warning("redis", extra={"fields": {"remark": remark}})
    server = uvicorn.Server(server_config(create_app(settings), host, port))
    _shed_memory()
    server.run()


def server_config(app: Application, host: str, port: int) -> uvicorn.Config:
    """uvicorn as we run it."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http=LimitedProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=65,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )


def _shed_memory() -> None:
    """Give back what importing left over, about a fifth, and keep threads from
    hoarding their own. glibc only.
    """
    gc.collect()
    gc.freeze()
    libc = ctypes.CDLL(None)
    if hasattr(libc, "malloc_trim"):
        libc.mallopt(_M_ARENA_MAX, 1)
        libc.malloc_trim(0)


def _check_secrets(settings: Settings) -> None:
    if not settings.webhook_secrets:
        raise UserError(
            "no-webhook-secret",
            "There is no webhook secret, so anybody could send deliveries.",
            "Set GROUNDPLAN_WEBHOOK_SECRET to the secret of the GitHub App's webhook.",
        )
    _ = settings.signing_secret
    if not settings.groundplan_bot_id:
        raise UserError(
            "no-bot-id",
            "Groundplan does not know its own bot's user id, so it would answer its own doings.",
            "Set GROUNDPLAN_BOT_ID to the id that /users/<app-slug>[bot] of GitHub's API shows.",
        )


async def _keep_waking(wakes: Wakes, arrived: asyncio.Event) -> None:
    """Send wake-ups off the request path. If Redis fails here the sweep sends them some seconds later."""
    while True:
        await arrived.wait()
        arrived.clear()
        with contextlib.suppress(*AWAY):
            await asyncio.to_thread(wakes.wake)
        await asyncio.sleep(WAKE_SECONDS)


async def _keep_checking(check: Callable[[], object], trusted: asyncio.Event, trouble: str) -> None:
    """Until it has passed once, check again whether Redis keeps what it confirms. Says what is new only."""
    while trouble:
        await asyncio.sleep(CHECK_SECONDS)
        before, trouble = trouble, await asyncio.to_thread(_trouble, check)
        if not trouble:
            trusted.set()
            log.info("deliveries are taken")
        elif trouble != before:
            log.error("deliveries are answered 503", extra={"fields": {"remark": trouble}})


def _trouble(check: Callable[[], object]) -> str:
    """Why Redis cannot be trusted with deliveries yet; "" when it can."""
    try:
        check()
    except UserError as error:
        return f"{error.reason} {error.next_step}"
    except AWAY as error:
        return f"Redis is not reachable ({type(error).__name__})"
    return ""


async def _keep_writing(journal: Journal) -> None:
    """Write the lines about deliveries in a thread: a reader of our log that is slow must not slow us."""
    while True:
        await asyncio.sleep(JOURNAL_SECONDS)
        await asyncio.to_thread(journal.write)


def _counts(webhook: Webhook) -> dict[str, Any]:
    last = webhook.last_kept
    age = None if last is None else round(time.monotonic() - last, 1)
    return {"deliveries": dict(webhook.counts), "seconds_since_last_kept": age}


async def _http_error(_: Request, error: Exception) -> PlainTextResponse:
    """Method and address errors, without echoing anything of the request."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    return PlainTextResponse("Not found" if status == 404 else f"Error {status}", status_code=status)


async def _our_error(_: Request, error: Exception) -> PlainTextResponse:
    """A bug of ours: the log has the trace, the answer has nothing."""
    return PlainTextResponse("Internal error", status_code=500)
