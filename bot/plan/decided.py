"""Decisions made in a plan: answers written to its log, and what waits while there are none. Pure.

What was chosen is not copied into tasks: they name the decision, and whoever takes one is told the option
that holds with its consequence. So an answer that takes the place of another leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from bot.conversation import Answer
from bot.errors import UserError
from bot.plan.fanout import is_blocking
from bot.plan.graph import task_graph
from bot.plan.model import Answered, Decision, Plan
from bot.plan.safe_text import clipped, plain
from bot.secret_text import secret_in

WITHHELD = "(a reason that seems to hold a secret is not repeated)"


def decided(plan: Plan, answers: Sequence[Answer]) -> Plan:
    """The plan with these answers, in their order. What is in the log already is passed over; so is an answer
    to what is decided, unless it says `instead`.

    An answer without option and person takes a minor decision's default. UserError when the plan has no such
    decision or option, or a major decision would default.
    """
    return reduce(_with, answers, plan)


def waiting(plan: Plan) -> Mapping[str, tuple[str, ...]]:
    """The tasks that name each major decision nobody has made, by its id."""
    return {
        one.id: tuple(task.id for task in plan.tasks if one.id in task.decisions)
        for one in plan.decisions
        if is_blocking(one)
    }


def held_back(plan: Plan) -> frozenset[str]:
    """The tasks that cannot be started: those that wait for a decision, and all that need one of them."""
    wait = {name for names in waiting(plan).values() for name in names}
    graph = task_graph(plan.tasks)
    return frozenset(name for name in graph.needs if name in wait or graph.ancestors(name) & wait)


def default_option(options: Sequence[str], recommended: str) -> str:
    """What holds of a minor decision when nobody answers: the recommended option, else the first; "" for
    none."""
    return recommended if recommended in options else next(iter(options), "")


def _with(plan: Plan, answer: Answer) -> Plan:
    decision = next((one for one in plan.decisions if one.id == answer.decision), None)
    if decision is None:
        raise UserError("unknown-decision", f"The plan has no decision {clipped(answer.decision, 40)}.")
    entry = _entry(decision, answer)
    if entry in decision.log or (decision.answer and not answer.instead):
        return plan
    new = decision.model_copy(update={"answer": entry.option, "log": (*_log(decision), entry)})
    return plan.model_copy(
        update={"decisions": tuple(new if one is decision else one for one in plan.decisions)}
    )


def _log(decision: Decision) -> tuple[Answered, ...]:
    """The log so far. An answer that was written into the plan by hand is not lost when another follows."""
    told = not decision.answer or (decision.log and decision.log[-1].option == decision.answer)
    return decision.log if told else (*decision.log, Answered(option=decision.answer))


def _entry(decision: Decision, answer: Answer) -> Answered:
    reason = plain(answer.reason)
    return Answered(
        option=_option(decision, answer),
        reason=WITHHELD if secret_in(reason) else clipped(reason, 1000),
        by=answer.by[:100],
        at=answer.at[:40],
        where=answer.url[:1024],
    )


def _option(decision: Decision, answer: Answer) -> str:
    names = [one.name for one in decision.options]
    wanted = plain(answer.option)
    if not answer.by and decision.weight == "major":
        raise UserError("no-default", f"{decision.id} is a major decision: only a person makes it.")
    if not wanted and not answer.by:
        wanted = default_option(names, decision.recommended)
    if not names and wanted:
        return clipped(wanted, 400)
    found = next((name for name in names if plain(name) == plain(wanted)), "")
    if not found:
        known = ", ".join(names) or "none is listed"
        raise UserError(
            "unknown-option",
            f'{decision.id} has no option "{clipped(wanted, 80)}".',
            f"Its options: {clipped(known, 400)}.",
        )
    return found
