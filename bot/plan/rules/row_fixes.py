"""Repairs of rows that repeat what stands elsewhere: the contracts' pairs, and questions asked twice."""

from __future__ import annotations

from bot.plan.facets import Criterion, Pair, Requirements
from bot.plan.model import Obligation, Plan, Question
from bot.plan.rules.applied import Applied, Fixed, changed
from bot.plan.rules.engine import LintInput
from bot.plan.rules.questions import doubled
from bot.plan.rules.traceability import CONTRACTS, unpaired

_LONGEST = 4000


def whole_contracts(plan: Plan, given: LintInput) -> Fixed:
    """PLN704: both contracts get a row for each criterion and requirement, in the criterion's words."""
    if plan.requirements is None:
        return plan, ()
    rows = {name: _rows(plan.requirements, name) for name in CONTRACTS}
    applied = [
        Applied("PLN704", f"{row.requirement}, {row.criterion}", f"row added to the {CONTRACTS[name]}")
        for name, made in rows.items()
        for row in made
    ]
    if not applied:
        return plan, ()
    whole = {name: (*getattr(plan.requirements, name), *made) for name, made in rows.items()}
    return changed(plan, requirements=changed(plan.requirements, **whole)), tuple(applied)


def _rows(requirements: Requirements, name: str) -> tuple[Pair, ...]:
    lacking = unpaired(requirements, getattr(requirements, name))
    return tuple(
        Pair(requirement=requirement, criterion=one.id, check=one.title, expected=seen)
        for one, requirement in lacking
        if (seen := _seen(one))
    )


def _seen(criterion: Criterion) -> str:
    return "; ".join(text.strip().rstrip(".") for text in criterion.then if text.strip())[:_LONGEST]


def each_question_once(plan: Plan, given: LintInput) -> Fixed:
    """PLN910: a question asked again in the same words goes, and its options go to the first one."""
    again = doubled(plan, given)
    if not again:
        return plan, ()
    merged = list(plan.questions)
    for at, first in again.items():
        merged[first] = _merged(merged[first], merged[at])
    kept = [at for at in range(len(merged)) if at not in again]
    names = {at: f"Q-{place}" for place, at in enumerate(kept, 1)}
    became = {one.id: names[again.get(at, at)] for at, one in reversed(list(enumerate(plan.questions)))}
    fixed = changed(
        plan,
        questions=tuple(changed(merged[at], id=names[at]) for at in kept),
        obligations=tuple(_answered_by(one, became) for one in plan.obligations),
    )
    return fixed, tuple(Applied("PLN910", plan.questions[at].id, "asked once") for at in again)


def _merged(first: Question, again: Question) -> Question:
    options = tuple(dict.fromkeys((*first.options, *again.options)))
    return changed(first, options=options, blocking=first.blocking or again.blocking)


def _answered_by(one: Obligation, became: dict[str, str]) -> Obligation:
    by = tuple(dict.fromkeys(became.get(name, name) for name in one.by))
    return one if by == one.by else changed(one, by=by)
