"""The story of one subject, told once: look, decide, act, until there is nothing to do; and beside it, think.

Readable top to bottom. It holds no rule of its own: `bot.controller` decides, `workers.github` reads and
writes, `bot.author` writes plans.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import structlog

from bot.author.brief import Author, Brief, Quoted
from bot.author.compose import compose
from bot.config import choices_in
from bot.controller import NO_EVENT, last_words, next_step
from bot.effects import Changeset, Receipt
from bot.errors import Transient, UserError
from bot.inbox import Hint
from bot.inspector import is_checked
from bot.plan.readers.recognise import find_plans
from bot.recon.tree import Tree, in_memory
from bot.situation import Outcome, Request, Situation, Subject, Trouble
from bot.steps import Idle, PlanRequest, Policy, Step, StopPlanning
from workers.inspecting import inspection
from workers.looking_over import looked_over
from workers.memory import Memory

EVENT_WAITS = 7
CHECK_WAITS = 3
# The operator's to put right, and nobody else's: work waits for it instead of coming to nothing.
OUR_KEY = frozenset({"app-key", "unauthorized"})
MAX_STEPS = 16
PROGRESS_SECONDS = 10.0
SEEN_BY_LOOKING = frozenset({"suspended", "archived", "not-installed"})
log = structlog.get_logger()


class GitHub(Protocol):
    """The GitHub of one subject, as the pipeline needs it. `workers.github` has the real one."""

    def look(self, receipts: Mapping[str, Receipt]) -> Situation: ...

    def apply(self, changeset: Changeset, run: int) -> tuple[Receipt, ...]: ...

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
    policy: Policy
    waits: int = 0
    clock: Callable[[], float] = time.time


def tend(look: Look) -> float | None:
    """Bring the subject to rest. Seconds until it wants another look, or None.
    Raises Transient and Fenced.
    """
    try:
        now = look_around(look)
        for _ in range(MAX_STEPS):
            step = next_step(now, look.policy)
            log.info("step", subject=str(look.subject), step=type(step).__name__, why=_why(step))
            match step:
                case Idle():
                    _keep_thinking(look, now)
                    return None
                case PlanRequest(request):
                    have_written(look, request)
                    now = remembering(look, now)
                case StopPlanning():
                    look.memory.stop(look.run)
                    now = remembering(look, now)
                case Changeset():
                    act(look, step, now)
                    now = look_around(look)
    except Unseen as gone:
        look.memory.forget(look.run)
        log.warning("nothing to see", subject=str(look.subject), reason=str(gone))
        return None
    raise Transient("the subject did not come to rest", delay=60.0)


def give_up(look: Look) -> None:
    """The last try of a subject that failed too often: say so, so that it does not end in silence."""
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
    return remembering(look, replace(now, receipts=receipts))


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
    request = look.memory.request()
    return replace(
        now,
        request=request,
        stage=look.memory.stage(),
        outcome=_outcome(look, request, now),
        trouble=look.memory.trouble(),
        plannings=look.memory.plannings(look.clock()),
    )


def _outcome(look: Look, request: Request | None, now: Situation) -> Outcome | None:
    """The finished plan of the request, or else of the plan pull request that is open."""
    if request:
        return look.memory.outcome(request.digest) or _given_up(look, request)
    marks = [pull.mark.get("digest") for pull in now.pulls if pull.mark and pull.state == "open"]
    return look.memory.outcome(marks[0]) if marks else None


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
        ask = now.issue.ask.id if now.issue and now.issue.ask else ""
        if now.trouble and now.trouble.ask == ask:
            log.error("unsayable", subject=str(look.subject), first=now.trouble.reason, then=refusal.reason)
            raise
        trouble = Trouble(refusal.code, refusal.reason, refusal.next_step, ask)
        look.memory.note_trouble(look.run, trouble)


class Library(Protocol):
    """Where a thinker gets the repository's tree from."""

    def tree(self, sha: str) -> Tree: ...


@dataclass(frozen=True, slots=True)
class Thought:
    """What one thinker works with."""

    subject: Subject
    hint: Hint | None
    library: Library
    memory: Memory
    tending: Agenda
    author: Author
    waits: int = 0
    clock: Callable[[], float] = time.time
    cache: Path | None = None


class Unwanted(Exception):
    """The plan being written is no longer wanted."""


