"""A decision that is made after its plan was merged: the plan is changed in a pull request of its own. Pure.

Once that pull request is open, it is under review like every other plan, and `bot.matters.revision` goes on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from bot.branches import plan_branches
from bot.conversation import Answer, RevisionWish
from bot.decisions import filled
from bot.effects import Changeset, Commit, EnsureBranch, EnsurePullRequest
from bot.marks import Mark, write_mark
from bot.matters.causes import decided_in
from bot.matters.filing import Filed, due_dates
from bot.matters.hearing import Heard, turned_down
from bot.matters.standing import open_pull, place
from bot.situation import Outcome, Request, Situation
from bot.steps import Idle, PlanRequest, Policy, Step


def next_amendment(now: Situation, policy: Policy, heard: Sequence[Heard]) -> Step | None:
    """The next thing to do about decisions of a merged plan, or None when there is none to be made."""
    if open_pull(now) or not now.pulls or now.pulls[-1].state != "merged" or now.published is None:
        return None
    made = [*decided_in(now, heard)]
    branch = _free_branch(now)
    if not made or not branch:
        return None
    request, found = now.request, now.outcome
    wish = _wish(now, branch, [one for _, one in made])
    if request is None or request.kind != "revision" or request.digest != wish.digest:
        return PlanRequest(wish)
    if found is None or found.digest != request.digest:
        return Idle("the merged plan is being changed")
    if found.kind != "revision" or not found.files:
        return _not_done(now, policy, found, [one for one, _ in made])
    return _publish(now, policy, request, found)


def _free_branch(now: Situation) -> str:
    """The branch that was begun, else the first that nobody has used; "" when all are."""
    begun = now.request.branch if now.request and now.request.kind == "revision" else ""
    used = {pull.branch for pull in now.pulls}
    free = (
        one for one in plan_branches(now.subject.number) if one not in used and one not in now.branch_heads
    )
    return begun if begun and begun not in used else next(free, "")


def _wish(now: Situation, branch: str, made: Sequence[Answer]) -> Request:
    issue, head = now.issue, now.repository.head_sha
    assert issue is not None
    if now.request and now.request.kind == "revision" and now.request.branch == branch:
        head = now.request.head_sha  # what was begun goes on, whatever is pushed meanwhile
    inputs = [str(now.subject), head, branch, [[one.decision, one.option, one.url] for one in made]]
    digest = hashlib.sha256(json.dumps(inputs).encode()).hexdigest()
    wish = RevisionWish(
        pull=0, branch=branch, head_sha=head, last_sha=head, name=digest[:16], answers=tuple(made)
    )
    return Request(
        digest=digest,
        base_sha=head,
        ask=f"decided:{digest[:16]}",
        number=issue.number,
        title=issue.title,
        body=issue.body,
        full_name=now.repository.full_name,
        url=issue.url,
        kind="revision",
        head_sha=head,
        branch=branch,
        config=now.config,
        revision=wish,
    )


def _publish(now: Situation, policy: Policy, request: Request, found: Outcome) -> Step:
    branch, filed = request.branch, Filed.of(now, request.branch, found)
    fields = {"ask": request.ask, "digest": found.digest, "base": request.base_sha, **due_dates(found)}
    mark = write_mark(policy.secret, place(now), Mark("plan", fields))
    body = f"{filed.in_text(found.pull_body).rstrip()}\n\n{mark}"
    commit = Commit(
        branch,
        found.digest[:16],
        now.branch_heads.get(branch) or request.head_sha,
        found.headline,
        f"Refs #{now.subject.number}",
        filled(found.files, filed.numbers),
        found.removed,
    )
    return Changeset(
        "open a pull request for what was decided",
        (
            EnsureBranch(branch, request.head_sha),
            commit,
            EnsurePullRequest(branch, now.repository.default_branch, found.pull_title, body),
        ),
    )


def _not_done(now: Situation, policy: Policy, found: Outcome, made: Sequence[Heard]) -> Step:
    said = (f"**Not done.** {found.body}", "**Instead:** `/plan` on the issue starts a new plan.")
    effects = [effect for one in made for effect in turned_down(now, policy, one, said)]
    return Changeset("the merged plan could not be changed", tuple(effects))
