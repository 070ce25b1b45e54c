"""The story of one subject, told once: look, decide, act, until there is nothing to do.

Readable top to bottom. It holds no rule of its own: `bot.controller` decides, `workers.github` reads and
writes; the plans are written beside it (`workers.thinking`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from bot.controller import NO_EVENT, last_words, next_step, open_wish, passed_on
from bot.effects import Changeset, Commit, MergeBase, Receipt
from bot.errors import Transient, UserError
from bot.health import Facts, checks
from bot.inbox import Hint
from bot.inspector import is_checked
from bot.labels import wanted_labels
from bot.matters.standing import config_of
from bot.situation import Check, Outcome, Request, Situation, Subject, Trouble
from bot.steps import Idle, Noted, PlanRequest, Policy, Step, StopPlanning
from bot.steward import NUMBER, Household, next_duty
from workers.memory import Memory

EVENT_WAITS = 7
CHECK_WAITS = 3
# The operator's to put right, and nobody else's: work waits for it instead of coming to nothing.
OUR_KEY = frozenset({"app-key", "unauthorized"})
MAX_STEPS = 16
MOST_SIBLINGS = 20
LISTENING, LISTEN_AGAIN = 60.0, 12.0  # seconds
SEEN_BY_LOOKING = frozenset({"suspended", "archived", "not-installed"})
log = structlog.get_logger()


class GitHub(Protocol):
    """The GitHub of one subject, as the pipeline needs it. `workers.github` has the real one."""

    def look(self, receipts: Mapping[str, Receipt]) -> Situation: ...

    def apply(self, changeset: Changeset, run: int) -> tuple[Receipt, ...]: ...

    def household(self, receipts: Mapping[str, Receipt]) -> Household: ...

    def examine(self, now: Situation, wanted: tuple[str, ...]) -> Facts: ...

    def planned(self, now: Situation, issue: int, head_sha: str) -> tuple[str, ...]: ...

    def receipts(self) -> dict[str, Receipt]: ...

    def hand_over_reading(self) -> None: ...


class Agenda(Protocol):
    """How the two kinds of work call each other."""

    def arm(self, subject: Subject, hint: Hint | None = None, delay: float = 0.0) -> None: ...

    def is_due(self, subject: Subject) -> bool: ...

    def why_parked(self, subject: Subject) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a subject works with."""

    subject: Subject
    run: int
    hint: Hint | None
    github: GitHub
    memory: Memory
    thinking: Agenda
    tending: Agenda
    policy: Policy
    waits: int = 0
    clock: Callable[[], float] = time.time


def tend(look: Look) -> float | None:
    """Bring the subject to rest. Seconds until it wants another look, or None.
    Raises Transient and Fenced.
    """
    if look.subject.number == NUMBER:
        keep(look)
        return None
    try:
        now = look_around(look)
        _pass_on(look, now)
        for done in range(MAX_STEPS):
            step = next_step(now, look.policy)
            log.info("step", subject=str(look.subject), step=type(step).__name__, why=_why(step))
            match step:
                case Idle():
                    _keep_thinking(look, now)
                    return step.again_in or (_listen(look) if not done else None)
                case Noted():
                    look.memory.note_settled(look.run, step.heads)
                    now = remembering(look, now)
                case PlanRequest(request):
                    have_written(look, request)
                    now = remembering(look, now)
                case StopPlanning():
                    look.memory.stop(look.run)
                    now = remembering(look, now)
                case Changeset():
                    act(look, step, now)
                    _tell_siblings(look, step, now)
                    now = look_around(look)
    except Unseen as gone:
        look.memory.forget(look.run)
        log.warning("nothing to see", subject=str(look.subject), reason=str(gone))
        return None
    raise Transient("the subject did not come to rest", delay=60.0)


