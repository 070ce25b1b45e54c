"""PLN711: nothing the issue asks for is lost; each of its demands is met, or the plan says why not."""

from __future__ import annotations

from collections.abc import Iterator

from bot.plan.model import Obligation
from bot.plan.rules.engine import Hit, LintInput, rule

_SHOWN = 120


@rule(
    "PLN711",
    severity="error",
    needs=["plan"],
    formats="X,R,F,S",
    message="Issue item {id} '{t}' is not covered",
)
def obligations_are_covered(given: LintInput) -> Iterator[Hit]:
    """Every demand of the issue has a task, or a question, non-goal or reason in its place"""
    assert given.plan is not None
    for at, obligation in enumerate(given.plan.obligations):
        if not _is_settled(obligation):
            yield Hit(
                f"/obligations/{at}",
                {"id": obligation.id, "t": obligation.text[:_SHOWN]},
                "name it in the `covers` of a task, or make it a question or non-goal with the reason",
            )


def _is_settled(obligation: Obligation) -> bool:
    """What is left open needs its reason: a remark, or something that the issue itself calls undecided."""
    match obligation.disposition:
        case "done":
            return True
        case "task":
            return bool(obligation.by)
        case "open":
            return bool(obligation.reason)
        case _:
            return bool(obligation.by or obligation.reason)
