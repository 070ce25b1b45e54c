"""A model that plays a script: a real loopback server which speaks OpenAI's protocol and
can misbehave on demand.

It answers `/v1/responses` and `/v1/chat/completions`, as a stream when asked for one, one turn of the script
for each call, the last turn for ever. Whatever it says is scripted, so nothing it does tells anything about
any model.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

Style = Literal["responses", "chat"]
Finish = Literal["stop", "length", "filter"]
# How a stream goes: whole; with keep-alive comments, split inside letters and without its last line; broken
# off in the middle; ended by an error event; or not at all, though it was asked for.
Stream = Literal["whole", "ragged", "broken", "error", "ignored"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One call as it came in: its style, the decoded body, and the header that carries the key."""

    style: Style
    body: Mapping[str, Any]
    authorization: str

    @property
    def system(self) -> str:
        """The fixed part of the prompt."""
        return str(self.body["instructions"]) if self.style == "responses" else str(self._message("system"))

    @property
    def user(self) -> str:
        """The part of the prompt that speaks of this issue."""
        return str(self.body["input"]) if self.style == "responses" else str(self._message("user"))

    @property
    def form(self) -> str:
        """The rung of structured output that was asked for, as `workers.model.openai_chat` names them."""
        if self.style == "responses":
            return "json_schema strict"
        form = self.body.get("response_format")
        if not isinstance(form, dict):
            return "tool" if self.body.get("tool_choice") else "text"
        strict = form.get("type") == "json_schema" and form.get("json_schema", {}).get("strict") is True
        return "json_schema strict" if strict else str(form.get("type"))

    @property
    def question(self) -> str:
        """The name of the schema that was asked for, which tells one kind of question from another."""
        if self.style == "responses":
            return str(self.body["text"]["format"]["name"])
        form = self.body.get("response_format", {}).get("json_schema") or {}
        tool = self.body.get("tool_choice", {}).get("function") or {}
        return str(form.get("name") or tool.get("name") or "")

    def _message(self, role: str) -> object:
        return next((each["content"] for each in self.body["messages"] if each["role"] == role), "")


Answer = str | Callable[[Asked], str]


@dataclass(frozen=True, slots=True)
class Says:
    """Answer with a text, or with what a function makes of the call. `usage` False
    leaves the token counts out.
    """

    answer: Answer
    finish: Finish = "stop"
    usage: bool = True
    cached: int = 0
    as_tool: bool = False  # in chat completions: as the arguments of a tool call, whatever was asked for
    stream: Stream = "whole"


@dataclass(frozen=True, slots=True)
class Refuses:
    """Decline in the way the protocol has for it."""

    words: str = "I can't help with that."


@dataclass(frozen=True, slots=True)
class Fails:
    """An HTTP error with OpenAI's error body."""

    status: int
    code: str = ""
    message: str = "scripted failure"
    retry_after: str = ""


@dataclass(frozen=True, slots=True)
class Hangs:
    """No answer at all until the server stops or `seconds` are over."""

    seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Drips:
    """An answer that comes one byte at a time, `pause` seconds apart."""

    pause: float = 0.05


@dataclass(frozen=True, slots=True)
class Cuts:
    """Half an answer, then the connection breaks."""

    answer: Answer = '{"title": "half'


@dataclass(frozen=True, slots=True)
class Sends:
    """Any bytes with status 200: not JSON, another protocol, a proxy's login page."""

    body: bytes
    media_type: str = "application/json"


Turn = Says | Refuses | Fails | Hangs | Drips | Cuts | Sends
Play = Turn | Callable[[Asked], Turn]  # a turn, or what makes one of the call


