"""One planning of one case and everything that came of it, as the metrics read it. Data only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property

from bot.author.brief import Brief
from bot.author.model import Purpose, Usage
from bot.evaluation.expectation import Ending, Expectation
from bot.plan.findings import Finding
from bot.plan.graph import writes
from bot.plan.model import Plan
from bot.recon.ground import TreeGround


@dataclass(frozen=True, slots=True)
class Call:
    """One question to a model and what it took. `failed` is the kind of its error, "" for an answer."""

    purpose: Purpose
    usage: Usage
    failed: str = ""


@dataclass(frozen=True, slots=True)
class FirstDraft:
    """The first thing a model proposed, read and linted as it came. `is_plan` is False when no plan could be
    made of it.
    """

    is_plan: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Trial:
    """How one planning ended. `shown` is every text that would be published, `asks` what an issue that says
    too little was asked, `seconds` None where time says nothing about a model, `money` None
    without prices.
    """

    brief: Brief
    ending: Ending
    body: str = ""
    plan: Plan | None = None
    shown: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    asks: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    first: FirstDraft | None = None
    seconds: float | None = field(default=None, compare=False)
    money: float | None = None

    def ended_as(self, expected: Expectation) -> bool:
        """Whether this is one of the ends that the case allows."""
        return self.ending in expected.endings

    @cached_property
    def touched(self) -> frozenset[str]:
        """Every path that a task changes."""
        return (
            frozenset(path for task in self.plan.tasks for path in writes(task)) if self.plan else frozenset()
        )

    @cached_property
    def ground(self) -> TreeGround:
        return TreeGround(self.brief.tree)

    @cached_property
    def questions(self) -> tuple[str, ...]:
        """Everything that somebody is asked, a text each: decisions, questions, and what an issue lacks."""
        return (*self.decisions, *self._questions(), *self.asks)

    @cached_property
    def decisions(self) -> tuple[str, ...]:
        """The decisions of the plan, a text each."""
        return tuple(
            "\n".join(
                [
                    each.question,
                    each.context,
                    each.impact,
                    *(f"{o.name} {o.consequence}" for o in each.options),
                ]
            )
            for each in (self.plan.decisions if self.plan else ())
        )

    def _questions(self) -> Iterator[str]:
        for each in self.plan.questions if self.plan else ():
            yield "\n".join([each.text, each.why, *each.options])


def matches(path: str, patterns: tuple[str, ...]) -> bool:
    """Whether a path is one of the patterns."""
    return any(path == pattern or fnmatchcase(path, pattern) for pattern in patterns)