def keep(look: Look) -> None:
    """Bring a repository itself to rest: what it is offered, and what it is told of its configuration; and
    have its open plans looked at, since its default branch may have moved on.
    """
    for _ in range(MAX_STEPS):
        try:
            house = look.github.household(look.github.receipts())
        except UserError as gone:
            log.warning("nothing to see", subject=str(look.subject), reason=gone.reason)
            return
        step = next_duty(house, look.policy)
        log.info("duty", subject=str(look.subject), step=type(step).__name__, why=_why(step))
        if not isinstance(step, Changeset):
            for issue in house.plans:
                look.tending.arm(Subject(look.subject.repo_id, issue), look.hint)
            return
        try:
            look.github.apply(step, look.run)
        except UserError as refusal:
            log.warning("refused", subject=str(look.subject), reason=refusal.reason, do=refusal.next_step)
            return
    raise Transient("the repository did not come to rest", delay=60.0)


def _pass_on(look: Look, now: Situation) -> None:
    """What is said on a plan pull request or on a decision is the business of the issue they belong to."""
    for number in passed_on(now):
        subject = Subject(look.subject.repo_id, number)
        look.memory.note_spoken(subject, look.clock())
        look.tending.arm(subject, look.hint)


def _listen(look: Look) -> float | None:
    """A delivery told that something was said, and there is nothing to do about it: lists lag, so we look
    again a few times."""
    since = look.clock() - look.memory.spoken()
    return LISTEN_AGAIN if since < LISTENING else None


def _tell_siblings(look: Look, done: Changeset, now: Situation) -> None:
    """Open plans look at each other: a new one, or a new version, may meet them."""
    if any(isinstance(effect, Commit | MergeBase) for effect in done.effects):
        for sibling in now.siblings:
            look.tending.arm(Subject(look.subject.repo_id, sibling.issue), look.hint)


def give_up(look: Look) -> None:
    """The last try of a subject that failed too often: say so, so that it does not end in silence."""
    if look.subject.number == NUMBER:
        return
    try:
        step = last_words(look_around(look), look.policy)
        if isinstance(step, Changeset):
            look.github.apply(step, look.run)
            look.memory.stop(look.run)
    except Unseen as gone:
        log.warning("nothing to see", subject=str(look.subject), reason=str(gone))


class Unseen(Exception):
    """GitHub does not show us the subject any more: not installed, suspended, gone.
    Nothing can be said there.
    """


def look_around(look: Look) -> Situation:
    """What GitHub says now, with what we remember. Raises Unseen."""
    receipts = look.github.receipts()
    try:
        now = look.github.look(receipts)
    except UserError as no:
        if no.code in OUR_KEY:
            log.error("GitHub does not take us for the App", code=no.code, reason=no.reason, do=no.next_step)
            raise Transient(no.reason, 60.0) from no
        raise Unseen(no.reason) from no
    _wait_for_the_ask(look, now)
    _wait_for_our_own_check(look, now)
    if any(command.verb == "doctor" for remark in now.remarks for command in remark.commands):
        now = replace(now, health=_examined(look, now))
    return remembering(look, _with_paths(look, replace(now, receipts=receipts)))


def _with_paths(look: Look, now: Situation) -> Situation:
    """What the open plans are about, when there are several."""
    if now.talk is None or not now.siblings:
        return now
    siblings = [
        replace(one, paths=_planned(look, now, one.issue, one.head_sha))
        for one in now.siblings[:MOST_SIBLINGS]
    ]
    own = _planned(look, now, look.subject.number, now.talk.head_sha)
    return replace(now, talk=replace(now.talk, paths=own), siblings=tuple(siblings))


def _planned(look: Look, now: Situation, issue: int, head_sha: str) -> tuple[str, ...]:
    known = look.memory.planned(head_sha)
    if known is None:
        known = look.github.planned(now, issue, head_sha)
        look.memory.note_planned(head_sha, known)
    return known


def _examined(look: Look, now: Situation) -> tuple[Check, ...]:
    """What `/plan doctor` asks for."""
    wanted = wanted_labels(config_of(now), look.policy)
    facts = look.github.examine(now, tuple(one.name for one in wanted))
    author, news = look.memory.news()
    return checks(now, replace(facts, author=author, news=news))


