"""What people say to us about a subject, and what of it is left to answer. Data only, nothing is decided.

Whether something was answered is read off GitHub: our 👀 says that it was seen, our 🚀 or 😕 that it has its
answer. So nothing is forgotten, and nothing is answered twice, whatever is lost on our side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.commands import Command, Where

ReviewState = Literal["approved", "changes_requested", "commented", "dismissed"]


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment of a person with commands in it that has no answer yet.

    `number` is the issue or pull request it stands on. `edited`: it was changed after it was written, so that
    nobody knows what it said at first. `at` is GitHub's time of writing.
    """

    id: int
    number: int
    where: Where
    author: str
    commands: tuple[Command, ...]
    at: str
    url: str = ""
    edited: bool = False
    seen: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """One comment in a review thread. `ours`: our bot wrote it; `answers` is then the cause that it answers
    (`RevisionWish.name`), else ""."""

    author: str
    body: str
    ours: bool = False
    answers: str = ""


@dataclass(frozen=True, slots=True)
class Thread:
    """A review thread on a line of a file. `id` is its node id, `comment` the database id of its first
    comment, to reply to. `line` counts from 1 and is 0 where the thread is on the file or outdated.
    """

    id: str
    comment: int
    path: str
    line: int = 0
    start_line: int = 0
    resolved: bool = False
    outdated: bool = False
    said: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """A submitted review by a person. `id` is its node id, `number` its database id, `sha` the commit that
    was reviewed. `mentions`: the App is named in it, which asks for a revision like "request changes".
    """

    id: str
    number: int
    author: str
    state: ReviewState
    body: str
    sha: str
    at: str
    url: str = ""
    mentions: bool = False
    opted_out: bool = False
    seen: bool = False
    answered: bool = False
    threads: tuple[Thread, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanTalk:
    """What goes on at the open plan pull request.

    `base_sha` is the newest commit of its base branch. `last_sha` is the newest commit on it that we made, ""
    when none of ours is left; `pushed_at` is when its newest commit was made, in seconds since 1970 and never
    after GitHub's own last word of it; `pushed_by` is "" where no account is known. `behind`: its plan file
    was changed on the base branch since. `body` is the pull request's text, `held`: people told us not to
    write to it. `paths` are those that its tasks change, looked up while
    other plans are open.
    """

    number: int
    branch: str
    head_sha: str
    base_sha: str
    last_sha: str = ""
    pushed_at: float = 0.0
    pushed_by: str = ""
    body: str = ""
    behind: bool = False
    held: bool = False
    reviews: tuple[Review, ...] = ()
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionIssue:
    """An issue of ours that asks for a decision of this subject's plan."""

    number: int
    decision: str
    state: Literal["open", "closed"]
    labels: tuple[str, ...] = ()
    made_at: float = 0.0
    reminded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision as somebody made it: the option's name, why, who, when (ISO) and where they said so.

    `by` is "" when the deadline made it. `instead`: it is meant to take the place of an answer that holds."""

    decision: str
    option: str
    reason: str
    by: str
    at: str
    url: str = ""
    instead: bool = False


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another open plan pull request of the repository: its issue, its own number, its head. `paths` are
    those that its tasks change."""

    issue: int
    number: int
    head_sha: str
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Instruction:
    """What somebody asks of a revision in words. `source` names where: "review:<id>" or "comment:<id>"."""

    source: str
    author: str
    text: str


@dataclass(frozen=True, slots=True)
class RevisionWish:
    """Everything that one revision has to deal with, at once.

    `edits`: people pushed since our last commit, `editors` who did. `refresh`: ground the plan anew at the
    base branch's newest commit. `rebuild`: only bring the plan's files together with the base branch's.
    `name` is stable for the same causes, and known from our replies again.
    """

    pull: int
    branch: str
    head_sha: str
    last_sha: str
    name: str
    instructions: tuple[Instruction, ...] = ()
    threads: tuple[Thread, ...] = ()
    answers: tuple[Answer, ...] = ()
    edits: bool = False
    editors: tuple[str, ...] = ()
    refresh: bool = False
    rebuild: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said in one thread, and whether that settles it. `text` may hold {sha}: the commit's link."""

    thread: str
    comment: int
    text: str
    resolve: bool = False
