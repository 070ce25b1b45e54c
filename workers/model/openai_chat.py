"""Any server that speaks OpenAI's chat completions (vLLM, Ollama, llama.cpp, Azure, gateways).

What such a server understands differs; `dialect` is how it is asked, and what worked is remembered.
https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.author.model import Heard, ModelError, ModelReply, ModelRequest, Usage, unheard, usable
from workers.model.dialect import Dialect, remember, remembered
from workers.model.exchange import Endpoint, Rejected, event_of
from workers.model.tokens import count, estimate, tokens

if TYPE_CHECKING:
    from openai import OpenAI

_REMEMBERED: dict[str, str] = {}
_SPELLED_OUT = (
    "\n\nAnswer with exactly one JSON object and nothing else: no prose before or after it."
    " It has to match this JSON Schema:\n"
)


@dataclass(frozen=True)
class OpenAIChat:
    """A model behind `/chat/completions`. `memory` maps endpoint and model to the dialect that worked."""

    endpoint: Endpoint
    model: str
    memory: MutableMapping[str, str] = field(default_factory=lambda: _REMEMBERED, repr=False)

    @property
    def name(self) -> str:
        return self.model

    def complete(self, request: ModelRequest, heard: Heard = unheard) -> ModelReply:
        dialect = remembered(self.memory, self._key)
        while True:
            try:
                answer = self._answer(request, dialect, heard)
            except Rejected as error:
                milder = dialect.milder(error)
                if milder is None:
                    raise
                dialect = milder
                continue
            remember(self.memory, self._key, dialect)
            return usable(_reply(answer, request))

    @property
    def _key(self) -> str:
        return f"{self.endpoint.base_url} {self.model}"

    def _answer(self, request: ModelRequest, dialect: Dialect, heard: Heard) -> Mapping[str, Any]:
        listens = heard is not unheard and dialect.streaming != "none"
        payload = _payload(self.model, request, dialect) | (_streamed(dialect) if listens else {})
        return self.endpoint.exchange(partial(_call, payload=payload), partial(_assembled, heard=heard))


def _call(client: OpenAI, payload: Mapping[str, Any]) -> Any:
    return client.chat.completions.with_streaming_response.create(**payload)


def _payload(model: str, request: ModelRequest, dialect: Dialect) -> dict[str, Any]:
    system = request.system
    if dialect.rung in {"json_object", "text"}:
        system += _SPELLED_OUT + json.dumps(request.schema, ensure_ascii=False, separators=(",", ":"))
    payload: dict[str, Any] = {
        "model": model,
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": request.user}],
        dialect.limit: request.max_output_tokens,
    }
    wishes = {"temperature": request.temperature, "seed": request.seed} if dialect.wishes else {}
    return (
        payload | _form(request, dialect) | {key: value for key, value in wishes.items() if value is not None}
    )


def _form(request: ModelRequest, dialect: Dialect) -> dict[str, Any]:
    """What asks for structured output."""
    match dialect.rung:
        case "text":
            return {}
        case "json_object":
            return {"response_format": {"type": "json_object"}}
        case "tool":
            function = {"name": request.schema_name, "parameters": dict(request.schema)}
            choice = {"type": "function", "function": {"name": request.schema_name}}
            return {"tools": [{"type": "function", "function": function}], "tool_choice": choice}
    schema: dict[str, Any] = {"name": request.schema_name, "schema": dict(request.schema)}
    if dialect.rung == "json_schema strict":
        schema["strict"] = True
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


def _streamed(dialect: Dialect) -> dict[str, Any]:
    usage = {"stream_options": {"include_usage": True}} if dialect.streaming == "usage" else {}
    return {"stream": True, **usage}


def _assembled(said: Iterator[str], heard: Heard) -> Mapping[str, Any]:
    """A stream as the answer it would have been without streaming. Raises ModelError when it ends early."""
    parts: dict[str, list[str]] = {"content": [], "refusal": [], "arguments": []}
    answer: dict[str, Any] = {}
    finish = None
    for data in said:
        if data == "[DONE]":
            break
        event = event_of(data)
        answer |= {key: event[key] for key in ("model", "usage") if event.get(key)}
        choice = _first(event.get("choices"))
        finish = choice.get("finish_reason") or finish
        for name, piece in _pieces(choice.get("delta")):
            parts[name].append(piece)
            heard(piece)
    if finish is None:
        raise ModelError("cut", "the stream ended before the answer was complete")
    text = "".join(parts["content"]) or "".join(parts["arguments"])
    message = {"content": text, "refusal": "".join(parts["refusal"])}
    return answer | {"choices": [{"message": message, "finish_reason": finish}]}


def _pieces(delta: object) -> Iterator[tuple[str, str]]:
    if not isinstance(delta, dict):
        return
    for name in ("content", "refusal"):
        if isinstance(piece := delta.get(name), str) and piece:
            yield name, piece
    if arguments := _arguments(delta):
        yield "arguments", arguments


def _arguments(message: Mapping[str, Any]) -> str:
    """What a tool would be called with: some models answer so though no tool was offered."""
    function = _first(message.get("tool_calls")).get("function")
    arguments = function.get("arguments") if isinstance(function, dict) else None
    return arguments if isinstance(arguments, str) else ""


def _first(listed: object) -> Mapping[str, Any]:
    return listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else {}


def _reply(answer: Mapping[str, Any], request: ModelRequest) -> ModelReply:
    choice = _first(answer.get("choices"))
    message = choice.get("message")
    if not isinstance(message, dict):
        raise ModelError("not-understood", "the answer has no choice with a message", estimate(request, ""))
    content = message.get("content")
    text = content if isinstance(content, str) and content else _arguments(message)
    finish = str(choice.get("finish_reason"))
    finish = {"content_filter": "filter", "tool_calls": "stop"}.get(finish, finish)
    refusal = str(message.get("refusal") or "")
    return ModelReply(text, _usage(answer, request, text), finish, refusal, str(answer.get("model") or ""))


def _usage(answer: Mapping[str, Any], request: ModelRequest, text: str) -> Usage:
    usage = answer.get("usage")
    if not isinstance(usage, dict):
        return estimate(request, text)
    cached = count(usage.get("prompt_tokens_details"), "cached_tokens")
    return tokens(count(usage, "prompt_tokens"), count(usage, "completion_tokens"), cached)
