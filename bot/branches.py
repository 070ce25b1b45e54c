"""The branches that are ours, and how an issue is read back from one. Names only: whether a branch is
there is GitHub's to say.
"""

from __future__ import annotations

import re

PREFIX = "groundplan/"
CONFIGURE = f"{PREFIX}configure"  # what a repository is given to start with
MAX_ROUNDS = 4
ROUNDS = range(1, MAX_ROUNDS + 1)

_PLAN = re.compile(
    rf"{re.escape(PREFIX)}plan-([1-9][0-9]{{0,9}})(?:-(?:{'|'.join(str(round_) for round_ in ROUNDS[1:])}))?"
)


def plan_branch(number: int, round_: int) -> str:
    """The branch of an issue's n-th plan: a natural key, so a plan is never pushed twice."""
    return f"{PREFIX}plan-{number}" + (f"-{round_}" if round_ > 1 else "")


def plan_branches(number: int) -> tuple[str, ...]:
    """Every branch that may hold a plan of this issue, one a round."""
    return tuple(plan_branch(number, round_) for round_ in ROUNDS)


def issue_of(branch: str) -> int | None:
    """The issue whose plan a branch is named for, or None. Anybody may take such a name: it is a hint."""
    found = _PLAN.fullmatch(branch)
    return int(found[1]) if found else None
