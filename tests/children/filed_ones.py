"""Child issues to test with: children of a small plan, and the issues that filing them left on GitHub."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.children import (
    Child,
    Choices,
    Source,
    Standing,
    Written,
    body_of,
    children_of,
    labels_for,
    mark_of,
    written_in,
)
from bot.marks import Place, write_mark
from bot.plan.model import Plan

ISSUE = 12
HERE = Place(7, ISSUE)
SECRET = "s" * 32
SOURCE = Source("Small plan", "https://github.example/o/r/issues/12", "o/r")


def children(plan: Plan, **choices: Any) -> tuple[Child, ...]:
    return children_of(plan, config=Choices(**choices), source=SOURCE)


def marked(child: Child, run: str = "run-1") -> str:
    return write_mark(SECRET, HERE, mark_of(child, run))


def filed(child: Child, number: int, **fields: Any) -> Standing:
    """The issue as filing made it; `fields` say what happened to it since."""
    made = Standing(
        number,
        child.key,
        child.title,
        body_of(child, marked(child)),
        labels=labels_for(child, "waiting"),
        run="run-1",
        written=written_in(mark_of(child)),
    )
    return replace(made, **fields)


def all_filed(plan: Plan, first: int = 20, **fields: Any) -> list[Standing]:
    """An issue for each task, numbered from `first` in the order of the plan's children."""
    return [filed(child, first + at, **fields) for at, child in enumerate(children(plan))]


def written(child: Child) -> Written:
    found = written_in(mark_of(child))
    assert found
    return found


def numbers(items: Sequence[Any]) -> list[int]:
    return [one.number for one in items]
