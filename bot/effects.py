"""Effects are data: what we want GitHub to look like. Nothing here acts, and nothing here knows how.

Each effect names one thing to make true and carries a `key` that is stable over retries, crashes and replans;
`workers/github/apply.py` has one performer for each kind. All texts are final: marks included.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.branches import CONFIGURE, PREFIX
from bot.config import CONFIG_PATH
from bot.errors import GroundplanError

ANNOTATIONS_A_REQUEST = 50
Conclusion = Literal["success", "failure", "neutral", "action_required"]
Reaction = Literal["eyes", "rocket", "confused"]


@dataclass(frozen=True, slots=True)
class File:
    """A text file at a repository path, UTF-8, written whole."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Annotation:
    """A finding at a place in a file, as check runs show it. Lines count from 1."""

    path: str
    line: int
    level: Literal["notice", "warning", "failure"]
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class EnsureBranch:
    """The branch exists; when it is made, it starts at `sha`. An existing branch is never moved."""

    branch: str
    sha: str

    @property
    def key(self) -> str:
        return f"branch:{self.branch}"


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit with `files` on top of `expected_head`. A moved head is a conflict, never overwritten.
    The paths of `removed` are there and go.

    `name` says which commit this is (a plan's digest), so that it is made once even if
    the head has moved by it.
    """

    branch: str
    name: str
    expected_head: str
    headline: str
    body: str
    files: tuple[File, ...]
    removed: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"commit:{self.branch}:{self.name}"


@dataclass(frozen=True, slots=True)
class EnsurePullRequest:
    """A pull request from `branch` into `base` exists with this title and body."""

    branch: str
    base: str
    title: str
    body: str

    @property
    def key(self) -> str:
        return f"pull:{self.branch}"


@dataclass(frozen=True, slots=True)
class EnsureComment:
    """Our one comment of this `name` on the issue or pull request says exactly `body` (its mark included).
    With `about` there is one for each thing it is about; the mark says it in its field "about".
    """

    number: int
    name: str
    body: str
    about: str = ""

    @property
    def key(self) -> str:
        return f"comment:{self.number}:{self.name}" + (f":{self.about}" if self.about else "")


@dataclass(frozen=True, slots=True)
class EnsureReply:
    """Our one answer to `about` in the review thread begun by `comment` says `body`, mark included."""

    number: int
    comment: int
    about: str
    body: str

    @property
    def key(self) -> str:
        return f"reply:{self.comment}:{self.about}"


@dataclass(frozen=True, slots=True)
class ResolveThread:
    """The review thread with this node id was resolved by us, once for this occasion."""

    thread: str
    once: str

    @property
    def key(self) -> str:
        return f"resolve:{self.thread}:{self.once}"


@dataclass(frozen=True, slots=True)
class React:
    """We reacted to the issue (`comment_id` 0), one of its comments, or the review with this node id."""

    number: int
    content: Reaction
    comment_id: int = 0
    review: str = ""

    @property
    def key(self) -> str:
        return f"react:{self.number}:{self.review or self.comment_id}:{self.content}"


@dataclass(frozen=True, slots=True)
class AddLabels:
    """The issue or pull request carries these labels, put on once for this occasion."""

    number: int
    labels: tuple[str, ...]
    once: str = ""

    @property
    def key(self) -> str:
        return f"labels:{self.number}:{','.join(self.labels)}" + (f":{self.once}" if self.once else "")


@dataclass(frozen=True, slots=True)
class RemoveLabel:
    """The issue does not carry this label. `once` names the occasion, so that a label a person sets again
    later is not taken off by a late retry.
    """

    number: int
    label: str
    once: str

    @property
    def key(self) -> str:
        return f"unlabel:{self.number}:{self.label}:{self.once}"


@dataclass(frozen=True, slots=True)
class EnsureCheckRun:
    """A completed check run of this name and `external_id` stands at `head_sha`."""

    name: str
    head_sha: str
    external_id: str
    conclusion: Conclusion
    title: str
    summary: str
    annotations: tuple[Annotation, ...] = ()

    @property
    def key(self) -> str:
        return f"check:{self.name}:{self.head_sha}:{self.external_id}"

    @property
    def later(self) -> Mapping[int, str]:
        """Where the annotations that need further requests begin, and the key of each request."""
        starts = range(ANNOTATIONS_A_REQUEST, len(self.annotations), ANNOTATIONS_A_REQUEST)
        return {start: f"{self.key}:annotations:{start}" for start in starts}


@dataclass(frozen=True, slots=True)
class EnsureIssue:
    """An issue of ours known by `name` (its mark is in the body) exists with title, body and labels."""

    name: str
    title: str
    body: str
    labels: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"issue:{self.name}"


@dataclass(frozen=True, slots=True)
class EnsureLabel:
    """The repository has a label of this name; one that is there is left as people made it."""

    name: str
    color: str
    description: str

    @property
    def key(self) -> str:
        return f"label:{self.name}"


@dataclass(frozen=True, slots=True)
class CloseIssue:
    """An issue of ours was closed, once for this occasion. Only issues that carry our mark may be."""

    number: int
    reason: Literal["completed", "not_planned"]
    once: str

    @property
    def key(self) -> str:
        return f"close:{self.number}:{self.once}"


@dataclass(frozen=True, slots=True)
class MergeBase:
    """The branch holds everything of the base branch's commit `base_sha`, and `files` as given: one commit
    with both as its parents, on top of `expected_head`. The other files that the branch changed stay as they
    are on it. A moved head is a conflict; so is a file, none of `files`, that both sides changed.
    """

    branch: str
    name: str
    expected_head: str
    base_sha: str
    headline: str
    body: str
    files: tuple[File, ...]
    removed: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"commit:{self.branch}:{self.name}"


@dataclass(frozen=True, slots=True)
class MergePull:
    """The pull request was merged with exactly this head; another head is refused by GitHub itself."""

    number: int
    head_sha: str
    headline: str
    method: Literal["squash", "merge", "rebase"] = "squash"

    @property
    def key(self) -> str:
        return f"merge:{self.number}:{self.head_sha}"


Effect = (
    EnsureBranch
    | Commit
    | MergeBase
    | MergePull
    | EnsureReply
    | ResolveThread
    | EnsureLabel
    | CloseIssue
    | EnsurePullRequest
    | EnsureComment
    | React
    | AddLabels
    | RemoveLabel
    | EnsureCheckRun
    | EnsureIssue
)


@dataclass(frozen=True, slots=True)
class Changeset:
    """Effects to apply in order, and in a few words why."""

    why: str
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an effect came to. `number` is an issue or pull request's, `id` a
    database id, `sha` a commit's.
    """

    key: str
    outcome: Literal["created", "updated", "unchanged", "adopted"]
    number: int = 0
    id: int = 0
    sha: str = ""
    url: str = ""
    digest: str = ""


class OutsideClosedSet(GroundplanError):
    """An effect reaches for something that Groundplan may never touch. A bug or an
    attack; nothing was written.
    """


PLAN_FILE = "IMPLEMENTATION_PLAN.md"
FORM_PATH = ".github/ISSUE_TEMPLATE/plan.yml"
_CONFIGURING = frozenset({CONFIG_PATH, FORM_PATH})
_FILE_PATTERNS = (
    re.compile(r"IMPLEMENTATION_PLAN\.md"),
    re.compile(
        r"specs/(?:[A-Za-z0-9][A-Za-z0-9._-]{0,99}/){0,3}[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.(?:md|json|yaml)"
    ),
    re.compile(r"EXPORT/plan_[a-z0-9]+(?:-[a-z0-9]+){0,15}\.md"),
    re.compile(r"\.agent/(?:planning-output|planner-fanout)-[1-9][0-9]{0,9}\.json"),
)
_BRANCH = re.compile(re.escape(PREFIX) + "[a-z0-9][a-z0-9-]{0,80}")


def is_plan_path(path: str) -> bool:
    """Whether Groundplan may ever write `path`. ASCII only, so case, width and
    normal-form twins fail here.
    """
    plain = path == unicodedata.normalize("NFKC", path) and ".." not in path
    return plain and any(pattern.fullmatch(path) for pattern in _FILE_PATTERNS)


def is_removable(path: str) -> bool:
    """Whether Groundplan may ever remove `path`: documents of its own, never the file that people share."""
    return is_plan_path(path) and path != PLAN_FILE


def _is_writable(effect: Commit | MergeBase, path: str) -> bool:
    """On the branch that gives a repository its configuration stands that and its issue form, and no plan."""
    if effect.branch == CONFIGURE:
        return isinstance(effect, Commit) and path in _CONFIGURING
    return is_plan_path(path)


def _is_removable(effect: Commit | MergeBase, path: str) -> bool:
    return effect.branch != CONFIGURE and is_removable(path)


def check_closed_set(changeset: Changeset) -> None:
    """Raise OutsideClosedSet if any effect names a path or branch that is not ours to write."""
    for effect in changeset.effects:
        if isinstance(effect, Commit | MergeBase):
            foreign = [file.path for file in effect.files if not _is_writable(effect, file.path)]
            foreign += [path for path in effect.removed if not _is_removable(effect, path)]
            if foreign or not effect.files:
                raise OutsideClosedSet(f"commit to {effect.branch} touches {foreign or 'nothing'}")
        if isinstance(
            effect, Commit | MergeBase | EnsureBranch | EnsurePullRequest
        ) and not _BRANCH.fullmatch(effect.branch):
            raise OutsideClosedSet(f"{effect.branch!r} is not a branch of ours")