def think(thought: Thought) -> float | None:
    """Write the plan that is wanted, store its outcome and have the subject looked at. Raises Transient."""
    request = thought.memory.request()
    if request is None or request.state != "wanted":
        return None
    if thought.memory.outcome(request.digest) is None:
        try:
            outcome = written(thought, request)
            thought.memory.keep_outcome(outcome)
            log.info("thought", subject=str(thought.subject), outcome=outcome.kind, author=outcome.author)
        except Unwanted:
            log.info("unwanted", subject=str(thought.subject), digest=request.digest[:16])
            return None
        except Transient as passing:
            _say_waiting(thought, passing)
            raise
    thought.tending.arm(thought.subject, thought.hint)
    return None


def _say_waiting(thought: Thought, passing: Transient) -> None:
    """A wait that lasts is shown: from the second one in a row, the status comment
    says what is waited for.
    """
    if thought.waits:
        thought.memory.note_stage(f"waiting: {passing.reason}")
    thought.tending.arm(thought.subject, thought.hint)


def written(thought: Thought, request: Request) -> Outcome:
    """The outcome of one planning; a refusal of the tree or the author is an outcome too."""
    if request.kind == "inspection":
        return inspected(thought, request)
    try:
        choices = choices_in(request.config)
        tree = thought.library.tree(request.base_sha)
        brief = Brief(
            number=request.number,
            title=request.title,
            body=request.body,
            tree=tree,
            recon=looked_over(tree, request.title, request.body, cache=thought.cache, say=log.warning),
            format=request.format,
            inputs_digest=request.digest,
            base_sha=request.base_sha,
            issue_url=request.url,
            created=time.strftime("%Y-%m-%d", time.gmtime(thought.clock())),
            choices=choices,
            linked=request.linked,
            repository=thought.subject.repo_id,
            installation=thought.hint.installation_id if thought.hint else 0,
        )
        return compose(brief, thought.author, _Progress(thought, request))
    except UserError as refusal:
        return Outcome(request.digest, "failed", _in_words(refusal))


def inspected(thought: Thought, request: Request) -> Outcome:
    """What the rules say of the plan files that a pull request changes. Raises Unwanted and Transient."""
    begun = time.monotonic()
    try:
        head, base = _trees(thought.library, request)
        found = inspection(request, head, base, lambda: _check_wanted(thought, request))
    except UserError as refusal:
        found = Outcome(request.digest, "failed", _in_words(refusal))
    seconds = round(time.monotonic() - begun, 1)
    result = found.check_title or found.body or "no plan after all"
    log.info("inspected", subject=str(thought.subject), head=request.head_sha, result=result, seconds=seconds)
    return found


def _trees(library: Library, request: Request) -> tuple[Tree, Tree]:
    """The files of a pull request, and those that its plans are for: the same unless it changes others too.
    Who changes no plan needs none."""
    plans = find_plans(request.paths)
    if not plans and not request.more:
        return in_memory({}), in_memory({})
    head = library.tree(request.head_sha)
    plain = not request.more and len(plans) == len(request.paths)
    return head, head if plain else library.tree(request.base_sha)


def _in_words(refusal: UserError) -> str:
    """Reason and next step as sentences."""
    parts = (part.strip() for part in (refusal.reason, refusal.next_step) if part.strip())
    return " ".join(f"{part[0].upper()}{part[1:].rstrip('.')}." for part in parts)


def _check_wanted(thought: Thought, request: Request) -> None:
    """Raise Unwanted when something else is wanted by now, or nothing."""
    current = thought.memory.request()
    if current is None or current.digest != request.digest:
        raise Unwanted


class _Progress:
    """Called by the author with each stage: stops what is no longer wanted, and shows a long run's stage, and
    at once what a run is going to cost."""

    def __init__(self, thought: Thought, request: Request) -> None:
        self._thought = thought
        self._request = request
        self._shown = time.monotonic()

    def __call__(self, stage: str) -> None:
        _check_wanted(self._thought, self._request)
        if isinstance(stage, Quoted) or time.monotonic() - self._shown >= PROGRESS_SECONDS:
            self._shown = time.monotonic()
            self._thought.memory.note_stage(stage)
            self._thought.tending.arm(self._thought.subject, self._thought.hint)


def _why(step: Step) -> str:
    return step.request.digest[:16] if isinstance(step, PlanRequest) else step.why
