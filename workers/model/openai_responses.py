"""OpenAI's Responses API with strict structured output: the default provider.

https://platform.openai.com/docs/api-reference/responses
"""

from __future__ import annotations

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


@dataclass(frozen=True)
class OpenAIResponses:
    """A model behind `/responses`. Structured output is strict there; what differs between models is whether
    they heed wishes, and what worked is remembered.
    """

    endpoint: Endpoint
    model: str
    memory: MutableMapping[str, str] = field(default_factory=lambda: _REMEMBERED, repr=False)

    @property
    def name(self) -> str:
        return self.model

    def complete(self, request: ModelRequest, heard: Heard = unheard) -> ModelReply:
        key = f"{self.endpoint.base_url} responses {self.model}"
        dialect = remembered(self.memory, key)
        while True:
            try:
                answer = self._answer(request, dialect, heard)
            except Rejected as error:
                milder = dialect.milder(error)
                if milder is None or milder.rung != dialect.rung:
                    raise
                dialect = milder
                continue
            remember(self.memory, key, dialect)
            return usable(_reply(answer, request))

    def _answer(self, request: ModelRequest, dialect: Dialect, heard: Heard) -> Mapping[str, Any]:
        payload = _payload(self.model, request)
        if dialect.wishes and request.temperature is not None:
            payload["temperature"] = request.temperature
        if heard is not unheard and dialect.streaming != "none":
            payload["stream"] = True
        return self.endpoint.exchange(partial(_call, payload=payload), partial(_assembled, heard=heard))


def _call(client: OpenAI, payload: Mapping[str, Any]) -> Any:
    return client.responses.with_streaming_response.create(**payload)


def _payload(model: str, request: ModelRequest) -> dict[str, Any]:
    form = {
        "type": "json_schema",
        "name": request.schema_name,
        "schema": dict(request.schema),
        "strict": True,
    }
    payload: dict[str, Any] = {
        "model": model,
        "instructions": request.system,
        "input": request.user,
        "text": {"format": form},
        "max_output_tokens": request.max_output_tokens,
        "store": False,  # private code does not stay at the provider longer than it must
    }
    if request.cache_key:
        payload["prompt_cache_key"] = request.cache_key
    return payload


def _assembled(said: Iterator[str], heard: Heard) -> Mapping[str, Any]:
    """The whole response, which the last event of a stream carries. Raises ModelError when it ends early."""
    for data in said:
        event = event_of(data)
        kind = event.get("type")
        if kind == "response.output_text.delta" and isinstance(event.get("delta"), str):
            heard(event["delta"])
        elif kind in {"response.completed", "response.incomplete", "response.failed"}:
            whole = event.get("response")
            if isinstance(whole, dict):
                return whole
        elif kind == "error":
            raise ModelError("cut", "the endpoint reports an error in the middle of its answer")
    raise ModelError("cut", "the stream ended before the answer was complete")


def _reply(answer: Mapping[str, Any], request: ModelRequest) -> ModelReply:
    parts = [part for item in _listed(answer, "output") for part in _listed(item, "content")]
    text = "".join(str(part.get("text") or "") for part in parts if part.get("type") == "output_text")
    refusal = "".join(str(part.get("refusal") or "") for part in parts if part.get("type") == "refusal")
    usage = _usage(answer, request, text)
    if answer.get("status") == "failed":
        raise ModelError("unavailable", "the endpoint reports that the answer failed", usage)
    if "output" not in answer:
        raise ModelError("not-understood", "the answer has no `output`; is this a Responses endpoint?", usage)
    return ModelReply(text, usage, _finish(answer), refusal, str(answer.get("model") or ""))


def _finish(answer: Mapping[str, Any]) -> str:
    if answer.get("status") != "incomplete":
        return "stop"
    details = answer.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, dict) else ""
    return "filter" if reason == "content_filter" else "length"


def _usage(answer: Mapping[str, Any], request: ModelRequest, text: str) -> Usage:
    usage = answer.get("usage")
    if not isinstance(usage, dict):
        return estimate(request, text)
    cached = count(usage.get("input_tokens_details"), "cached_tokens")
    return tokens(count(usage, "input_tokens"), count(usage, "output_tokens"), cached)


def _listed(holder: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = holder.get(key)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
