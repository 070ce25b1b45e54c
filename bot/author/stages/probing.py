"""Coders who read a plan alone: each says what he would do for every task and what he would have to ask.

They see the rendering and the list of paths, nothing of how the plan came about. Counting what they say is
`scoring`'s business.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.author.answer import json_of
from bot.author.model import ModelRequest
from bot.author.stages.quoting import Quotable
from bot.author.stages.scoring import Asked, Probe, Told
from bot.author.stages.shared import Question, Shared
from bot.plan.prose import short
from bot.plan.schema import strict_schema
from bot.render import render

TEMPERATURE = 0.7
MOST_QUESTIONS = 10
MOST_NAMES = 60
PERSONAS = (
    "You have worked in this repository for years and dislike changes that are larger than they need be.",
    "You joined last week, know the language well and the repository not at all.",
    "You are a coding agent without anybody to ask: you start in an empty session with this plan only.",
    "You maintain the tests and the release, and read every step for how it is proved.",
    "You review for safety: data, permissions, what cannot be undone.",
)


class _Step(BaseModel):
    model_config = ConfigDict(extra="forbid")

    task: str
    files: list[str]
    new_symbols: list[str]
    commands: list[str]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    task: str
    quote: str
    question: str
    blocking: bool
    default_assumption: str


class _Contradiction(BaseModel):
    model_config = ConfigDict(extra="forbid")

    quote_a: str
    quote_b: str


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    goal: str
    steps: list[_Step]
    questions: list[_Asked]
    contradictions: list[_Contradiction]
    would_start: bool


@cache
def _question() -> Question:
    return Question("probe", "probe", strict_schema(_Answer), 3_000)


def asking(shared: Shared, coder: int) -> ModelRequest:
    """The question to one coder, counted from 0; `shared` holds the rendering and the paths."""
    tail = render("prompts/probe.md", persona=PERSONAS[coder % len(PERSONAS)], most=MOST_QUESTIONS)
    return shared.request(_question(), tail, sample=coder + 1, temperature=TEMPERATURE)


def probed(text: str, rendering: str, tasks: Sequence[str]) -> Probe | None:
    """What one coder said, left out what is about no task or quotes what is not there; None when it cannot be
    read.
    """
    try:
        answer = _Answer.model_validate_json(json_of(text))
    except ValidationError:
        return None
    shown = Quotable(rendering)
    return Probe(
        told=tuple(_told(each) for each in answer.steps if each.task in tasks),
        asked=tuple(
            Asked(
                each.task if each.task in tasks else "",
                short(each.quote, 300),
                short(each.question, 300),
                each.blocking,
                short(each.default_assumption, 300),
            )
            for each in answer.questions[:MOST_QUESTIONS]
            if each.question.strip() and shown.holds(each.quote)
        ),
        contradictions=tuple(
            (short(each.quote_a, 300), short(each.quote_b, 300))
            for each in answer.contradictions[:MOST_QUESTIONS]
            if shown.holds(each.quote_a) and shown.holds(each.quote_b)
        ),
        would_start=answer.would_start,
    )


def _told(step: _Step) -> Told:
    return Told(step.task, _names(step.files), _names(step.new_symbols), _names(step.commands))


def _names(names: Sequence[str]) -> frozenset[str]:
    return frozenset(" ".join(name.strip("`").split()) for name in names[:MOST_NAMES] if name.strip())
