"""Which rules run: names from the command line to ids."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from bot.errors import UserError
from bot.plan.rules import RULES

_ID = re.compile(r"PLN[0-9]{0,3}")


def chosen_rules(select: Iterable[str], ignore: Iterable[str], *, extended: bool = False) -> frozenset[str]:
    """The ids to run: what `select` names, else the core tier (and the extended one), without what `ignore`
    names.
    """
    wanted = frozenset(rule for name in select for rule in _rules_named(name))
    if not wanted:
        wanted = frozenset(one.id for one in RULES.values() if extended or one.tier == "core")
    return wanted - frozenset(rule for name in ignore for rule in _rules_named(name))


def _rules_named(name: str) -> list[str]:
    upper = name.strip().upper()
    found = [rule for rule in RULES if rule.startswith(upper)] if _ID.fullmatch(upper) else []
    if not found:
        raise unknown_rule(name)
    return found


def unknown_rule(name: str) -> UserError:
    """That there is no such rule, and which one may be meant."""
    near = difflib.get_close_matches(name.strip().upper(), sorted(RULES), 1)
    guess = f"Did you mean {near[0]}? " if near else ""
    return UserError("unknown-rule", f"There is no rule {name!r}.", f"{guess}`groundplan rules` lists them.")
