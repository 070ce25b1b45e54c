"""One HTTP exchange with an OpenAI-style endpoint: bounded in time, size and retries,
errors turned into kinds.

Nothing here reads prompts or knows a schema, and nothing is ever logged: neither
prompts nor answers nor keys.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bot.author.model import Kind, ModelError
from workers.model.sse import TooLong, events

if TYPE_CHECKING:
    from openai import APIResponse, APIStatusError, OpenAI

OPENAI_URL = "https://api.openai.com/v1"
_FIELDS = ("response_format", "stream_options", "tool_choice", "max_completion_tokens")
Call = Callable[["OpenAI"], AbstractContextManager["APIResponse[Any]"]]
Streamed = Callable[[Iterator[str]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds and counts: how long to wait, how often to try again. `deadline`
    bounds one attempt as a whole.
    """

    connect: float = 5.0
    deadline: float = 240.0
    tries: int = 3
    longest_wait: float = 30.0
    largest_answer: int = 8 * 1024 * 1024


@dataclass
class Endpoint:
    """An address, a key and patience. `sleep` and `clock` are given so that nobody has to wait in tests."""

    base_url: str
    key: str = field(repr=False)
    patience: Patience = Patience()
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    @cached_property
    def _client(self) -> OpenAI:
        # The import takes half a second, so it waits until a model is really asked.
        import httpx2
        from openai import DefaultHttpxClient, OpenAI

        # OPENAI_LOG=debug would print prompts.
        for name in ("openai", "httpx2", "httpcore2"):
            logging.getLogger(name).setLevel(logging.WARNING)
        patience = self.patience
        timeout = httpx2.Timeout(patience.deadline, connect=patience.connect)
        # Nobody closes an endpoint, so no connection outlives its exchange: a handshake is little beside the
        # seconds that an answer takes.
        return OpenAI(
            api_key=self.key or "none",
            base_url=self.base_url or OPENAI_URL,
            timeout=timeout,
            max_retries=0,
            http_client=DefaultHttpxClient(limits=httpx2.Limits(max_keepalive_connections=0)),
        )

    def exchange(self, call: Call, streamed: Streamed | None = None) -> Mapping[str, Any]:
        """The answer as a JSON object; `streamed` makes one of a stream of events. Tries again only where no
        answer can have been paid for: 429 with a wait that is short enough, 5xx, no connection. Raises
        ModelError.
        """
        for attempt in range(1, self.patience.tries + 1):
            try:
                return self._once(call, streamed)
            except ModelError as error:
                wait = error.delay or float(attempt)
                retry = error.kind in {"rate-limited", "unavailable"} and attempt < self.patience.tries
                if not retry or wait > self.patience.longest_wait:
                    raise
                self.sleep(wait)
        raise AssertionError("the last try either answered or raised")

    def _once(self, call: Call, streamed: Streamed | None) -> Mapping[str, Any]:
        import httpx2
        from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAIError

        try:
            with call(self._client) as response:
                if streamed and "event-stream" in response.headers.get("content-type", ""):
                    return streamed(events(self._chunks(response)))
                return _object(b"".join(self._chunks(response)))  # some servers do not stream when asked to
        except (APITimeoutError, httpx2.TimeoutException) as error:
            raise _timed_out(error, self.patience) from None
        except APIStatusError as error:
            raise _refused(error) from None
        except (APIConnectionError, httpx2.TransportError) as error:
            raise _unreached(error) from None
        except OpenAIError as error:
            raise ModelError("not-understood", f"the client gave up: {type(error).__name__}") from None
        except TooLong:
            raise ModelError("not-understood", "the answer is larger than 8 MiB") from None

    def _chunks(self, response: APIResponse[Any]) -> Iterator[bytes]:
        """The answer as it comes in; a slow drip ends at the deadline, an endless one at the size limit."""
        ends, size = self.clock() + self.patience.deadline, 0
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > self.patience.largest_answer:
                raise ModelError("not-understood", "the answer is larger than 8 MiB")
            if self.clock() > ends:
                raise ModelError("time-out", f"no complete answer within {self.patience.deadline:g} s")
            yield chunk


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise ModelError("not-understood", "the endpoint's answer is not JSON") from None
    if not isinstance(answer, dict):
        raise ModelError("not-understood", "the endpoint's answer is not a JSON object")
    return answer


def event_of(data: str) -> Mapping[str, Any]:
    """One event of a stream. Raises ModelError when it is no JSON object, or tells of an error."""
    try:
        event = json.loads(data)
    except (ValueError, RecursionError):
        raise ModelError("not-understood", "an event of the stream is not JSON") from None
    if not isinstance(event, dict):
        raise ModelError("not-understood", "an event of the stream is not a JSON object")
    if event.get("error"):
        raise ModelError("cut", "the endpoint reports an error in the middle of its answer")
    return event


def _timed_out(error: Exception, patience: Patience) -> ModelError:
    import httpx2

    causes = (error, error.__cause__)
    if any(isinstance(each, httpx2.ConnectTimeout | httpx2.PoolTimeout) for each in causes):
        return ModelError("unavailable", f"no connection within {patience.connect:g} s")
    return ModelError("time-out", f"no complete answer within {patience.deadline:g} s")


def _unreached(error: Exception) -> ModelError:
    """Connecting failed (nothing was sent), or the line broke later (the answer may have been paid for)."""
    import httpx2

    if any(isinstance(each, httpx2.ConnectError | httpx2.ProxyError) for each in (error, error.__cause__)):
        return ModelError("unavailable", "the endpoint cannot be reached")
    return ModelError("cut", "the connection broke before the answer was complete")


def _refused(error: APIStatusError) -> ModelError:
    status, code, words = error.status_code, _code(error), _words(error)
    kind: Kind = "rejected"
    if status in {401, 403}:
        kind = "unauthorized"
    elif status == 429:
        kind = "quota" if code == "insufficient_quota" else "rate-limited"
    elif (status >= 500 or status == 408) and not _of_form(status, words):
        kind = "unavailable"
    elif code == "context_length_exceeded" or _too_long(words):
        kind = "context-length"
    delay = _retry_after(error.response.headers) if kind in {"rate-limited", "unavailable"} else 0.0
    return Rejected(kind, status, words, delay)


class Rejected(ModelError):
    """An error answer. `words` is what the endpoint said, for choosing another way to ask; never shown whole,
    because some endpoints echo the prompt or part of the key."""

    def __init__(self, kind: Kind, status: int, words: str, delay: float) -> None:
        super().__init__(kind, f"the endpoint answered {status}", delay=delay)
        self.status = status
        self.words = words

    def __reduce__(self) -> tuple[Any, ...]:
        return Rejected, (self.kind, self.status, self.words, self.delay)


def _code(error: APIStatusError) -> str:
    body = error.body if isinstance(error.body, dict) else {}
    inner = body.get("error", body)
    return str(inner.get("code") or inner.get("type") or "") if isinstance(inner, dict) else ""


def _words(error: APIStatusError) -> str:
    return error.message[:2000].lower()


def _too_long(words: str) -> bool:
    return bool(
        re.search(r"context (length|window|size)|maximum context|too many tokens|prompt is too long", words)
    )


def _of_form(status: int, words: str) -> bool:
    """Whether a 500 is about what we asked for: llama-cpp-python says so of a form that it does not know."""
    return status == 500 and any(name in words for name in _FIELDS)


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds from `retry-after-ms` or `retry-after`; 0 when absent, and a date counts as absent."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name, "").strip()
        if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value):
            return float(value) * unit
    return 0.0