@dataclass
class ModelServer:
    """The script, where it stands, and every call so far. `refused_forms` are rungs
    this server does not know.
    """

    turns: Sequence[Play]
    refused_forms: frozenset[str] = frozenset()
    refused_fields: frozenset[str] = frozenset()
    asked: list[Asked] = field(default_factory=list)
    refused: list[Asked] = field(default_factory=list)
    url: str = ""
    _played: int = 0
    _stopped: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/v1/responses", self._responses, methods=["POST"]),
                Route("/v1/chat/completions", self._chat, methods=["POST"]),
            ]
        )

    def stop(self) -> None:
        self._stopped.set()

    async def _responses(self, request: Request) -> Response:
        return await self._play("responses", request)

    async def _chat(self, request: Request) -> Response:
        return await self._play("chat", request)

    async def _play(self, style: Style, request: Request) -> Response:
        asked = Asked(style, await request.json(), request.headers.get("authorization", ""))
        if asked.form in self.refused_forms:
            self.refused.append(asked)
            return _failure(
                Fails(400, "invalid_request_error", f"response_format {asked.form} is not supported")
            )
        if unknown := sorted(self.refused_fields & asked.body.keys()):
            self.refused.append(asked)
            return _failure(Fails(400, "unsupported_parameter", f"Unsupported parameter: '{unknown[0]}'"))
        turn = self._next(asked)
        match turn:
            case Says():
                if asked.body.get("stream") and turn.stream != "ignored":
                    return StreamingResponse(_streaming(asked, turn), media_type="text/event-stream")
                return JSONResponse(_said(asked, turn))
            case Refuses():
                return JSONResponse(_declined(asked, turn))
            case Fails():
                return _failure(turn)
            case Sends():
                return Response(turn.body, media_type=turn.media_type)
            case Hangs():
                return await self._hang(turn)
            case Drips():
                return _Dripping(turn, self._stopped)
            case Cuts():
                return _Cut(json.dumps(_said(asked, Says(turn.answer))).encode())

    def _next(self, asked: Asked) -> Turn:
        with self._lock:
            self.asked.append(asked)
            turn = self.turns[min(self._played, len(self.turns) - 1)]
            self._played += 1
            return turn(asked) if callable(turn) else turn

    async def _hang(self, turn: Hangs) -> Response:
        for _ in range(int(turn.seconds / 0.02)):
            if self._stopped.is_set():
                break
            await asyncio.sleep(0.02)
        return _failure(Fails(503))


