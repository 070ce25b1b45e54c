"""Questions to the owner that come up after a draft: added to a plan while there is room, none twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.plan.model import Plan, Question
from bot.plan.similarity import similarity

MOST, MOST_BLOCKING = 5, 3
SAME = 0.8


def with_questions(plan: Plan, questions: Iterable[Question]) -> Plan:
    """The plan with those that it does not ask yet. Past the most blocking ones a question blocks no more."""
    kept = list(plan.questions)
    for each in questions:
        if len(kept) >= MOST or any(similarity(each.text, one.text) >= SAME for one in kept):
            continue
        blocks = each.blocking and sum(one.blocking for one in kept) < MOST_BLOCKING
        kept.append(each.model_copy(update={"id": _free(kept), "blocking": blocks}))
    return plan.model_copy(update={"questions": tuple(kept)})


def _free(questions: Sequence[Question]) -> str:
    ids = {one.id for one in questions}
    return next(name for number in range(1, len(ids) + 2) if (name := f"Q-{number}") not in ids)
