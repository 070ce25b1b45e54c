"""What follows an edit where its document does not say it: contracts that were computed from the criteria,
the order of streams, and references to tasks that are gone. What somebody wrote in words of their own stays.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.plan.formats.implied import with_contracts
from bot.plan.model import Plan
from bot.plan.rules import LintInput
from bot.plan.rules.stream_fixes import claims_of_streams

_CONTRACTS = ("verification", "review", "mandate")


def without_computed(plan: Plan) -> Plan:
    """The plan without the rows of its contracts that its criteria imply word for word."""
    if not _is_complete(plan):
        return plan
    computed = with_contracts(_with(plan, dict.fromkeys(_CONTRACTS, ())))
    return _with(plan, {name: _but(_rows(plan, name), _rows(computed, name)) for name in _CONTRACTS})


def completed_like(plan: Plan, before: Plan) -> Plan:
    """The plan with complete contracts when `before` had them, and with streams that say of their order what
    an edited dependency says, when those of `before` did."""
    if _needs(plan) != _needs(before) and not claims_of_streams(before, LintInput())[1]:
        plan, _ = claims_of_streams(plan, LintInput())
    return with_contracts(plan) if _is_complete(before) else plan


def _needs(plan: Plan) -> dict[str, Sequence[str]]:
    return {one.id: one.depends_on for one in plan.streams.streams} if plan.streams else {}


def without_references(plan: Plan, gone: Collection[str]) -> Plan:
    """The plan whose demands and phases do not name these tasks any more."""
    obligations = tuple(
        one.model_copy(update={"by": tuple(name for name in one.by if name not in gone)})
        for one in plan.obligations
    )
    delivery = plan.delivery
    if delivery:
        phases = tuple(
            one.model_copy(update={"tasks": tuple(name for name in one.tasks if name not in gone)})
            for one in delivery.phases
        )
        delivery = delivery.model_copy(update={"phases": phases})
    return plan.model_copy(update={"obligations": obligations, "delivery": delivery})


def _is_complete(plan: Plan) -> bool:
    wanted = plan.requirements
    return wanted is not None and bool(wanted.verification) and plan == with_contracts(plan)


def _with(plan: Plan, rows: dict[str, Sequence[object]]) -> Plan:
    assert plan.requirements is not None
    return plan.model_copy(update={"requirements": plan.requirements.model_copy(update=rows)})


def _rows(plan: Plan, name: str) -> Sequence[object]:
    rows: Sequence[object] = getattr(plan.requirements, name)
    return rows


def _but(rows: Sequence[object], others: Sequence[object]) -> tuple[object, ...]:
    return tuple(one for one in rows if one not in others)
