"""Decisions that wait: reminders, the issues of plans that are closed, labels that do not belong. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from bot.conversation import Answer, DecisionIssue
from bot.decisions import closing, ready_among, reminder, stripped
from bot.effects import Changeset, CloseIssue, Effect, EnsureComment, RemoveLabel
from bot.marks import Mark, write_mark
from bot.matters.standing import config_of, open_pull, place
from bot.situation import OpenDecision, Situation
from bot.steps import Policy, Step

REMINDER = "reminder"


def next_reminder(now: Situation, policy: Policy) -> Step | None:
    """What is to be said or put right about decisions today, or None."""
    for issue in now.decisions:
        left = [one for one in _effects(now, policy, issue) if one.key not in now.receipts]
        if issue.state == "open" and left:
            return Changeset(f"look after decision issue {issue.number}", tuple(left))
    return None


def _effects(now: Situation, policy: Policy, issue: DecisionIssue) -> Iterator[Effect]:
    if _is_moot(now):
        yield CloseIssue(issue.number, "not_planned", "the plan was closed")
        return
    decision = _decision(now, issue)
    if decision and decision.made:
        yield from _decided(now, policy, issue, decision, decision.made)
        return
    yield from _not_ready(now, policy, issue)
    yield from _reminder(now, policy, issue)


def _decided(
    now: Situation, policy: Policy, issue: DecisionIssue, decision: OpenDecision, made: Answer
) -> Iterator[Effect]:
    pull = open_pull(now)
    text = closing(decision, made, pull.url if pull else "")
    yield _comment(now, policy, issue, "decision-made", "made", text)
    yield CloseIssue(issue.number, "completed", f"{made.option[:40]} {made.at}")


def _not_ready(now: Situation, policy: Policy, issue: DecisionIssue) -> Iterator[Effect]:
    """A decision is nobody's work to pick up: coding agents look for these labels."""
    if labels := ready_among(issue.labels):
        about = f"ready {_day(now.at)}"
        yield from (RemoveLabel(issue.number, label, about) for label in labels)
        yield _comment(now, policy, issue, "decision-labels", about.replace(" ", "-"), stripped(labels))


def _reminder(now: Situation, policy: Policy, issue: DecisionIssue) -> Iterator[Effect]:
    decision = _decision(now, issue)
    if decision is None or decision.made or not config_of(now).decisions.remind:
        return
    said = reminder(decision, _day(now.at), _day(issue.made_at) if issue.made_at else "")
    if said and said[0] not in issue.reminded:
        yield _comment(now, policy, issue, REMINDER, *said)


def _comment(
    now: Situation, policy: Policy, issue: DecisionIssue, name: str, about: str, text: str
) -> EnsureComment:
    mark = write_mark(policy.secret, place(now), Mark(name, {"about": about}))
    return EnsureComment(issue.number, name, f"{text.rstrip()}\n\n{mark}", about)


def _is_moot(now: Situation) -> bool:
    """Whether the plan that asked was closed without merging, and no other one is open."""
    return open_pull(now) is None and bool(now.pulls) and now.pulls[-1].state == "closed"


def _decision(now: Situation, issue: DecisionIssue) -> OpenDecision | None:
    decisions = now.published.decisions if now.published else ()
    return next((one for one in decisions if one.id == issue.decision), None)


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()