def _wait_for_the_ask(look: Look, now: Situation) -> None:
    """Lists lag: the label may show before the event that put it on, which is what
    tells one Ask from the next.

    After some waits the label counts without its event, as it does on an issue that was moved here with it.
    """
    issue = now.issue
    if issue and issue.ask and issue.ask.id == NO_EVENT and look.waits < EVENT_WAITS:
        raise Transient("the label's event does not show yet", 1.0)


def _wait_for_our_own_check(look: Look, now: Situation) -> None:
    """Whoever published a plan makes the first check run too. Only when it does not come is the plan looked
    at again:
    what was remembered of it may have been lost.
    """
    pull = now.proposal
    awaited = pull is not None and pull.fresh_plan and pull.state == "open"
    if pull and awaited and not is_checked(now, pull.head_sha) and look.waits < CHECK_WAITS:
        raise Transient("the plan's own check run does not show yet", 20.0)


def remembering(look: Look, now: Situation) -> Situation:
    """The same sight with what we remember by now."""
    request, published = look.memory.request(), _published(look, now)
    thought = look.memory.outcome(request.digest) or _given_up(look, request) if request else None
    return replace(
        now,
        request=request,
        stage=look.memory.stage(),
        outcome=thought if request else published,
        published=published,
        trouble=look.memory.trouble(),
        plannings=look.memory.plannings(look.clock()),
        settled=look.memory.settled(),
    )


def _published(look: Look, now: Situation) -> Outcome | None:
    """What is known of the plan that stands in the open plan pull request, or was merged last."""
    stands = [pull for pull in now.pulls if pull.state != "closed"]
    stands = [pull for pull in stands if pull.state == "open"] or stands
    mark = stands[-1].mark if stands else None
    return look.memory.outcome(mark.get("digest")) if mark else None


def _given_up(look: Look, request: Request) -> Outcome | None:
    """A planning that crashed too often has an outcome too, so that it does not end in silence."""
    why = look.thinking.why_parked(look.subject)
    if why is None:
        return None
    log.error("planning given up", subject=str(look.subject), why=why)
    what = "Planning" if request.kind == "plan" else "The check"
    said = f"{what} crashed several times in a row. The operator's log says more, under `{look.subject}`."
    return Outcome(request.digest, "failed", said)


def _keep_thinking(look: Look, now: Situation) -> None:
    """While a plan is awaited, a thinker is due and can read: a crash may have come between the wish and its
    errand, and a wait may outlive the token. GitHub is asked for a token only when the old one ends.
    """
    if now.request and now.request.state == "wanted" and now.outcome is None:
        look.github.hand_over_reading()
        if not look.thinking.is_due(look.subject):
            look.thinking.arm(look.subject, look.hint)


def have_written(look: Look, request: Request) -> None:
    """Remember the request, hand a read-only token over and wake a thinker. A plan is counted before it is
    wanted: a crash in between costs nothing, since what was counted may begin."""
    if request.kind == "plan":
        look.memory.count(request.digest, look.clock())
    look.memory.want(look.run, request)
    look.github.hand_over_reading()
    look.thinking.arm(look.subject, look.hint)


def act(look: Look, changeset: Changeset, now: Situation) -> None:
    """Apply the effects. What GitHub refuses becomes trouble, which the next look says; twice is too
    often. What the next look sees for itself is not kept: it would be said long after it has passed."""
    try:
        look.github.apply(changeset, look.run)
    except UserError as refusal:
        if refusal.code in SEEN_BY_LOOKING:
            raise Transient(refusal.reason, 5.0) from refusal
        ask = open_wish(now, look.policy)
        if now.trouble and now.trouble.ask == ask:
            log.error("unsayable", subject=str(look.subject), first=now.trouble.reason, then=refusal.reason)
            raise
        trouble = Trouble(refusal.code, refusal.reason, refusal.next_step, ask)
        look.memory.note_trouble(look.run, trouble)


def _why(step: Step) -> str:
    return step.request.digest[:16] if isinstance(step, PlanRequest) else step.why
