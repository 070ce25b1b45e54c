"""The open plan pull request: whatever asks for a change becomes one batched revision, and the revision
becomes one commit with an answer to everybody. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.conversation import PlanTalk, Review, RevisionWish
from bot.decisions import Refused, filled
from bot.effects import Changeset, Commit, Effect, MergeBase, React
from bot.matters.amending import next_amendment
from bot.matters.causes import (
    REVIEWER,
    Causes,
    answer_in,
    causes_of,
    heads,
    instructions,
    is_edited,
    is_forgotten,
    is_pending,
    quiet_left,
    wish_for,
)
from bot.matters.filing import Filed
from bot.matters.hearing import Heard, turned_down
from bot.matters.standing import answer, config_of, field, open_pull, say
from bot.matters.telling import Telling, heard_of, is_quiet, reviews_of, rounds_of
from bot.plan.safe_text import inline
from bot.situation import Outcome, PlanPull, Request, Situation
from bot.status import Status
from bot.steps import Idle, Noted, PlanRequest, Policy, Step, StopPlanning


def next_revision(now: Situation, policy: Policy, heard: Sequence[Heard]) -> Step | None:
    """The next thing to do about the plan that is under review, or None."""
    talk, pull = now.talk, open_pull(now)
    if talk is None or pull is None:
        amendment = next_amendment(now, policy, heard)
        return amendment or _abandoned(now, talk) or _too_late(now, policy, heard)
    if talk.held:
        return _abandoned(now, talk)
    causes = causes_of(now, heard, talk)
    if unseen := tuple(_eyes(now, talk, causes)):
        return Changeset("show that reviews were seen", unseen)
    if refused := _refused(now, policy, heard, talk, causes):
        return refused
    if goes_on := _going_on(now, policy, talk, pull, causes, heard):
        return goes_on
    if not causes:
        return _abandoned(now, talk) or _soon(now, talk)
    if causes.asked and rounds_of(pull) >= config_of(now).review.rounds:
        return _too_many(now, policy, talk, causes)
    return PlanRequest(wish_for(now, talk, pull, causes))


def _abandoned(now: Situation, talk: PlanTalk | None) -> Step | None:
    """A revision that nobody wants any more, because what asked for it is gone."""
    wanted = now.request is not None and now.request.kind == "revision" and now.request.state == "wanted"
    return (
        StopPlanning("the plan is on hold" if talk else "the plan is not open any more") if wanted else None
    )


def _too_late(now: Situation, policy: Policy, heard: Sequence[Heard]) -> Step | None:
    """Commands about a plan where none is open get an answer all the same."""
    for one in heard:
        if one.is_slow and one.command.verb != "plan":
            if (
                one.command.verb == "decide"
                and now.published
                and isinstance(no := answer_in(now, one), Refused)
            ):
                return Changeset("refuse an answer", _not_decided(now, policy, one, no))
            merged = [pull.number for pull in now.pulls[-1:] if pull.state == "merged"]
            why = f"The plan in #{merged[0]} is merged already." if merged else "No plan is open here."
            said = (f"**Not done.** {why}", "**Instead:** `/plan` on the issue starts a new one.")
            return Changeset(f"answer comment {one.remark.id}", turned_down(now, policy, one, said))
    return None


def _soon(now: Situation, talk: PlanTalk) -> Step | None:
    """People push more than one commit in a row: we wait until they seem to be done."""
    left = quiet_left(now, talk)
    return Idle("people are at work on the branch", again_in=left) if is_edited(now, talk) and left else None


def _eyes(now: Situation, talk: PlanTalk, causes: Causes) -> Iterator[React]:
    for review in causes.reviews:
        react = React(talk.number, "eyes", review=review.id)
        if not review.seen and react.key not in now.receipts:
            yield react


def _refused(
    now: Situation, policy: Policy, heard: Sequence[Heard], talk: PlanTalk, causes: Causes
) -> Step | None:
    """Reviews by people who may not ask for changes, and answers that decide nothing."""
    for review in talk.reviews:
        if is_pending(now, review) and review not in causes.reviews:
            who = f"people with the role {REVIEWER} or more"
            said = (
                f"**Not done.** Plans are revised for reviews of {who}.",
                f"**Instead:** one of them writes `/plan revise …`, or reviews {_at(review)} as well.",
            )
            return Changeset(
                f"refuse review {review.number}",
                (
                    answer(now, policy, talk.number, f"review-{review.number}", said),
                    React(talk.number, "confused", review=review.id),
                ),
            )
    if is_forgotten(now):
        return None
    underway = now.request.revision.answers if now.request and now.request.revision else ()
    answered = {one.url for one in underway}
    for one in heard:
        if one.is_slow and one.command.verb == "decide" and one.remark.url not in answered:
            no = answer_in(now, one)
            if isinstance(no, Refused):
                why = f"refuse the answer of comment {one.remark.id}"
                return Changeset(why, _not_decided(now, policy, one, no))
    return None


def _not_decided(now: Situation, policy: Policy, one: Heard, no: Refused) -> tuple[Effect, ...]:
    said = (f"**Not decided.** {no.why}", f"**Instead:** {no.instead}.")
    return turned_down(now, policy, one, said)


def _at(review: Review) -> str:
    return f"[it]({review.url})" if review.url else "it"


def _too_many(now: Situation, policy: Policy, talk: PlanTalk, causes: Causes) -> Step:
    most = config_of(now).review.rounds
    said = (
        f"**Not done.** This plan has been revised {most} times, which is the most that is done.",
        "**Instead:** edit the plan's files on the branch; or close it and ask for a new plan.",
    )
    effects: list[Effect] = []
    for review in causes.reviews:
        effects.append(answer(now, policy, talk.number, f"review-{review.number}", said))
        effects.append(React(talk.number, "confused", review=review.id))
    for one in causes.revise:
        effects.append(answer(now, policy, one.remark.number, str(one.remark.id), said, one.command.line))
        effects.append(React(one.remark.number, "confused", one.remark.id))
    return Changeset("the plan was revised often enough", tuple(effects))


def _going_on(
    now: Situation, policy: Policy, talk: PlanTalk, pull: PlanPull, causes: Causes, heard: Sequence[Heard]
) -> Step | None:
    """What to do about the revision that was asked for, while it is still what is wanted. What is asked
    meanwhile waits for the next one."""
    request, found = now.request, now.outcome
    if request is None or request.kind != "revision" or request.revision is None:
        return None
    if now.trouble and now.trouble.ask == request.digest:
        found = Outcome(request.digest, "failed", f"{now.trouble.reason} {now.trouble.next_step}".strip())
    if found is None or found.digest != request.digest:
        return _thinking(now, policy, talk, pull, causes, request)
    sha = _committed(now, talk, found)
    if _writes(found) and not sha:
        # A head of ours may be this very commit, whose end we did not live to see: the engine finds it.
        ours = talk.head_sha == talk.last_sha != request.revision.last_sha
        return (
            _commit(now, policy, talk, request, found) if talk.head_sha == request.head_sha or ours else None
        )
    known = is_quiet(request.revision, found, sha) and now.published is not None
    said = known or not found.pull_title or field(pull.mark, "digest") == found.digest
    if said and not _still_open(now, request.revision, heard):
        return _done(now, talk, request.revision)
    telling = Telling(now, policy, pull, talk, request, request.revision, found, sha, heard)
    return Changeset("say what became of the revision", telling.effects())


def _thinking(
    now: Situation, policy: Policy, talk: PlanTalk, pull: PlanPull, causes: Causes, request: Request
) -> Step | None:
    """Being written: nothing to do, unless the branch has moved or what asked for it is gone."""
    wish = request.revision
    assert wish is not None
    if talk.head_sha != request.head_sha:
        return None
    sources = {one.source for one in instructions(causes)}
    gone = any(one.source not in sources for one in wish.instructions)
    if gone or (wish.rebuild and not causes.behind) or not causes:
        return None
    at = f" · {inline(now.stage)}" if now.stage else ""
    status = Status(
        state="proposed",
        ask=request.ask,
        text=f"The plan is #{talk.number}; it is being revised{at}.",
        next_step="the revised plan, and an answer to each review comment. `/plan stop` stops it",
        who="groundplan",
        data={"pull": str(talk.number), "stage": now.stage, "revising": wish.name},
    )
    asked = wish.instructions or wish.threads or wish.answers
    shown = dict(status.mark().fields)
    said = next((one.mark.fields for one in now.comments if one.mark.kind == "status"), {})
    if asked and dict(said) != shown:
        return Changeset("show that the plan is being revised", say(now, policy, status))
    return Idle("the plan is being revised")


def _writes(found: Outcome) -> bool:
    return found.kind == "revision" and bool(found.files or found.removed or found.merge_base)


def _committed(now: Situation, talk: PlanTalk, found: Outcome) -> str:
    receipt = now.receipts.get(f"commit:{talk.branch}:{found.digest[:16]}")
    return receipt.sha if receipt else ""


def _commit(now: Situation, policy: Policy, talk: PlanTalk, request: Request, found: Outcome) -> Step:
    filed = Filed.of(now, talk.branch, found)
    if missing := filed.missing(now, policy):
        return Changeset("file what the owner has to decide", missing)
    name, files = found.digest[:16], filled(found.files, filed.numbers)
    body = f"Refs #{now.subject.number}"
    if found.merge_base:
        merge = MergeBase(
            talk.branch, name, request.head_sha, found.merge_base, found.headline, body, files, found.removed
        )
        return Changeset("bring the plan and the base branch together", (merge,))
    commit = Commit(talk.branch, name, request.head_sha, found.headline, body, files, found.removed)
    return Changeset("commit the revision", (commit,))


def _still_open(now: Situation, wish: RevisionWish, heard: Sequence[Heard]) -> bool:
    """Whether somebody whom this revision answers does not know it yet."""
    talk = now.talk
    assert talk is not None
    left = [one for one in reviews_of(wish, talk) if is_pending(now, one)]
    return bool(left or [*heard_of(wish, heard)])


def _done(now: Situation, talk: PlanTalk, wish: RevisionWish) -> Step:
    """Edits leave no other trace when nothing came of them, so the head is remembered."""
    dealt_with = now.settled == heads(now, talk)
    if (wish.edits or wish.rebuild) and wish.head_sha == talk.head_sha and not dealt_with:
        return Noted(heads(now, talk), "people's edits were dealt with")
    return StopPlanning("the revision stands")
