"""OpenAI's Responses API with strict structured output: the default provider.

https://platform.openai.com/docs/api-reference/responses
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.author.model import Heard, ModelError, ModelReply, ModelRequest, Usage, unheard, usable
from workers.model.exchange import Endpoint
from workers.model.tokens import count, estimate, tokens

if TYPE_CHECKING:
    from openai import OpenAI


@dataclass(frozen=True)
class OpenAIResponses:
    """A model behind `/responses`."""

    endpoint: Endpoint
    model: str

    @property
    def name(self) -> str:
        return self.model

    def complete(self, request: ModelRequest, heard: Heard = unheard) -> ModelReply:
        answer = self.endpoint.exchange(lambda client: self._call(client, request))
        return usable(_reply(answer, request))

    def _call(self, client: OpenAI, request: ModelRequest) -> Any:
        return client.responses.with_streaming_response.create(**_payload(self.model, request))


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
