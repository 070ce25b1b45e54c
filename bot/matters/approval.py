"""Approval is of content: a permitted person's approving review and the green check, both at one commit. A
later push voids it, and says so. Merging stays with people, unless the repository chose otherwise. Pure.
"""

from __future__ import annotations

from bot.commands import Role
from bot.conversation import PlanTalk, Review
from bot.effects import Changeset, Effect, MergePull
from bot.matters.standing import answer, config_of, field, hears, may, open_pull, say, status_field
from bot.plan.safe_text import inline
from bot.situation import PlanPull, Situation
from bot.status import Status
from bot.steps import Idle, Policy, Step

APPROVER: Role = "write"


def next_verdict(now: Situation, policy: Policy) -> Step | None:
    """What the reviews make of the plan, or None when that is said already."""
    talk, pull = now.talk, open_pull(now)
    if talk is None or pull is None or not hears(now):
        return None
    state, approved = status_field(now, "state"), approval(now, talk)
    if approved and state in ("proposed", "blocked"):
        status = _approved(now, talk, pull, approved)
        return Changeset("the plan is approved", say(now, policy, status))
    return _merging(now, policy, talk) if approved and state == "approved" else None


def next_voiding(now: Situation, policy: Policy) -> Step | None:
    """What is said when an approval does not hold any more, before anything else is done to the plan."""
    talk, pull = now.talk, open_pull(now)
    if talk is None or pull is None or not hears(now) or status_field(now, "state") != "approved":
        return None
    return None if approval(now, talk) else _voided(now, policy, talk, pull)


def approval(now: Situation, talk: PlanTalk) -> Review | None:
    """The approving review that counts: at the newest commit, whose check is green, by somebody who may, and
    with nobody who may asking for changes after it.
    """
    last: dict[str, Review] = {}
    for review in sorted(talk.reviews, key=lambda one: one.at):
        if review.state in ("approved", "changes_requested", "dismissed") and may(
            now, review.author, APPROVER
        ):
            last[review.author] = review
    approving = [one for one in last.values() if one.state == "approved" and one.sha == talk.head_sha]
    asking = [one for one in last.values() if one.state == "changes_requested"]
    return approving[0] if approving and not asking and now.sound else None


def _approved(now: Situation, talk: PlanTalk, pull: PlanPull, review: Review) -> Status:
    merges = "Groundplan merges it now" if config_of(now).merge.auto else f"merge #{talk.number}"
    text = (
        f"The plan in #{talk.number} was approved by {inline(review.author)} at {talk.head_sha[:12]}, where "
        "its check is green. A later push voids that."
    )
    data = {"pull": str(talk.number), "head": talk.head_sha}
    return Status("approved", field(pull.mark, "ask"), text, merges, data=data)


def _merging(now: Situation, policy: Policy, talk: PlanTalk) -> Step | None:
    head = status_field(now, "head")
    if not config_of(now).merge.auto or head != talk.head_sha or talk.held:
        return None
    if any(one.state == "open" for one in now.decisions):
        return Idle("major decisions are open; the plan waits for them")
    if now.trouble:
        return None
    headline = f"Add the plan for #{now.subject.number}"
    merge = MergePull(talk.number, head, headline, config_of(now).merge.method)
    return Changeset("merge what was approved", (merge,))


def _voided(now: Situation, policy: Policy, talk: PlanTalk, pull: PlanPull) -> Step:
    """What was approved is not what stands there now."""
    head = status_field(now, "head")
    changed = head != talk.head_sha
    why = (
        f"was for {head[:12]}; the plan is at {talk.head_sha[:12]} now"
        if changed
        else "does not hold any more"
    )
    text = f"The plan is #{talk.number}. Its approval {why}."
    data = {"pull": str(talk.number), "head": talk.head_sha}
    ask = field(pull.mark, "ask")
    status = Status("proposed", ask, text, f"review #{talk.number} again", data=data)
    effects: list[Effect] = [*say(now, policy, status)]
    if changed:
        said = f"The approval {why}. It counts no more: whoever approves looks at what has changed since."
        effects.insert(0, answer(now, policy, talk.number, f"voided-{head[:12]}", (said,)))
    return Changeset("the approval is void", tuple(effects))
