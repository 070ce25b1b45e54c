"""A plan is asked for, by the label or by `/plan`: from the wish to the pull request, or to the reason why
there is none. Pure.

The label is a button: somebody presses it by putting `needs-plan` on an issue, and Groundplan takes it off
when the answer stands. A `/plan` in a comment is the same, and ends with our 🚀 or 😕 on the comment. Each is
one Ask, and each Ask ends in exactly one state that people can see.
"""

from __future__ import annotations

import hashlib
import json

from bot.branches import MAX_ROUNDS, plan_branches
from bot.decisions import filled
from bot.effects import Changeset, Commit, Effect, EnsureBranch, EnsureCheckRun, EnsurePullRequest
from bot.format_wanted import format_wanted, why_unclear
from bot.inspector import check_of, is_checked, is_half_said
from bot.marks import Mark, write_mark
from bot.matters.filing import Filed, due_dates
from bot.matters.hearing import Heard
from bot.matters.standing import (
    COMMENT,
    answer,
    config_of,
    eyes,
    field,
    hears,
    is_planning,
    may,
    open_pull,
    place,
    pull_of,
    release,
    say,
    says,
    status_field,
)
from bot.plan.safe_text import inline
from bot.situation import Ask, Outcome, PlanPull, Request, Situation
from bot.status import FINAL, JUST_DO_IT, Status
from bot.steps import Idle, PlanRequest, Policy, Step, StopPlanning

AGAIN = "put the label on again"
NO_EVENT = "label"  # the id of an Ask whose label event does not show


def ask_of(now: Situation, policy: Policy, heard: tuple[Heard, ...]) -> Ask | None:
    """The wish that is open: the newest `/plan`, else the label."""
    issue = now.issue
    if issue is None:
        return None
    said = next((one for one in reversed(heard) if one.command.verb == "plan" and one.is_meant), None)
    if said:
        remark, command = said.remark, said.command
        words, wanted = command.text, command.format
        return Ask(f"{COMMENT}{remark.id}", remark.author, "", wanted, command.profile, words, remark.at)
    if policy.plan_label in issue.labels:
        return issue.ask or Ask(NO_EVENT, "", policy.plan_label)
    return None


def next_for(now: Situation, policy: Policy, ask: Ask) -> Step:
    """The next thing to do for an open Ask."""
    published = pull_of(now, ask)
    if published:
        return finish(now, policy, ask, published)
    if status_field(now, "ask") == ask.id and status_field(now, "state") in FINAL:
        well = status_field(now, "state") == "unneeded"
        return Changeset("the answer stands", release(now, policy, ask, well=well))
    refusal = _refusal(now, policy, ask)
    if refusal:
        return refuse(now, policy, ask, refusal)
    wish = _wish(now, ask)
    if too_often := _too_often(now, policy, ask, wish):
        return refuse(now, policy, ask, too_often)
    if not is_planning(now) or now.request is None or now.request.digest != wish.digest:
        return PlanRequest(wish)
    if now.outcome is None or now.outcome.digest != wish.digest:
        return _acknowledge(now, policy, ask)
    if now.outcome.kind == "plan":
        return _publish(now, policy, ask, now.request, now.outcome)
    return conclude(now, policy, ask, _unplanned(now, now.outcome, ask), eyes(now))


def _wish(now: Situation, ask: Ask) -> Request:
    issue = now.issue
    assert issue is not None
    plan_format = ask.format or format_wanted(now)
    inputs: list[object] = [ask.id, issue.title, issue.body, plan_format]
    if issue.linked:
        inputs.append([[one.number, one.title, one.body] for one in issue.linked])
    if ask.profile or ask.words:
        inputs.append([ask.profile, ask.words])
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
        profile=ask.profile,
        words=ask.words,
    )


