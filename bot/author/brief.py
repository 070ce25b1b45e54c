"""What an author is given and what it gives back. Types only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bot.author.model import Usage
from bot.config import DEFAULTS, Choices
from bot.plan.model import Command, Plan
from bot.recon.report import Recon
from bot.recon.tree import Tree
from bot.situation import LinkedIssue

Progress = Callable[[str], None]


class Quoted(str):
    """A stage that says what is about to be spent: for people to see before it is, not when there is time."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Brief:
    """One issue, the repository it stands in at `base_sha`, and what recon found there.

    `branch` is the one the work is done on, "" when none is known; `created` is an ISO date, "" when no
    clock was at hand. `lane` and `profile` are what a person asked for, "" leaves them to the size.
    `choices` are the repository's. `repository` and `installation` are GitHub's ids, 0 where there are none:
    what is spent is counted under them.
    """

    number: int
    title: str
    body: str
    tree: Tree
    recon: Recon
    format: str
    inputs_digest: str
    base_sha: str
    issue_url: str = ""
    branch: str = ""
    created: str = ""
    lane: Literal["", "quick", "full"] = ""
    linked: tuple[LinkedIssue, ...] = ()
    choices: Choices = DEFAULTS
    repository: int = 0
    installation: int = 0
    profile: Literal["", "quick", "standard", "deep"] = ""


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """One question whose answer would let a plan be written, why it matters, and answers to pick from."""

    question: str
    why: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Likely:
    """A file that probably matters, with recon's confidence (A to C) and reasons."""

    path: str
    confidence: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Readiness:
    """What an issue lacks: at most five questions, most important first; and what
    the repository says already.
    """

    asks: tuple[OpenQuestion, ...]
    files: tuple[Likely, ...] = ()
    commands: tuple[Command, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """How writing ended. `plan` stands for kind "plan", `readiness` for "unready"; `reason` is for people."""

    kind: Literal["plan", "unready", "unneeded"]
    plan: Plan | None = None
    reason: str = ""
    author: str = ""
    readiness: Readiness | None = None
    usage: Usage = field(default_factory=Usage)


class Author(Protocol):
    """Somebody who writes plans. `name` and `version` are part of every plan's inputs."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    def write(self, brief: Brief, progress: Progress) -> Written:
        """A plan or the reason why there is none. Raises UserError when a person
        has to put something right.
        """
        ...
