"""Answers that are kept, so that a run that starts again pays for no finished call twice.

Everything else in a run follows from its inputs, so the answers are all there is to keep. Where they are kept
is the caller's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.author.model import Heard, Model, ModelError, ModelReply, ModelRequest, unheard, usable


class Answers(Protocol):
    """Finished calls of one planning, by the digest of the request."""

    def get(self, digest: str) -> ModelReply | None: ...

    def keep(self, digest: str, reply: ModelReply) -> None: ...


@dataclass(frozen=True, slots=True)
class RememberingModel:
    """A model that gives a kept answer again, a useless one as well: it was paid, so its usage still
    counts on the plan's receipt, and what came after it followed from it.
    """

    model: Model
    answers: Answers

    @property
    def name(self) -> str:
        return self.model.name

    def complete(self, request: ModelRequest, heard: Heard = unheard) -> ModelReply:
        kept = self.answers.get(request.digest)
        if kept is not None:
            return usable(kept)
        try:
            reply = self.model.complete(request, heard)
        except ModelError as error:
            if useless := _answer_of(error):
                self.answers.keep(request.digest, useless)
            raise
        self.answers.keep(request.digest, reply)
        return reply


def _answer_of(error: ModelError) -> ModelReply | None:
    """The answer that `usable` refuses with this error; None when there was no whole answer."""
    match error.kind:
        case "refused":
            return ModelReply("", error.usage, refusal="declined")
        case "truncated":
            return ModelReply("", error.usage, finish_reason="length")
        case "empty":
            return ModelReply("", error.usage)
    return None
