"""Situation → next step, purely: no clock, no randomness, no I/O. What the bot does about an
issue is decided from here; each kind of matter has its own module in `bot.matters`.
"""

from __future__ import annotations

from dataclasses import replace

from bot.effects import Changeset, Effect
from bot.inspector import last_word, next_inspection
from bot.matters import asking
from bot.matters.answering import next_answer
from bot.matters.approval import next_verdict, next_voiding
from bot.matters.asking import AGAIN, NO_EVENT
from bot.matters.deadlines import next_reminder
from bot.matters.hearing import heard
from bot.matters.radar import next_warning
from bot.matters.revision import next_revision
from bot.matters.standing import hears, is_planning, say, state_labels, status, status_field
from bot.situation import OwnComment, PlanPull, Situation
from bot.status import Status
from bot.steps import Idle, Policy, Step, StopPlanning

__all__ = ["NO_EVENT", "last_words", "next_step", "open_wish", "passed_on"]


def next_step(now: Situation, policy: Policy) -> Step:
    """The next thing to do about this subject. Called again after each step until it says Idle."""
    if now.proposal is not None:
        return next_inspection(now)
    if now.issue is None:
        return _let_go(now, "the issue is gone")
    if now.repository.archived:
        return _let_go(now, "the repository is archived")
    if now.parent:
        return Idle("a decision: its plan's issue is looked at")
    said = heard(now)
    if answer := next_answer(now, policy, said):
        return answer
    if labels := _labels(now):
        return Changeset("let the label follow the state", labels)
    if ask := asking.ask_of(now, policy, said):
        return asking.next_for(now, policy, ask)
    if now.request and now.request.kind == "plan" and is_planning(now):
        return StopPlanning("no longer asked for")
    if status_field(now, "state") == "planning":
        return asking.say_stopped(now, policy)
    if voiding := next_voiding(now, policy):
        return voiding
    if revision := next_revision(now, policy, said):
        return revision
    for matter in (next_verdict, next_reminder, next_warning):
        if step := matter(now, policy):
            return step
    return _follow_pull(now, policy)


def passed_on(now: Situation) -> tuple[int, ...]:
    """The issues whose business it is what people say here: of a plan pull request, or of a decision."""
    plan_of = now.proposal.plan_of if now.proposal else 0
    return tuple(number for number in (now.parent, plan_of) if number)


def open_wish(now: Situation, policy: Policy) -> str:
    """Whose trouble it is when GitHub refuses what we do now: the wish for a plan, or the request."""
    ask = asking.ask_of(now, policy, heard(now)) if now.proposal is None and now.issue else None
    if ask:
        return ask.id
    return now.request.digest if now.request and now.request.kind == "revision" else ""


def last_words(now: Situation, policy: Policy) -> Step:
    """What to say of a subject on which everything else failed too often: as little as
    can be, and let go of what asked.
    """
    if now.proposal is not None:
        return last_word(now)
    if now.issue is None or now.repository.archived or now.parent:
        return Idle("nobody waits for an answer")
    ask = asking.ask_of(now, policy, heard(now))
    if ask is None:
        return Idle("nobody waits for an answer")
    more = f"The operator's log says more, under `{now.subject}`."
    reason = f"Something went wrong several times in a row. {more}"
    again = AGAIN if ask.label else "ask again"
    return asking.conclude(replace(now, request=None), policy, ask, Status("failed", ask.id, reason, again))


def _labels(now: Situation) -> tuple[Effect, ...]:
    """What a crash between the status comment and its label left undone."""
    comment = status(now)
    return state_labels(now, comment.mark) if comment else ()


def _let_go(now: Situation, why: str) -> Step:
    return StopPlanning(why) if is_planning(now) else Idle(why)


def _follow_pull(now: Situation, policy: Policy) -> Step:
    """When the plan pull request was merged or closed, the status comment says so, once."""
    said = status(now)
    if said is None or said.mark.get("state") not in ("proposed", "approved", "blocked") or not hears(now):
        return Idle("nothing was asked")
    pull = next((pull for pull in now.pulls if str(pull.number) == said.mark.get("pull")), None)
    if pull is None or pull.state == "open":
        return Idle("the plan is with its reviewers")
    return Changeset(f"the plan was {pull.state}", say(now, policy, _verdict(said, pull, policy)))


def _verdict(said: OwnComment, pull: PlanPull, policy: Policy) -> Status:
    ask, data = said.mark.get("ask"), {"pull": str(pull.number)}
    if pull.state == "merged":
        text = f"The plan in #{pull.number} was merged."
        return Status("merged", ask, text, "carry out the tasks in `IMPLEMENTATION_PLAN.md`", data=data)
    text = f"The plan in #{pull.number} was closed without merging."
    return Status("closed", ask, text, f"put `{policy.plan_label}` on for a new plan", data=data)
