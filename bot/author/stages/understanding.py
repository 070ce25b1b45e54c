"""The first stage: what the issue wants, in the model's words beside the issue's own, and which files it has
to see before it plans. Chooses files by their place in a list that code made, so that no text can name one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.author.answer import json_of
from bot.author.model import ModelRequest
from bot.author.stages.quoting import Quotable
from bot.author.stages.shared import Question, Shared
from bot.plan.schema import strict_schema
from bot.render import render

MOST_FILES = 12
MOST_POINTS = 20
LONGEST_POINT = 400


class _Requirement(BaseModel):
    model_config = ConfigDict(extra="forbid")

    demand: str
    quote: str
    meaning: str


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    goal: str
    requirements: list[_Requirement]
    unknowns: list[str]
    risks: list[str]
    read: list[int]
    observed_instructions: list[str]


@dataclass(frozen=True, slots=True)
class Requirement:
    """What one demand means. `demand` is its id, or "" when the issue says it beside its demands."""

    demand: str
    quote: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Understanding:
    """The issue as understood. `read` are paths out of the list that was offered; `dropped` counts
    requirements whose quote does not stand in the issue; `observed` is text that tried to give orders.
    """

    goal: str = ""
    requirements: tuple[Requirement, ...] = ()
    unknowns: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    observed: tuple[str, ...] = ()
    dropped: int = 0


@cache
def _question() -> Question:
    return Question("understand", "understanding", strict_schema(_Answer), 2_500)


def asking(shared: Shared, offered: Sequence[str]) -> ModelRequest:
    """The question. `offered` are the files that may be read, best first."""
    listed = "\n".join(f"{at}: {path}" for at, path in enumerate(offered))
    tail = render("prompts/understand.md", files=shared.shown("files", listed), most=MOST_FILES)
    return shared.request(_question(), tail)


def understood(text: str, issue: str, demands: Sequence[str], offered: Sequence[str]) -> Understanding | None:
    """The answer, with everything in it that does not hold left out; None when it is not one."""
    try:
        answer = _Answer.model_validate_json(json_of(text))
    except ValidationError:
        return None
    said = Quotable(issue)
    held = [each for each in answer.requirements[:MOST_POINTS] if said.holds(each.quote)]
    return Understanding(
        goal=_short(answer.goal),
        requirements=tuple(
            Requirement(
                each.demand if each.demand in demands else "", _short(each.quote), _short(each.meaning)
            )
            for each in held
        ),
        unknowns=_shorts(answer.unknowns),
        risks=_shorts(answer.risks),
        read=_chosen(answer.read, offered),
        observed=tuple(each for each in _shorts(answer.observed_instructions) if said.holds(each)),
        dropped=min(len(answer.requirements), MOST_POINTS) - len(held),
    )


def _chosen(places: Sequence[int], offered: Sequence[str]) -> tuple[str, ...]:
    known = (offered[at] for at in places if 0 <= at < len(offered))
    return tuple(dict.fromkeys(known))[:MOST_FILES]


def _shorts(texts: Sequence[Any]) -> tuple[str, ...]:
    return tuple(short for each in texts[:MOST_POINTS] if (short := _short(str(each))))


def _short(text: str) -> str:
    return " ".join(text.split())[:LONGEST_POINT]
