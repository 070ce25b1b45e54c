"""Answers that are kept, so that a run that starts again pays for no finished call twice.

Everything else in a run follows from its inputs, so the answers are all there is to keep. Where they are kept
is the caller's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.author.model import Heard, Model, ModelReply, ModelRequest, unheard


class Answers(Protocol):
    """Finished calls of one planning, by the digest of the request."""

    def get(self, digest: str) -> ModelReply | None: ...

    def keep(self, digest: str, reply: ModelReply) -> None: ...


@dataclass(frozen=True, slots=True)
class RememberingModel:
    """A model that gives a kept answer again. Its usage still counts on the plan's receipt: it was paid."""

    model: Model
    answers: Answers

    @property
    def name(self) -> str:
        return self.model.name

    def complete(self, request: ModelRequest, heard: Heard = unheard) -> ModelReply:
        kept = self.answers.get(request.digest)
        if kept is not None:
            return kept
        reply = self.model.complete(request, heard)
        self.answers.keep(request.digest, reply)
        return reply
