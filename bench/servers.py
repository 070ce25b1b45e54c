"""The servers that the receiver is measured against, and itself: `python -m
bench.servers NAME REDIS_URL PORT`.
"""

from __future__ import annotations

import hmac
import json
import sys
from typing import Any

import uvicorn

SECRET = "the benchmark secret"


async def raw(scope: Any, receive: Any, send: Any) -> None:
    """The least there is: read the body, check the signature, answer."""
    if scope["type"] != "http":
        return
    chunks, more = [], True
    while more:
        message = await receive()
        chunks.append(message["body"])
        more = message["more_body"]
    claimed = next(value for name, value in scope["headers"] if name == b"x-hub-signature-256")
    good = hmac.compare_digest(
        b"sha256=" + hmac.digest(SECRET.encode(), b"".join(chunks), "sha256").hex().encode(), claimed
    )
    await send(
        {
            "type": "http.response.start",
            "status": 202 if good else 401,
            "headers": [(b"content-length", b"2")],
        }
    )
    await send({"type": "http.response.body", "body": b"ok"})


def fastapi_rq(redis_url: str) -> Any:
    """What a first version usually is: FastAPI, and one synchronous RQ enqueue of the
    payload for each delivery.
    """
    from fastapi import FastAPI
    from redis import Redis
    from rq import Queue
    from starlette.requests import Request
    from starlette.responses import Response

    app = FastAPI()
    queue = Queue("benchmark", connection=Redis.from_url(redis_url))

    async def deliver(request: Any) -> Any:
        body = await request.body()
        expected = "sha256=" + hmac.new(SECRET.encode(), body, "sha256").hexdigest()
        if not hmac.compare_digest(expected, request.headers.get("x-hub-signature-256", "")):
            return Response(status_code=401)
        queue.enqueue("builtins.len", json.loads(body))
        return Response(status_code=202)

    # FastAPI reads annotations, and with postponed evaluation it would look these names up in the module.
    deliver.__annotations__.update({"request": Request, "return": Response})
    app.add_api_route("/webhooks/github", deliver, methods=["POST"])
    return app


def main(name: str, redis_url: str, port: str) -> None:
    if name == "ours":
        from pydantic import SecretStr

        from bot.app import serve
        from bot.settings import Settings

        secret = SecretStr(SECRET)
        settings = Settings(
            redis_url=redis_url,
            groundplan_webhook_secret=secret,
            groundplan_secret=secret,
            groundplan_bot_id=1,
            groundplan_log_level="WARNING",
        )
        serve(settings, "127.0.0.1", int(port))
        return
    app = raw if name == "raw" else fastapi_rq(redis_url)
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(port),
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
