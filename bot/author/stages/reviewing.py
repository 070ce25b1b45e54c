"""Two reviews of a rendered plan: by who will build it and by who will test and release it.

A reviewer edits nothing and clears no finding of the rules. What it says counts only with words of the plan
that really stand there; that alone removes most invented criticism.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.author.answer import json_of
from bot.author.model import ModelRequest
from bot.author.stages.quoting import Quotable
from bot.author.stages.shared import Question, Shared
from bot.plan.findings import Finding
from bot.plan.model import Plan
from bot.plan.prose import short
from bot.plan.schema import strict_schema
from bot.plan.similarity import similarity
from bot.render import render

Role = Literal["implementer", "qa"]
ROLES: tuple[Role, ...] = ("implementer", "qa")
MOST = 12
SAME = 0.8


class _Point(BaseModel):
    model_config = ConfigDict(extra="forbid")

    task: str
    quote: str
    problem: str
    suggestion: str
    blocking: bool


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    points: list[_Point]


@dataclass(frozen=True, slots=True)
class Point:
    """One objection, with the plan's own words it is about. `task` is "" for the plan as a whole."""

    role: Role
    task: str
    quote: str
    problem: str
    suggestion: str
    blocking: bool


@dataclass(frozen=True, slots=True)
class Review:
    """What one reviewer said that counts, and how many points were dropped because their quote is not there.
    `answered` is False when no answer could be read."""

    role: Role
    points: tuple[Point, ...] = ()
    dropped: int = 0
    answered: bool = True


@cache
def _question() -> Question:
    return Question("review", "review", strict_schema(_Answer), 3_000)


def asking(shared: Shared, rendering: str, role: Role) -> ModelRequest:
    """The question. Both roles see the same text first, so that endpoints can keep it."""
    tail = render("prompts/review.md", plan=shared.shown("plan", rendering), role=role, most=MOST)
    return shared.request(_question(), tail)


def reviewed(text: str, role: Role, rendering: str, plan: Plan) -> Review:
    """The answer's points whose quote stands in the rendering."""
    try:
        answer = _Answer.model_validate_json(json_of(text))
    except ValidationError:
        return Review(role, answered=False)
    shown, tasks = Quotable(rendering), {task.id for task in plan.tasks}
    held = [each for each in answer.points[:MOST] if shown.holds(each.quote) and each.problem.strip()]
    points = tuple(
        Point(
            role,
            each.task if each.task in tasks else "",
            short(each.quote, 300),
            short(each.problem, 400),
            short(each.suggestion, 400),
            each.blocking,
        )
        for each in held
    )
    return Review(role, points, len(answer.points) - len(held))


def findings(reviews: Sequence[Review], plan: Plan) -> tuple[Finding, ...]:
    """The points as findings `REV-1`, `REV-2`, ... at the task they are about; what both say, once."""
    at = {task.id: f"/tasks/{place}" for place, task in enumerate(plan.tasks)}
    kept: list[Point] = []
    for each in (point for review in reviews for point in review.points):
        if not any(_same(each, one) for one in kept):
            kept.append(each)
    return tuple(
        Finding(
            f"REV-{number}",
            "warning",
            f"{each.problem} (about: \u201c{each.quote}\u201d)",
            at.get(each.task, ""),
            evidence={"role": each.role, "quote": each.quote},
            suggestion=each.suggestion,
        )
        for number, each in enumerate(kept, 1)
    )


def _same(one: Point, other: Point) -> bool:
    return one.task == other.task and similarity(one.problem, other.problem) >= SAME
