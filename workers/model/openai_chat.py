"""Any server that speaks OpenAI's chat completions (vLLM, Ollama, llama.cpp, Azure, gateways).

What such a server understands of structured output differs, so it is asked in the strictest way first and one
rung lower each time it refuses the form; the rung that worked is remembered for the endpoint and model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.author.model import Heard, ModelError, ModelReply, ModelRequest, Usage, unheard, usable
from workers.model.exchange import Endpoint, Rejected
from workers.model.tokens import count, estimate, tokens

if TYPE_CHECKING:
    from openai import OpenAI

RUNGS = ("json_schema strict", "json_schema", "json_object", "text")
_REMEMBERED: dict[str, str] = {}


@dataclass(frozen=True)
class OpenAIChat:
    """A model behind `/chat/completions`. `memory` maps endpoint and model to the rung that worked."""

    endpoint: Endpoint
    model: str
    memory: MutableMapping[str, str] = field(default_factory=lambda: _REMEMBERED, repr=False)

    @property
    def name(self) -> str:
        return self.model

    def complete(self, request: ModelRequest, heard: Heard = unheard) -> ModelReply:
        rung = self._rung()
        while True:
            try:
                answer = self.endpoint.exchange(partial(self._call, request=request, rung=rung))
            except Rejected as error:
                if not _form_refused(error) or rung == RUNGS[-1]:
                    raise
                rung = RUNGS[RUNGS.index(rung) + 1]
                continue
            self.memory[self._memory_key] = rung
            return usable(_reply(answer, request))

    @property
    def _memory_key(self) -> str:
        return f"{self.endpoint.base_url} {self.model}"

    def _rung(self) -> str:
        remembered = self.memory.get(self._memory_key, RUNGS[0])
        return remembered if remembered in RUNGS else RUNGS[0]

    def _call(self, client: OpenAI, request: ModelRequest, rung: str) -> Any:
        return client.chat.completions.with_streaming_response.create(**_payload(self.model, request, rung))


def _form_refused(error: Rejected) -> bool:
    """Whether the server complains about the form we asked for. Servers word this in many ways, and a 400 or
    422 of any other kind would come again one rung lower, so every such answer may cost at most three more.
    """
    return error.kind == "rejected" and error.status in {400, 404, 415, 422, 501}


def _payload(model: str, request: ModelRequest, rung: str) -> dict[str, Any]:
    system = request.system
    if rung in {"json_object", "text"}:
        system += _SPELLED_OUT + json.dumps(request.schema, ensure_ascii=False, separators=(",", ":"))
    payload: dict[str, Any] = {
        "model": model,
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": request.user}],
        "max_tokens": request.max_output_tokens,
    }
    form = _form(request, rung)
    return payload | {"response_format": form} if form else payload


_SPELLED_OUT = (
    "\n\nAnswer with exactly one JSON object and nothing else: no prose before or after it."
    " It has to match this JSON Schema:\n"
)


def _form(request: ModelRequest, rung: str) -> dict[str, Any] | None:
    if rung == "text":
        return None
    if rung == "json_object":
        return {"type": "json_object"}
    schema: dict[str, Any] = {"name": request.schema_name, "schema": dict(request.schema)}
    if rung == "json_schema strict":
        schema["strict"] = True
    return {"type": "json_schema", "json_schema": schema}


def _reply(answer: Mapping[str, Any], request: ModelRequest) -> ModelReply:
    choices = answer.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else None
    message = choice.get("message") if choice else None
    if choice is None or not isinstance(message, dict):
        raise ModelError("not-understood", "the answer has no choice with a message", estimate(request, ""))
    text = message.get("content")
    text = text if isinstance(text, str) else ""
    finish = {"content_filter": "filter"}.get(
        str(choice.get("finish_reason")), str(choice.get("finish_reason"))
    )
    refusal = str(message.get("refusal") or "")
    return ModelReply(text, _usage(answer, request, text), finish, refusal, str(answer.get("model") or ""))


def _usage(answer: Mapping[str, Any], request: ModelRequest, text: str) -> Usage:
    usage = answer.get("usage")
    if not isinstance(usage, dict):
        return estimate(request, text)
    cached = count(usage.get("prompt_tokens_details"), "cached_tokens")
    return tokens(count(usage, "prompt_tokens"), count(usage, "completion_tokens"), cached)
