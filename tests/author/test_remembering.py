"""A finished call is paid for once: its answer comes again, and a useless one is as useless again."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.author.model import Heard, Kind, ModelError, ModelReply, ModelRequest, Usage, unheard
from bot.author.remembering import RememberingModel
from tests.author.scripted import KeptAnswers

ASK = ModelRequest("fixed words", "the issue's words", "plan", {"type": "object"}, 500)
PAID = Usage(10, 5, calls=1)


@dataclass
class Once:
    """A model that answers or fails, and counts how often it was asked."""

    error: ModelError | None = None
    calls: int = 0
    name: str = "once"

    def complete(self, request: ModelRequest, heard: Heard = unheard) -> ModelReply:
        self.calls += 1
        if self.error:
            raise self.error
        return ModelReply("{}", PAID)


def test_an_answer_is_given_again_with_what_it_cost() -> None:
    model = Once()
    remembering = RememberingModel(model, KeptAnswers())
    assert remembering.complete(ASK) == remembering.complete(ASK) == ModelReply("{}", PAID)
    assert model.calls == 1


@pytest.mark.parametrize("kind", ["refused", "truncated", "empty"])
def test_a_useless_answer_was_paid_for_as_well(kind: Kind) -> None:
    model = Once(ModelError(kind, "as told", PAID))
    remembering = RememberingModel(model, KeptAnswers())
    for _ in range(2):
        with pytest.raises(ModelError) as error:
            remembering.complete(ASK)
        assert (error.value.kind, error.value.usage) == (kind, PAID)
    assert model.calls == 1


@pytest.mark.parametrize("kind", ["cut", "time-out", "unavailable", "rate-limited", "context-length"])
def test_what_was_no_answer_is_asked_for_again(kind: Kind) -> None:
    model, answers = Once(ModelError(kind, "as told")), KeptAnswers()
    for _ in range(2):
        with pytest.raises(ModelError):
            RememberingModel(model, answers).complete(ASK)
    assert (model.calls, answers.kept) == (2, {})
