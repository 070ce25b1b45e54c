"""How a thinker works: take what is wanted of a subject, read the repository, have it written, keep the
outcome. It publishes nothing and holds no key of GitHub's.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog

from bot.author.brief import Author, Quoted
from bot.author.compose import compose
from bot.errors import Transient, UserError
from bot.inbox import Hint
from bot.plan.readers.recognise import find_plans
from bot.recon.tree import Tree, in_memory
from bot.situation import Outcome, Request, Subject
from workers.inspecting import inspection
from workers.memory import Memory
from workers.revising import Place, brief_of, revision

PROGRESS_SECONDS = 10.0
log = structlog.get_logger()


class Agenda(Protocol):
    """How a thinker has the subject looked at."""

    def arm(self, subject: Subject, hint: Hint | None = None, delay: float = 0.0) -> None: ...


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
            thought.memory.note_news(thought.author.name, outcome.body if outcome.kind == "failed" else "")
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
        place, progress = _place(thought), _Progress(thought, request)
        if request.kind == "revision":
            return revision(request, thought.library.tree, thought.author, progress, place, log.warning)
        brief = brief_of(request, thought.library.tree(request.base_sha), place, log.warning)
        return compose(brief, thought.author, progress)
    except UserError as refusal:
        return Outcome(request.digest, "failed", _in_words(refusal))


def _place(thought: Thought) -> Place:
    installation = thought.hint.installation_id if thought.hint else 0
    day = time.strftime("%Y-%m-%d", time.gmtime(thought.clock()))
    return Place(thought.subject.repo_id, installation, day, thought.cache)


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
