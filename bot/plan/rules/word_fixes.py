"""Repairs of words: signs that nobody sees go, and a functional plan is spelt the British way.

What was copied from the issue stays as it is but for hidden signs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.plan.language import language_of
from bot.plan.model import Plan
from bot.plan.part import Part
from bot.plan.rules.applied import Applied, Fixed
from bot.plan.rules.engine import LintInput
from bot.plan.rules.fields import strings, text_fields
from bot.plan.rules.hygiene import hidden, visible
from bot.plan.spelling import british


def visible_words(plan: Plan, given: LintInput) -> Fixed:
    """PLN008: signs that people cannot see are taken out."""
    better = {leaf.pointer: visible(leaf.text) for leaf in strings(plan) if any(hidden(leaf.text))}
    kept = {pointer: text for pointer, text in better.items() if text.strip()}
    return _replaced(plan, "PLN008", "invisible characters taken out", kept)


def british_words(plan: Plan, given: LintInput) -> Fixed:
    """PLN908: a functional plan is spelt the British way."""
    if given.format != "functional":
        return plan, ()
    written = (one for one in text_fields(strings(plan)) if not one.quoted)
    fields = (one for one in written if language_of(one.text) != "other")
    better = {one.pointer: british(one.text) for one in fields if british(one.text) != one.text}
    return _replaced(plan, "PLN908", "spelt the British way", better)


def _replaced(plan: Plan, rule: str, what: str, better: Mapping[str, str]) -> Fixed:
    if not better:
        return plan, ()
    return with_strings(plan, better), tuple(Applied(rule, _item(pointer), what) for pointer in better)


def with_strings(plan: Plan, better: Mapping[str, str]) -> Plan:
    """The plan with other strings at these pointers."""
    fixed = _with(plan, "", lambda pointer, text: better.get(pointer, text))
    assert isinstance(fixed, Plan)
    return fixed


def _item(pointer: str) -> str:
    """The pointer as people may name the place: `tasks 3 objective`, counted from 1."""
    return re.sub(r"\d+", lambda found: str(int(found[0]) + 1), pointer.strip("/")).replace("/", " ")


def _with(value: Any, pointer: str, better: Callable[[str, str], str]) -> Any:
    if isinstance(value, str):
        return better(pointer, value)
    if isinstance(value, tuple):
        return tuple(_with(item, f"{pointer}/{at}", better) for at, item in enumerate(value))
    if isinstance(value, Part):
        names = type(value).model_fields
        fields = {name: _with(getattr(value, name), f"{pointer}/{name}", better) for name in names}
        return value.model_copy(update=fields)
    return value
