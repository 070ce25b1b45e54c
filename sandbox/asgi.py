"""Two ways to reach the sandbox: ASGI under uvicorn, with connections that can be cut, and
a direct httpx transport.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

import httpx
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.wire import Request, Response

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
TRANSPORT = "sandbox.transport"


class Answers(Protocol):
    def answer(self, request: Request) -> Response: ...


class CuttableProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 protocol, which tells the application its transport so that it can be cut."""

    def handle_events(self) -> None:
        # `app` is wrapped per connection: the scope itself is made deep inside the protocol.
        if not hasattr(self, "_bare_app"):
            self._bare_app = self.app

            async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
                scope[TRANSPORT] = self.transport
                await self._bare_app(scope, receive, send)

            self.app = with_transport
        super().handle_events()


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return b"".join(parts)


def application(sandbox: Answers) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        target = scope["raw_path"].decode("latin-1").partition("?")[0]
        if scope["query_string"]:
            target += "?" + scope["query_string"].decode("latin-1")
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        request = Request(scope["method"], target, headers, await _body(receive))
        await _send(scope, send, request, sandbox.answer(request))

    return app


async def _send(scope: Scope, send: Send, request: Request, response: Response) -> None:
    if response.act == "hang":
        await asyncio.sleep(response.seconds)
    if response.act != "answer":
        scope[TRANSPORT].abort()
        return
    headers = {"content-length": str(len(response.body)), **response.headers}
    if response.status in (204, 304):
        del headers["content-length"]
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": raw})
    body = b"" if request.method == "HEAD" else response.body
    await send({"type": "http.response.body", "body": body})


class DirectTransport(httpx.BaseTransport):
    """The same answers in the caller's thread; a hang is a read time-out at once, a
    cut a broken connection.
    """

    def __init__(self, sandbox: Answers) -> None:
        self._sandbox = sandbox

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        target = request.url.raw_path.decode("latin-1")
        asked = Request(request.method, target, headers, request.read())
        answer = self._sandbox.answer(asked)
        if answer.act == "hang":
            raise httpx.ReadTimeout("the sandbox hangs", request=request)
        if answer.act == "cut":
            raise httpx.RemoteProtocolError(
                "Server disconnected without sending a response.", request=request
            )
        return httpx.Response(answer.status, headers=answer.headers, content=answer.body, request=request)
