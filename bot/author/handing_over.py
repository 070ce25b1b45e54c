"""What only the owner can settle, put into a sound plan: decisions where its readers or its other drafts
disagree about what is built, questions for the rest. The rules say what may go in; nothing is asked twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.author.drafting import Candidate, rechecked
from bot.author.facts import Facts
from bot.author.open_questions import with_questions
from bot.author.purge import Purge
from bot.author.stages.disagreeing import Dispute
from bot.plan.model import Decision, Option, Plan, Question
from bot.plan.safe_text import clipped
from bot.plan.similarity import similarity

SAME = 0.8
MOST_DECISIONS = 5
LONGEST_NAME, LONGEST_TEXT = 200, 600


def asking(before: Candidate, asked: Sequence[Question], facts: Facts) -> Candidate:
    """A sound plan that asks the owner this as well: all of it, or what the rules let through. That a
    question could be worded better does not keep it back.
    """
    for some in (asked, *([each] for each in asked)):
        plan = with_questions(before.plan, some) if before.plan and some else before.plan
        if plan is not None and plan != before.plan:
            before = _taken(plan, before, facts)
    return before


def deciding(
    before: Candidate, disputes: Iterable[Dispute], facts: Facts
) -> tuple[Candidate, frozenset[str]]:
    """A sound plan with a decision for each dispute that the rules let through, and the rules of the points
    that are settled by one."""
    settled = set[str]()
    for each in disputes:
        plan = with_decision(before.plan, each) if before.plan else None
        after = _taken(plan, before, facts) if plan else before
        if after is not before:
            before = after
            settled.add(each.rule)
    return before, frozenset(settled - {""})


def _taken(plan: Plan, before: Candidate, facts: Facts) -> Candidate:
    after = rechecked(plan, facts, before.withheld)
    return after if after.holds(before) else before


def with_decision(plan: Plan, dispute: Dispute) -> Plan | None:
    """The plan with the dispute as a decision that its tasks wait for; None where it decides or asks that
    already, or has no such task."""
    asked = [*(each.question for each in plan.decisions), *(each.text for each in plan.questions)]
    blocked = [task.id for task in plan.tasks if task.id in dispute.tasks]
    known = any(similarity(dispute.question, one) >= SAME for one in asked)
    if known or not blocked or len(plan.decisions) >= MOST_DECISIONS:
        return None
    ids = {each.id for each in plan.decisions}
    name = next(one for number in range(1, len(ids) + 2) if (one := f"D-{number}") not in ids)
    tasks = tuple(
        task.model_copy(update={"decisions": (*task.decisions, name)}) if task.id in blocked else task
        for task in plan.tasks
    )
    return plan.model_copy(
        update={"decisions": (*plan.decisions, _decision(name, dispute, blocked)), "tasks": tasks}
    )


def _decision(name: str, dispute: Dispute, blocked: Sequence[str]) -> Decision:
    clean = Purge().text
    options = tuple(
        Option(
            name=clipped(clean(each.name), LONGEST_NAME), consequence=clipped(clean(each.means), LONGEST_TEXT)
        )
        for each in dispute.readings
    )
    return Decision(
        id=name,
        question=clipped(clean(dispute.question), LONGEST_NAME),
        context=clipped(clean(dispute.context), LONGEST_TEXT),
        impact=f"{', '.join(blocked)}: another answer than \u201c{options[0].name}\u201d changes the work.",
        weight="major" if dispute.large else "minor",
        options=options,
        recommended=options[0].name,
        deadline=blocked[0],
    )
