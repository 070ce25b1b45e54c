"""Situation → next step, purely: no clock, no randomness, no I/O. The whole behaviour of the bot is decided
here.

The label is a button: somebody presses it by putting `needs-plan` on an issue, and Groundplan takes it off
when the answer stands. Each press is one Ask, and each Ask ends in exactly one state that people can see.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from bot.branches import MAX_ROUNDS, plan_branches
from bot.effects import (
    Changeset,
    Commit,
    Effect,
    EnsureBranch,
    EnsureCheckRun,
    EnsureComment,
    EnsurePullRequest,
    React,
    RemoveLabel,
)
from bot.format_wanted import format_wanted, why_unclear
from bot.inspector import check_of, is_checked, is_half_said, last_word, next_inspection
from bot.marks import Mark, Place, write_mark
from bot.plan.safe_text import inline
from bot.situation import Ask, Outcome, OwnComment, PlanPull, Request, Situation
from bot.status import FINAL, JUST_DO_IT, NAME, Status
from bot.steps import Idle, PlanRequest, Policy, Step, StopPlanning

_AGAIN = "put the label on again"
NO_EVENT = "label"  # the id of an Ask whose label event does not show


def next_step(now: Situation, policy: Policy) -> Step:
    """The next thing to do about this subject. Called again after each step until it says Idle."""
    if now.proposal is not None:
        return next_inspection(now)
    if now.issue is None:
        return _let_go(now, "the issue is gone")
    if now.repository.archived:
        return _let_go(now, "the repository is archived")
    if policy.plan_label in now.issue.labels:
        return _answer(now, policy, now.issue.ask or Ask(NO_EVENT, "", policy.plan_label))
    if _planning(now):
        return StopPlanning("no longer asked for")
    if _status_state(now) == "planning":
        return _say_stopped(now, policy)
    return _follow_pull(now, policy)


def last_words(now: Situation, policy: Policy) -> Step:
    """What to say of a subject on which everything else failed too often: as little as
    can be, and the label off.
    """
    if now.proposal is not None:
        return last_word(now)
    if now.issue is None or now.repository.archived or policy.plan_label not in now.issue.labels:
        return Idle("nobody waits for an answer")
    ask = now.issue.ask or Ask(NO_EVENT, "", policy.plan_label)
    more = f"The operator's log says more, under `{now.subject}`."
    reason = f"Something went wrong several times in a row. {more}"
    return _refuse(replace(now, request=None), policy, ask, Status("failed", ask.id, reason, _AGAIN))


# An Ask is open: the label is on the issue.


def _answer(now: Situation, policy: Policy, ask: Ask) -> Step:
    published = _pull_of(now, ask)
    if published:
        return _finish(now, policy, ask, published)
    if _status_ask(now) == ask.id and _status_state(now) in FINAL:
        return Changeset("the answer stands", (_release(now, policy, ask),))
    refusal = _refusal(now, policy, ask)
    if refusal:
        return _refuse(now, policy, ask, refusal)
    wish = _wish(now, ask)
    if too_often := _too_often(now, policy, ask, wish):
        return _refuse(now, policy, ask, too_often)
    if not _planning(now) or now.request is None or now.request.digest != wish.digest:
        return PlanRequest(wish)
    if now.outcome is None or now.outcome.digest != wish.digest:
        return _acknowledge(now, policy, ask)
    if now.outcome.kind == "plan":
        return _publish(now, policy, ask, now.request, now.outcome)
    return _refuse(now, policy, ask, _unplanned(now.outcome, ask), _eyes(now))


def _wish(now: Situation, ask: Ask) -> Request:
    issue = now.issue
    assert issue is not None
    plan_format = format_wanted(now)
    inputs: list[object] = [ask.id, issue.title, issue.body, plan_format]
    if issue.linked:
        inputs.append([[one.number, one.title, one.body] for one in issue.linked])
    digest = hashlib.sha256(json.dumps(inputs).encode()).hexdigest()
    return Request(
        digest=digest,
        base_sha=now.repository.head_sha,
        ask=ask.id,
        number=issue.number,
        title=issue.title,
        body=issue.body,
        full_name=now.repository.full_name,
        url=issue.url,
        format=plan_format,
        config=now.config,
        linked=issue.linked,
    )


def _acknowledge(now: Situation, policy: Policy, ask: Ask) -> Step:
    """👀 at once, then the status comment with the stage; nothing when both say it already."""
    status = Status(
        state="planning",
        ask=ask.id,
        text=f"Writing a plan{' · ' + inline(now.stage) if now.stage else ''}.",
        next_step=f"a plan pull request. Take the label `{policy.plan_label}` off to stop",
        who="groundplan",
        data={"stage": now.stage},
    )
    effects: list[Effect] = [*_eyes(now)]
    if not _says(now, status):
        effects.append(_comment(now, policy, status))
    return Changeset("acknowledge", tuple(effects)) if effects else Idle("a plan is being written")


def _publish(now: Situation, policy: Policy, ask: Ask, request: Request, plan: Outcome) -> Step:
    """Branch, commit and pull request. What already stands is found by the engine and left alone."""
    branch = _branch_for(now, request, plan)
    mark = Mark("plan", {"ask": ask.id, "digest": plan.digest, "base": request.base_sha})
    body = f"{plan.pull_body.rstrip()}\n\n{write_mark(policy.secret, _place(now), mark)}"
    return Changeset(
        "publish the plan",
        (
            *_eyes(now),
            EnsureBranch(branch, request.base_sha),
            Commit(
                branch=branch,
                name=plan.digest[:16],
                expected_head=now.branch_heads.get(branch) or request.base_sha,
                headline=plan.headline,
                body=f"Refs #{now.subject.number}",
                files=plan.files,
                removed=plan.removed,
            ),
            EnsurePullRequest(branch, now.repository.default_branch, plan.pull_title, body),
        ),
    )


def _branch_for(now: Situation, request: Request, plan: Outcome) -> str:
    """The first branch that no pull request has used and that we did not leave behind."""
    used = {pull.branch for pull in now.pulls}
    branches = plan_branches(now.subject.number)
    free = (one for one in branches if one not in used and not _not_to_build_on(now, one, request, plan))
    return next(free, branches[-1])


def _not_to_build_on(now: Situation, branch: str, request: Request, plan: Outcome) -> bool:
    """Whether the branch holds something else than this plan's beginnings: an earlier planning of ours that
    ended between branch and pull request, or commits of somebody who took the name.

    Building on the one would end in conflicts with the default branch; on the other, our pull request would
    propose what we never wrote. Without any receipt the two look alike, and both are left alone.
    """
    head, made = now.branch_heads.get(branch), now.receipts.get(f"branch:{branch}")
    ours, commits = f"commit:{branch}:{plan.digest[:16]}", f"commit:{branch}:"
    known = {key: one.sha for key, one in now.receipts.items() if key.startswith(commits)}
    if head is None:
        return False
    if not known and (made is None or (made.outcome == "created" and made.sha == head)):
        return head != request.base_sha
    return any(sha == head for key, sha in known.items() if key != ours)


def _finish(now: Situation, policy: Policy, ask: Ask, pull: PlanPull) -> Step:
    """The plan pull request stands: report its check, say so on the issue, and take the label off."""
    effects: list[Effect] = []
    plan = now.outcome if now.outcome and now.outcome.digest == _field(pull.mark, "digest") else None
    check = _missing_check(now, pull, plan) if plan else None
    hindrance = _hindrance(now, ask) if check else ""
    if check and not hindrance:
        effects.append(check)
    status = _proposed(ask, pull, plan, hindrance)
    if not _says(now, status) and not (plan is None and _said_proposed(now, ask)):
        effects.append(_comment(now, policy, status))
    if now.issue and policy.plan_label in now.issue.labels:
        effects.append(_release(now, policy, ask))
    return Changeset("the plan pull request stands", tuple(effects)) if effects else Idle("said")


def _hindrance(now: Situation, ask: Ask) -> str:
    """Why GitHub does not let us finish what belongs to this Ask, or "". The plan stands all the same."""
    return now.trouble.reason if now.trouble and now.trouble.ask == ask.id else ""


def _missing_check(now: Situation, pull: PlanPull, plan: Outcome) -> EnsureCheckRun | None:
    """The check run that the plan's own commit still lacks. Once somebody has pushed, it is the pull
    request's own
    business (`bot.inspector`)."""
    if pull.state != "open" or not _is_our_head(now, pull, plan):
        return None
    check = check_of(plan, pull.head_sha)
    return None if is_checked(now, pull.head_sha) and not is_half_said(now, check) else check


def _is_our_head(now: Situation, pull: PlanPull, plan: Outcome) -> bool:
    receipt = now.receipts.get(f"commit:{pull.branch}:{plan.digest[:16]}")
    return receipt is not None and receipt.sha == pull.head_sha


def _proposed(ask: Ask, pull: PlanPull, plan: Outcome | None, hindrance: str) -> Status:
    said = f"\n\n{plan.body}" if plan else ""
    said += f"\n\nThere is no check run: {hindrance}" if hindrance else ""
    contract = {"contract": "valid" if plan.check_ok else "invalid"} if plan else {}
    return Status(
        state="proposed",
        ask=ask.id,
        text=f"The plan is #{pull.number}.{said}",
        next_step=f"review #{pull.number}; merge it to accept the plan, close it to decline",
        data={"pull": str(pull.number), **contract},
    )


# An Ask cannot be met, or not now.


def _refusal(now: Situation, policy: Policy, ask: Ask) -> Status | None:
    """Why this Ask gets no plan, or None. The first reason that holds, so the
    order is from outer to inner.
    """
    issue = now.issue
    assert issue is not None
    again = f"then put `{policy.plan_label}` on again"
    if now.trouble and now.trouble.ask == ask.id:
        return _blocked(ask, now.trouble.reason, now.trouble.next_step or f"put that right, {again}")
    if now.missing_permissions:
        missing = ", ".join(f"`{permission}`" for permission in now.missing_permissions)
        return _blocked(
            ask, f"The App lacks the permission {missing}.", f"grant it in the App's settings, {again}"
        )
    if issue.state == "closed":
        return _stopped(ask, "The issue is closed.", f"reopen it, {again}")
    if issue.locked:
        return _stopped(ask, "The conversation is locked.", f"unlock it, {again}")
    if policy.opt_out_label in issue.labels:
        return _stopped(ask, f"The label `{policy.opt_out_label}` is on the issue.", f"take it off, {again}")
    if not now.repository.head_sha:
        return _blocked(ask, "The repository has no commits yet.", f"push a first commit, {again}")
    open_pull = next((pull for pull in now.pulls if pull.state == "open"), None)
    if open_pull:
        reason = f"Plan pull request #{open_pull.number} is still open, and it may hold people's edits."
        return _blocked(ask, reason, f"review it, or close it and {again}", {"pull": str(open_pull.number)})
    if _finished_rounds(now) >= MAX_ROUNDS:
        return _blocked(ask, f"This issue has had {MAX_ROUNDS} plans.", "open a fresh issue with what is new")
    unclear = why_unclear(now)
    return _blocked(ask, unclear[0], f"{unclear[1]}, {again}") if unclear else None


def _too_often(now: Situation, policy: Policy, ask: Ask, wish: Request) -> Status | None:
    """Why one more planning would be one too many, or None: something may put the label on again and again.
    What was begun goes on."""
    lately = now.plannings
    most = policy.runs_an_hour
    if len(lately) < most or any(each.digest == wish.digest for each in lately):
        return None
    plannings = "a planning" if most == 1 else f"{most} plannings"
    reason = f"This issue has had {plannings} within an hour, which is the most that is done."
    until = lately[-most].until
    return _blocked(ask, reason, f"put `{policy.plan_label}` on again after {until}")


def _blocked(ask: Ask, reason: str, next_step: str, data: dict[str, str] | None = None) -> Status:
    return Status("blocked", ask.id, reason, next_step, data=data or {})


def _stopped(ask: Ask, reason: str, next_step: str) -> Status:
    return Status("stopped", ask.id, reason, next_step)


def _unplanned(outcome: Outcome, ask: Ask) -> Status:
    """An outcome that is no plan, as the status it leads to."""
    if outcome.kind == "unready":
        return Status(
            "unready", ask.id, outcome.body, f"answer the questions in the issue's text, then {_AGAIN}"
        )
    if outcome.kind == "unneeded":
        return Status("unneeded", ask.id, outcome.body, f"{JUST_DO_IT}, then {_AGAIN}")
    return Status("failed", ask.id, outcome.body, f"put that right, then {_AGAIN}")


def _refuse(
    now: Situation, policy: Policy, ask: Ask, status: Status, before: tuple[Effect, ...] = ()
) -> Step:
    """Say why, then take the label off, so that putting it on again is a new wish."""
    if _planning(now) and now.outcome is None:
        return StopPlanning(status.text)
    say = (_comment(now, policy, status),) if _hears(now) else ()
    return Changeset(f"{status.state}: {status.text[:80]}", (*before, *say, _release(now, policy, ask)))


# No Ask is open.


def _let_go(now: Situation, why: str) -> Step:
    return StopPlanning(why) if _planning(now) else Idle(why)


def _say_stopped(now: Situation, policy: Policy) -> Step:
    if not _hears(now):
        return Idle("stopped; the conversation is locked")
    ask = Ask(_status_ask(now), "", policy.plan_label)
    published = _pull_of(now, ask)
    if published:
        return _finish(now, policy, ask, published)
    status = _stopped(
        ask, f"The label `{policy.plan_label}` was taken off.", f"put `{policy.plan_label}` on to start again"
    )
    return Changeset("say that planning stopped", (_comment(now, policy, status),))


def _follow_pull(now: Situation, policy: Policy) -> Step:
    """When the plan pull request was merged or closed, the status comment says so, once."""
    said = _status(now)
    if said is None or said.mark.get("state") not in ("proposed", "blocked") or not _hears(now):
        return Idle("nothing was asked")
    pull = next((pull for pull in now.pulls if str(pull.number) == said.mark.get("pull")), None)
    if pull is None or pull.state == "open":
        return Idle("the plan is with its reviewers")
    return Changeset(f"the plan was {pull.state}", (_comment(now, policy, _verdict(said, pull, policy)),))


def _verdict(said: OwnComment, pull: PlanPull, policy: Policy) -> Status:
    ask, data = said.mark.get("ask"), {"pull": str(pull.number)}
    if pull.state == "merged":
        text = f"The plan in #{pull.number} was merged."
        return Status("merged", ask, text, "carry out the tasks in `IMPLEMENTATION_PLAN.md`", data=data)
    text = f"The plan in #{pull.number} was closed without merging."
    return Status("closed", ask, text, f"put `{policy.plan_label}` on for a new plan", data=data)


# Small readings of the situation.


def _planning(now: Situation) -> bool:
    return now.request is not None and now.request.state == "wanted"


def _finished_rounds(now: Situation) -> int:
    return sum(pull.state != "open" for pull in now.pulls)


def _pull_of(now: Situation, ask: Ask) -> PlanPull | None:
    return next((pull for pull in now.pulls if _field(pull.mark, "ask") == ask.id), None)


def _field(mark: Mark | None, name: str) -> str:
    return mark.get(name) if mark else ""


def _status(now: Situation) -> OwnComment | None:
    return next((comment for comment in now.comments if comment.mark.kind == NAME), None)


def _status_state(now: Situation) -> str:
    said = _status(now)
    return said.mark.get("state") if said else ""


def _status_ask(now: Situation) -> str:
    said = _status(now)
    return said.mark.get("ask") if said else ""


def _said_proposed(now: Situation, ask: Ask) -> bool:
    return _status_ask(now) == ask.id and _status_state(now) == "proposed"


def _says(now: Situation, status: Status) -> bool:
    said = _status(now)
    return said is not None and dict(said.mark.fields) == dict(status.mark().fields)


def _hears(now: Situation) -> bool:
    """Whether we may speak: a locked issue gets no new comment, but what we said there is kept true, unless
    GitHub refuses even that."""
    issue = now.issue
    return issue is not None and (not issue.locked or (_status(now) is not None and now.trouble is None))


def _eyes(now: Situation) -> tuple[Effect, ...]:
    """👀, unless it is there. Late is better than never: a crash may have come between wish and 👀."""
    return () if now.reacted else (React(now.subject.number, "eyes"),)


def _place(now: Situation) -> Place:
    return Place(now.subject.repo_id, now.subject.number)


def _comment(now: Situation, policy: Policy, status: Status) -> EnsureComment:
    return EnsureComment(now.subject.number, NAME, status.body(policy.secret, _place(now)))


def _release(now: Situation, policy: Policy, ask: Ask) -> RemoveLabel:
    return RemoveLabel(now.subject.number, policy.plan_label, once=ask.id)
