"""Somebody who changes a plan as people wish, in words they may choose themselves. Types only.

An author who has this as well answers review comments; without it they are answered by what code can do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from bot.author.brief import Progress
from bot.author.model import Usage
from bot.author.stages.revising import Answered, Wish
from bot.plan.model import Plan
from bot.revising.concern import Concern
from bot.revising.judging import Judge


@dataclass(frozen=True)
class Wanted:
    """What is to be done about `plan`. `concerns` says of each wish, by its name, what it may change; `judge`
    knows the repository and the files. No new item gets an id of `retired`.
    """

    plan: Plan
    wishes: tuple[Wish, ...]
    concerns: Mapping[str, Concern]
    judge: Judge
    retired: frozenset[str] = frozenset()

    @property
    def concern(self) -> Concern:
        """What may change for all wishes together."""
        whole = Concern(adds=False)
        for one in self.concerns.values():
            whole |= one
        return whole


@dataclass(frozen=True)
class Revised:
    """What came of it. `plan` is the wanted one when nothing was changed, and `why` then says what stood in
    the way, "" for nothing. `cost` is for people.
    """

    plan: Plan
    replies: Mapping[str, Answered] = field(default_factory=dict)
    why: str = ""
    usage: Usage = field(default_factory=Usage)
    cost: str = ""


@runtime_checkable
class Reviser(Protocol):
    """Somebody who can revise."""

    def revise(self, wanted: Wanted, progress: Progress) -> Revised:
        """The plan with what could be done. Never raises for what a model says or fails to say."""
        ...
