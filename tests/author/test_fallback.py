"""When the model is away an outline stands in, and says so; no other failure is covered up."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.author.brief import Brief, Progress, Written
from bot.author.compose import compose
from bot.author.fallback import AWAY, WithStandIn
from bot.author.model import Kind, ModelError
from bot.author.outline import OutlineAuthor
from tests.author.issues import ISSUES, make_brief
from tests.author.issues import Written as Issue


@dataclass(frozen=True)
class Failing:
    """An author whose model fails in one way."""

    kind: Kind
    name: str = "model"
    version: str = "1"

    def write(self, _brief: Brief, _progress: Progress) -> Written:
        raise ModelError(self.kind, "as told")


def quiet(_stage: str) -> None:
    pass


@pytest.mark.parametrize("kind", sorted(AWAY))
def test_an_outline_stands_in_and_says_so(kind: Kind) -> None:
    brief = make_brief(ISSUES["feature with a checklist"])
    outcome = compose(brief, WithStandIn(Failing(kind), OutlineAuthor()), quiet)
    assert outcome.kind == "plan"
    assert outcome.body.startswith("The model could not be used")
    assert outcome.pull_body.startswith("The model could not be used")
    assert kind in outcome.body


def test_a_model_that_answers_is_not_stood_in_for() -> None:
    brief = make_brief(ISSUES["feature with a checklist"])
    outcome = compose(brief, WithStandIn(OutlineAuthor(), Failing("empty")), quiet)
    assert outcome == compose(brief, OutlineAuthor(), quiet)


@pytest.mark.parametrize("kind", ["unauthorized", "refused", "truncated", "rejected"])
def test_what_people_must_put_right_is_not_covered_up(kind: Kind) -> None:
    brief = make_brief(ISSUES["feature with a checklist"])
    assert compose(brief, WithStandIn(Failing(kind), OutlineAuthor()), quiet).kind == "failed"


def test_an_issue_the_outline_cannot_plan_is_a_failure_of_the_model_not_of_the_issue() -> None:
    brief = make_brief(Issue("It is slow", "Everything feels slow lately."))
    assert compose(brief, OutlineAuthor(), quiet).kind == "unready"
    assert compose(brief, WithStandIn(Failing("time-out"), OutlineAuthor()), quiet).kind == "failed"
