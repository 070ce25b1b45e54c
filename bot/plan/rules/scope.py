"""Where rules on words may look: English text that somebody wrote for this plan. Copies of the issue, code,
quotes and
addresses are not that. No rule lives here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.plan.findings import Severity
from bot.plan.language import language_of
from bot.plan.prose import bare, blanked
from bot.plan.rules.engine import Lacking, LintInput
from bot.plan.rules.fields import Purpose, TextField

__all__ = ["bare", "blanked", "called", "english", "milder", "whole"]

_TASK = re.compile(r"T\d{1,6}")


def english(given: LintInput, *purposes: Purpose) -> Iterator[TextField]:
    """The texts of these purposes that rules on English words may judge. Raises Lacking when the plan is in
    another language."""
    if given.language == "other":
        raise Lacking("the plan is not in English")
    for one in given.texts_of_plan:
        if one.purpose in purposes and not one.quoted and language_of(one.text) != "other":
            yield one


def whole(phrases: Iterable[str]) -> re.Pattern[str]:
    """Finds any of the phrases as whole words, the longest first; parts of paths, names and compounds are
    none."""
    ordered = sorted(set(phrases), key=lambda one: (-len(one), one))
    words = "|".join(re.escape(one).replace(r"\ ", r"\s{1,9}") for one in ordered)
    return re.compile(rf"(?<![\w/.@#$-])(?:{words})(?![\w/-]|\.\w)", re.IGNORECASE)


def milder(given: LintInput, severity: Severity = "warning") -> Severity | None:
    """The severity for plans that other tools or people wrote, None (the rule's own) for ours."""
    return severity if given.format == "foreign" else None


def called(given: LintInput, owner: str) -> str:
    """What a message calls the item with this id: in steps and exports "Step 3", else "T3"."""
    name = given.name(owner)
    return f"Step {name}" if name != owner and _TASK.fullmatch(owner) else owner or "The plan"