def _acknowledge(now: Situation, policy: Policy, ask: Ask) -> Step:
    """👀 at once, then the status comment with the stage; nothing when both say it already."""
    stop = "`/plan stop` stops it"
    if ask.label:
        stop = f"Take the label `{policy.plan_label}` off to stop"
    status = Status(
        state="planning",
        ask=ask.id,
        text=f"Writing a plan{' · ' + inline(now.stage) if now.stage else ''}.",
        next_step=f"a plan pull request. {stop}",
        who="groundplan",
        data={"stage": now.stage},
    )
    effects: list[Effect] = [*eyes(now)]
    if not says(now, status):
        effects += say(now, policy, status)
    return Changeset("acknowledge", tuple(effects)) if effects else Idle("a plan is being written")


def _publish(now: Situation, policy: Policy, ask: Ask, request: Request, plan: Outcome) -> Step:
    """Branch, decision issues, commit and pull request. What already stands is found by the engine and left
    alone."""
    branch = _branch_for(now, request, plan)
    filed = Filed.of(now, branch, plan)
    if missing := filed.missing(now, policy):
        begun = (*eyes(now), EnsureBranch(branch, request.base_sha), *missing)
        return Changeset("file what the owner has to decide", begun)
    fields = {"ask": ask.id, "digest": plan.digest, "base": request.base_sha, **due_dates(plan)}
    mark = write_mark(policy.secret, place(now), Mark("plan", fields))
    body = f"{filed.in_text(plan.pull_body).rstrip()}\n\n{mark}"
    return Changeset(
        "publish the plan",
        (
            *eyes(now),
            EnsureBranch(branch, request.base_sha),
            Commit(
                branch=branch,
                name=plan.digest[:16],
                expected_head=now.branch_heads.get(branch) or request.base_sha,
                headline=plan.headline,
                body=f"Refs #{now.subject.number}",
                files=filled(plan.files, filed.numbers),
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


def finish(now: Situation, policy: Policy, ask: Ask, pull: PlanPull) -> Step:
    """The plan pull request stands: report its check, say so on the issue, and let go of what asked."""
    effects: list[Effect] = []
    plan = now.outcome if now.outcome and now.outcome.digest == field(pull.mark, "digest") else None
    check = _missing_check(now, pull, plan) if plan else None
    hindrance = _hindrance(now, ask) if check else ""
    if check and not hindrance:
        effects.append(check)
    status = _proposed(ask, pull, plan, hindrance)
    if not says(now, status) and not (plan is None and _said_proposed(now, ask)):
        effects += say(now, policy, status)
    effects += _let_go_of(now, policy, ask)
    return Changeset("the plan pull request stands", tuple(effects)) if effects else Idle("said")


def _said_proposed(now: Situation, ask: Ask) -> bool:
    return status_field(now, "ask") == ask.id and status_field(now, "state") == "proposed"


def _let_go_of(now: Situation, policy: Policy, ask: Ask) -> tuple[Effect, ...]:
    """The label, and every comment's `/plan` that was open meanwhile, unless nothing asked any more."""
    waits = any(f"{COMMENT}{remark.id}" == ask.id for remark in now.remarks)
    labelled = now.issue is not None and policy.plan_label in now.issue.labels
    return release(now, policy, ask, well=True) if waits or labelled else ()


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
    again = f"then put `{policy.plan_label}` on again" if ask.label else "then ask again"
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
    pull = open_pull(now)
    if pull:
        reason = f"Plan pull request #{pull.number} is still open, and it may hold people's edits."
        return _blocked(ask, reason, f"review it, or close it and {again}", {"pull": str(pull.number)})
    if _finished_rounds(now) >= MAX_ROUNDS:
        return _blocked(ask, f"This issue has had {MAX_ROUNDS} plans.", "open a fresh issue with what is new")
    if foreign := _not_theirs(now, ask):
        return _blocked(ask, *foreign)
    unclear = why_unclear(now)
    return _blocked(ask, unclear[0], f"{unclear[1]}, {again}") if unclear else None


def _not_theirs(now: Situation, ask: Ask) -> tuple[str, str] | None:
    """A label can come from an issue form, and a text can be changed after a maintainer has read it."""
    issue = now.issue
    assert issue is not None
    by, confirm = inline(ask.actor), "a maintainer who has read the text asks with `/plan`"
    if ask.label and ask.actor and not config_of(now).triggers.anyone and not may(now, ask.actor, "triage"):
        return f"{by} put the label on with an issue form, and may not ask for plans here.", confirm
    edited = bool(ask.at) and issue.edited_at > ask.at
    if edited and issue.editor != ask.actor and not may(now, issue.editor, "write"):
        who = inline(issue.editor or "somebody")
        return f"The issue's text was changed after the plan was asked for, by {who}.", confirm
    return None


def _finished_rounds(now: Situation) -> int:
    return sum(pull.state != "open" for pull in now.pulls)


def _too_often(now: Situation, policy: Policy, ask: Ask, wish: Request) -> Status | None:
    """Why one more planning would be one too many, or None: something may put the label on again and again.
    What was begun goes on."""
    lately = now.plannings
    most = policy.runs_an_hour
    if len(lately) < most or any(each.digest == wish.digest for each in lately):
        return None
    plannings = "a planning" if most == 1 else f"{most} plannings"
    reason = f"This issue has had {plannings} within an hour, which is the most that is done."
    again = f"put `{policy.plan_label}` on again" if ask.label else "ask again"
    return _blocked(ask, reason, f"{again} after {lately[-most].until}")


def _blocked(ask: Ask, reason: str, next_step: str, data: dict[str, str] | None = None) -> Status:
    return Status("blocked", ask.id, reason, next_step, data=data or {})


def _stopped(ask: Ask, reason: str, next_step: str) -> Status:
    return Status("stopped", ask.id, reason, next_step)


def _unplanned(now: Situation, outcome: Outcome, ask: Ask) -> Status:
    """An outcome that is no plan, as the status it leads to. A failure has a name to quote."""
    again = AGAIN if ask.label else "ask again"
    if outcome.kind == "unready":
        return Status(
            "unready", ask.id, outcome.body, f"answer the questions in the issue's text, then {again}"
        )
    if outcome.kind == "unneeded":
        return Status("unneeded", ask.id, outcome.body, f"{JUST_DO_IT}, then {again}")
    named = f"{outcome.body.rstrip()}\n\nThe operator finds it in the log under `{now.subject}`."
    text = outcome.body if str(now.subject) in outcome.body else named
    return Status("failed", ask.id, text, f"put that right, then {again}")


def refuse(now: Situation, policy: Policy, ask: Ask, status: Status) -> Step:
    """Say why there will be no plan. Who asked in a comment is answered there, and so is everybody while a
    plan is open: what the status comment tells of that stays true."""
    begun = status_field(now, "ask") == ask.id
    if begun or (ask.label and open_pull(now) is None):
        return conclude(now, policy, ask, status)
    if is_planning(now) and now.outcome is None:
        return StopPlanning(status.text)
    about = ask.id.removeprefix(COMMENT)
    said = answer(now, policy, now.subject.number, about, (status.text, f"**Next:** {status.next_step}"))
    return Changeset(f"refused: {status.text[:80]}", (said, *release(now, policy, ask, well=False)))


def conclude(
    now: Situation, policy: Policy, ask: Ask, status: Status, before: tuple[Effect, ...] = ()
) -> Step:
    """Say how it ended, then let go of what asked, so that asking again is a new wish."""
    if is_planning(now) and now.outcome is None:
        return StopPlanning(status.text)
    said = say(now, policy, status) if hears(now) else ()
    well = status.state == "unneeded"
    return Changeset(
        f"{status.state}: {status.text[:80]}", (*before, *said, *release(now, policy, ask, well=well))
    )


def say_stopped(now: Situation, policy: Policy) -> Step:
    """Nothing asks any more, but the status comment still says that a plan is being written."""
    if not hears(now):
        return Idle("stopped; the conversation is locked")
    ask = Ask(status_field(now, "ask"), "", policy.plan_label)
    published = pull_of(now, ask)
    if published:
        return finish(now, policy, ask, published)
    what, again = f"The label `{policy.plan_label}` was taken off", f"put `{policy.plan_label}` on"
    if ask.id.startswith(COMMENT):
        what, again = "The comment that asked for it is gone", "write `/plan`"
    status = _stopped(ask, f"{what}.", f"{again} to start again")
    return Changeset("say that planning stopped", say(now, policy, status))
