"""Closed kinds of work that can be planned completely without a model. Each recipe
refuses when it is not sure.

A recipe is one module with `recipe(facts) -> Recipe | None`; everything in a Recipe is found
in the issue or the tree.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.author.facts import Facts
from bot.author.recipes import bump, missing_test, rename, runtime, typo
from bot.author.recipes.recipe import Recipe, plan_of
from bot.plan.model import Plan, Provenance

RECIPES: tuple[Callable[[Facts], Recipe | None], ...] = (
    runtime.recipe,
    bump.recipe,
    rename.recipe,
    typo.recipe,
    missing_test.recipe,
)


def recipe_plan(facts: Facts, provenance: Provenance) -> Plan | None:
    """The plan of the first recipe that is sure, else None. A tree that is not complete
    makes all of them unsure.
    """
    if facts.brief.tree.truncated:
        return None
    made = next((found for each in RECIPES if (found := each(facts))), None)
    return plan_of(facts, made, provenance) if made else None


def trivial_reason(facts: Facts) -> str:
    """Why the issue needs no plan, or "" when it may need one."""
    return typo.trivial_reason(facts)