@contextmanager
def serving(
    *turns: Play, refused_forms: Sequence[str] = (), refused_fields: Sequence[str] = ()
) -> Iterator[ModelServer]:
    """A server on a free loopback port, in a thread of this process, until the block ends."""
    server = ModelServer(turns, frozenset(refused_forms), frozenset(refused_fields))
    listener = socket.create_server(("127.0.0.1", 0))
    server.url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    config = uvicorn.Config(server.app(), log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        running.should_exit = True
        thread.join(timeout=10)
        listener.close()


def _text(asked: Asked, answer: Answer) -> str:
    return answer if isinstance(answer, str) else answer(asked)


def _said(asked: Asked, turn: Says) -> dict[str, Any]:
    text = _text(asked, turn.answer)
    counts = (len(asked.system) // 4 + len(asked.user) // 4, len(text) // 4)
    body = _responses_body(text, turn) if asked.style == "responses" else _chat_body(text, turn)
    if asked.style == "chat" and (turn.as_tool or asked.form == "tool"):
        body["choices"][0]["message"] |= {"content": None, "tool_calls": [_tool_call(text)]}
    if turn.usage:
        body["usage"] = _usage(asked.style, *counts, turn.cached)
    return body | {"model": asked.body.get("model", "")}


def _responses_body(text: str, turn: Says) -> dict[str, Any]:
    content = [{"type": "output_text", "text": text, "annotations": []}]
    body: dict[str, Any] = {
        "id": "resp_scripted",
        "object": "response",
        "status": "completed" if turn.finish == "stop" else "incomplete",
        "output": [{"type": "message", "id": "msg_scripted", "role": "assistant", "content": content}],
    }
    if turn.finish != "stop":
        reason = "content_filter" if turn.finish == "filter" else "max_output_tokens"
        body["incomplete_details"] = {"reason": reason}
    return body


def _chat_body(text: str, turn: Says) -> dict[str, Any]:
    finish = {"filter": "content_filter"}.get(turn.finish, turn.finish)
    message = {"role": "assistant", "content": text, "refusal": None}
    return {
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
    }


def _tool_call(arguments: str) -> dict[str, Any]:
    return {"id": "call_scripted", "type": "function", "index": 0,
            "function": {"name": "plan", "arguments": arguments}}  # fmt: skip


async def _streaming(asked: Asked, turn: Says) -> AsyncIterator[bytes]:
    """The same answer, event by event."""
    events = _responses_events(asked, turn) if asked.style == "responses" else _chat_events(asked, turn)
    if turn.stream == "broken":
        events = events[: len(events) // 2]
    if turn.stream == "error":
        events = [*events[: len(events) // 2], {"type": "error", "error": {"message": "scripted"}}]
    said = "".join(f"data: {json.dumps(each, ensure_ascii=False)}\n\n" for each in events)
    if turn.stream == "whole" and asked.style == "chat":
        said += "data: [DONE]\n\n"
    if turn.stream == "ragged":
        said = ": keep-alive\n\n" + said.replace("\n\n", "\n\n: keep-alive\r\n\r\n")
    data = said.encode()
    step = 7 if turn.stream == "ragged" else 4096
    for at in range(0, len(data), step):
        yield data[at : at + step]


def _responses_events(asked: Asked, turn: Says) -> list[dict[str, Any]]:
    whole = _said(asked, turn)
    text = whole["output"][0]["content"][0]["text"]
    deltas = [{"type": "response.output_text.delta", "delta": piece} for piece in _split(text)]
    last = "response.completed" if turn.finish == "stop" else "response.incomplete"
    return [{"type": "response.created"}, *deltas, {"type": last, "response": whole}]


def _chat_events(asked: Asked, turn: Says) -> list[dict[str, Any]]:
    whole = _said(asked, turn)
    choice = whole["choices"][0]
    calls = choice["message"].get("tool_calls")
    text = calls[0]["function"]["arguments"] if calls else choice["message"]["content"]
    deltas = [
        {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} if calls else {"content": piece}
        for piece in _split(text)
    ]
    chunks = [{"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}]}
    wants_usage = asked.body.get("stream_options") and turn.usage
    tail = [{"choices": [], "usage": whole["usage"], "model": whole["model"]}] if wants_usage else []
    return [*chunks, end, *tail]


def _split(text: str) -> list[str]:
    """A text in pieces of some characters, as models give it."""
    return [text[at : at + 24] for at in range(0, len(text), 24)]


def _usage(style: Style, given: int, got: int, cached: int) -> dict[str, Any]:
    if style == "responses":
        return {
            "input_tokens": given,
            "output_tokens": got,
            "input_tokens_details": {"cached_tokens": cached},
        }
    return {
        "prompt_tokens": given,
        "completion_tokens": got,
        "total_tokens": given + got,
        "prompt_tokens_details": {"cached_tokens": cached},
    }


def _declined(asked: Asked, turn: Refuses) -> dict[str, Any]:
    if asked.style == "responses":
        body = _responses_body("", Says(""))
        body["output"][0]["content"] = [{"type": "refusal", "refusal": turn.words}]
    else:
        body = _chat_body("", Says(""))
        body["choices"][0]["message"] |= {"content": None, "refusal": turn.words}
    return body | {"usage": _usage(asked.style, 100, 10, 0)}


def _failure(turn: Fails) -> Response:
    headers = {"retry-after": turn.retry_after} if turn.retry_after else {}
    error = {"message": turn.message, "type": turn.code or "error", "code": turn.code or None, "param": None}
    return JSONResponse({"error": error}, turn.status, headers)


class _Dripping(Response):
    """One space at a time: always alive, never done."""

    def __init__(self, turn: Drips, stopped: threading.Event) -> None:
        super().__init__()
        self._turn = turn
        self._stopped = stopped

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        while not self._stopped.is_set():
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
            await asyncio.sleep(self._turn.pause)
        await send({"type": "http.response.body", "body": b"{}"})


class _Cut(Response):
    """Says how long the answer is, sends half of it and ends; uvicorn then closes the connection."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self._whole = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(self._whole)).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send(
            {"type": "http.response.body", "body": self._whole[: len(self._whole) // 2], "more_body": True}
        )
