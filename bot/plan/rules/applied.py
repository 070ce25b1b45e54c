"""What a repair leaves: the plan, and a line for each thing it did. No repair lives here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from bot.plan.model import Plan
from bot.plan.part import Part

PartT = TypeVar("PartT", bound=Part)


@dataclass(frozen=True, slots=True)
class Applied:
    """One repair: the rule it satisfies, the item it changed, and what was done."""

    rule: str
    item: str
    what: str


Fixed = tuple[Plan, tuple[Applied, ...]]


def changed(part: PartT, **fields: object) -> PartT:
    """The part with these fields in place of its own."""
    return part.model_copy(update=fields)
