"""What can be said of an issue without paying for a model: nothing is left to plan, or too little is said."""

from __future__ import annotations

from bot.author.brief import Written
from bot.author.facts import Facts
from bot.author.readiness import readiness
from bot.author.recipes import trivial_reason

FEW_WORDS = 8


def without_model(facts: Facts) -> Written | None:
    """How writing ends there; None where a model is needed."""
    if reason := trivial_reason(facts):
        return Written("unneeded", reason=reason)
    if facts.all_done:
        return Written(
            "unneeded", reason="Every box in the issue is ticked, so there is nothing left to plan."
        )
    if not facts.demands and len(f"{facts.brief.title} {facts.brief.body}".split()) < FEW_WORDS:
        return Written(
            "unready", reason="The issue says too little to plan from.", readiness=readiness(facts)
        )
    return None
