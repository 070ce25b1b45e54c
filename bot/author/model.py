"""What an author needs of a model: one request, one reply, and every way it can go wrong as a kind.

Types and the judgement of a reply only. No provider, no network and no retry
here: those are `workers/model/`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal, Protocol

from bot.errors import GroundplanError
from bot.plan.digest import digest_of

BYTES_PER_TOKEN = 3.4  # few, as code and paths cost more tokens than prose

Kind = Literal[
    "unauthorized",  # the key is missing, wrong or may not use this model
    "quota",  # the account has no money left; waiting does not help
    "rate-limited",  # too many requests for longer than we wait
    "unavailable",  # cannot be reached, or answers 5xx again and again
    "time-out",  # no complete answer within the deadline; it may have been paid for
    "cut",  # the connection broke inside the answer; it may have been paid for
    "context-length",  # the prompt does not fit
    "refused",  # the model declined
    "truncated",  # the answer hit the output limit
    "empty",  # an answer without text
    "not-understood",  # the endpoint answered something that is not this protocol
    "rejected",  # the endpoint says that our request is wrong
]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and calls, added up over everything that was paid for; `estimated` when
    an endpoint kept silent.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    calls: int = 0
    estimated: bool = False

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_tokens + other.cached_tokens,
            self.calls + other.calls,
            self.estimated or other.estimated,
        )


Purpose = Literal["understand", "draft", "repair", "review", "probe", "revise"]
READING: frozenset[Purpose] = frozenset({"review", "probe"})  # what a second model does, where there is one
Heard = Callable[[str], None]  # called with each new piece of an answer while it comes in


def unheard(piece: str) -> None:
    """For whoever does not listen."""


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One question. `system` is the same for every plan, so that endpoints can cache it; `schema` is the
    strict subset of JSON Schema. `cache_key` groups requests that share a prefix. `temperature` and
    `seed` are wishes that not every endpoint heeds; `sample` tells equal questions apart that want an
    answer each.
    """

    system: str
    user: str
    schema_name: str
    schema: Mapping[str, object] = field(repr=False)
    max_output_tokens: int = 16_000
    cache_key: str = ""
    purpose: Purpose = "draft"
    temperature: float | None = None
    seed: int | None = None
    sample: int = 0

    @property
    def digest(self) -> str:
        """By what the question is known again: 64 hex digits over all of it."""
        return digest_of(asdict(self))


@dataclass(frozen=True, slots=True)
class ModelReply:
    """One answer, whatever it says. `finish_reason` is "stop", "length", "filter" or
    the endpoint's own word.
    """

    text: str
    usage: Usage
    finish_reason: str = "stop"
    refusal: str = ""
    model: str = ""


class Model(Protocol):
    """Something that answers. `name` is what the provenance of a plan says."""

    @property
    def name(self) -> str: ...

    def complete(self, request: ModelRequest, heard: Heard = unheard) -> ModelReply:
        """The answer, or ModelError. Blocks; bounded in time by the implementation."""
        ...


@dataclass(frozen=True, slots=True)
class Remains:
    """What is left of a run that ended without a plan, in words: what it took ("" for nothing), and what the
    model had understood of the issue until then.
    """

    receipt: str = ""
    understood: str = ""


class ModelError(GroundplanError):
    """No usable answer. `usage` is what it cost all the same; `delay` is how long
    to wait, where that helps; `remains` are those of the whole run.
    """

    def __init__(
        self,
        kind: Kind,
        reason: str,
        usage: Usage | None = None,
        delay: float = 0.0,
        remains: Remains = Remains(),
    ) -> None:
        super().__init__(f"{kind}: {reason}")
        self.kind = kind
        self.reason = reason
        self.usage = usage or Usage()
        self.delay = delay
        self.remains = remains

    def __reduce__(self) -> tuple[type[ModelError], tuple[Kind, str, Usage, float, Remains]]:
        return type(self), (self.kind, self.reason, self.usage, self.delay, self.remains)


def usable(reply: ModelReply) -> ModelReply:
    """The reply if it is a whole answer; else ModelError: refused, truncated or empty, with what it cost."""
    if reply.refusal or reply.finish_reason == "filter":
        raise ModelError("refused", "the model declined to answer", reply.usage)
    if reply.finish_reason == "length":
        raise ModelError("truncated", "the answer hit the output limit and is cut off", reply.usage)
    if not reply.text.strip("\ufeff \t\r\n"):
        raise ModelError("empty", "the answer has no text", reply.usage)
    return reply
