"""What the sandbox remembers: plain records and nothing that acts.

Every record is picklable, so that a snapshot is one `pickle.dumps`; times are seconds since 1970, ids are
integers from counters. Git objects live apart, in `sandbox.objects`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

ROLES = ("none", "read", "triage", "write", "maintain", "admin")
REACTIONS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes")


@dataclass(slots=True)
class User:
    id: int
    login: str
    kind: Literal["User", "Bot", "Organization"]
    created_at: float
    name: str | None = None
    email: str | None = None


@dataclass(slots=True)
class Installation:
    id: int
    owner: str
    permissions: dict[str, str]
    events: list[str]
    created_at: float
    repository_ids: list[int] = field(default_factory=list)
    everything: bool = True
    suspended_at: float | None = None
    updated_at: float = 0.0


@dataclass(slots=True)
class Label:
    id: int
    name: str
    color: str = "ededed"
    description: str | None = None
    default: bool = False


@dataclass(slots=True)
class LabelEvent:
    """A label put on an issue, or taken off it, as the issue's timeline tells it."""

    id: int
    repo_id: int
    kind: Literal["LabeledEvent", "UnlabeledEvent"]
    actor: str
    label: int
    created_at: float


@dataclass(slots=True)
class TitleEvent:
    """Another title for an issue or pull request, as its timeline tells it."""

    id: int
    repo_id: int
    actor: str
    before: str
    after: str
    created_at: float


@dataclass(slots=True)
class Reaction:
    id: int
    user: str
    content: str
    created_at: float


@dataclass(slots=True)
class Comment:
    """A comment on an issue or a pull request's conversation."""

    id: int
    repo_id: int
    issue_number: int
    author: str
    body: str
    created_at: float
    updated_at: float
    reactions: list[Reaction] = field(default_factory=list)
    minimized: str | None = None
    edited_at: float | None = None
    editor: str | None = None


@dataclass(slots=True)
class ReviewComment:
    id: int
    repo_id: int
    pull_number: int
    thread_id: int
    review_id: int
    author: str
    body: str
    created_at: float
    updated_at: float
    commit_id: str
    original_commit_id: str
    diff_hunk: str
    in_reply_to: int | None = None
    pending: bool = False
    reactions: list[Reaction] = field(default_factory=list)
    minimized: str | None = None
    edited_at: float | None = None
    editor: str | None = None


@dataclass(slots=True)
class Thread:
    """A review conversation on a line or a file of a pull request."""

    id: int
    repo_id: int
    pull_number: int
    path: str
    line: int | None
    side: str
    start_line: int | None
    start_side: str | None
    subject_type: str
    anchor: str | None
    comments: list[ReviewComment] = field(default_factory=list)
    resolved_by: str | None = None
    outdated: bool = False


@dataclass(slots=True)
class Review:
    id: int
    repo_id: int
    pull_number: int
    author: str
    body: str
    state: str
    commit_id: str
    created_at: float
    submitted_at: float | None
    minimized: str | None = None
    reactions: list[Reaction] = field(default_factory=list)
    edited_at: float | None = None
    editor: str | None = None


@dataclass(slots=True)
class Pull:
    """The part of a pull request an issue has not."""

    head: str
    base: str
    head_sha: str
    base_sha: str
    draft: bool = False
    maintainer_can_modify: bool = False
    merged_at: float | None = None
    merged_by: str | None = None
    merge_sha: str | None = None
    reviews: list[Review] = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)
    requested_reviewers: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Issue:
    """An issue, or a pull request when `pull` is set: both share one run of numbers."""

    id: int
    repo_id: int
    number: int
    title: str
    body: str | None
    author: str
    created_at: float
    updated_at: float
    state: Literal["open", "closed"] = "open"
    state_reason: str | None = None
    closed_at: float | None = None
    closed_by: str | None = None
    locked: bool = False
    lock_reason: str | None = None
    labels: list[int] = field(default_factory=list)
    label_events: list[LabelEvent] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)
    pull: Pull | None = None
    parent: int | None = None
    children: list[int] = field(default_factory=list)
    blocked_by: list[int] = field(default_factory=list)
    deleted: bool = False
    moved_to: tuple[int, int] | None = None
    title_events: list[TitleEvent] = field(default_factory=list)
    edited_at: float | None = None
    editor: str | None = None


@dataclass(slots=True)
class CheckRun:
    id: int
    repo_id: int
    name: str
    head_sha: str
    external_id: str
    created_at: float
    app: bool = True
    status: str = "queued"
    conclusion: str | None = None
    details_url: str | None = None
    started_at: float | None = None
    completed_at: float | None = None
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    annotations: list[dict[str, Any]] = field(default_factory=list)
    actions: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Ruleset:
    """Active rules for branches matching any of the patterns
    (`main`, `release/*`, `~ALL`, `~DEFAULT_BRANCH`).
    """

    id: int
    name: str
    branches: list[str]
    rules: list[dict[str, Any]]
    bypass: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Repository:
    id: int
    owner: str
    name: str
    created_at: float
    default_branch: str = "main"
    description: str | None = None
    private: bool = False
    archived: bool = False
    fork: bool = False
    has_issues: bool = True
    pushed_at: float | None = None
    updated_at: float = 0.0
    next_number: int = 1
    collaborators: dict[str, str] = field(default_factory=dict)
    custom_roles: dict[str, str] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    ref_times: dict[str, float] = field(default_factory=dict)
    labels: dict[int, Label] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    check_runs: dict[int, CheckRun] = field(default_factory=dict)
    protected: dict[str, dict[str, Any]] = field(default_factory=dict)
    rulesets: list[Ruleset] = field(default_factory=list)

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"


@dataclass(slots=True)
class Delivery:
    """One attempt to deliver one event; attempts of the same event share the GUID."""

    id: int
    guid: str
    event: str
    action: str | None
    payload: bytes
    headers: dict[str, str]
    delivered_at: float
    redelivery: bool = False
    duration: float = 0.0
    status: str = "PENDING"
    status_code: int = 0
    response_headers: dict[str, str] = field(default_factory=dict)
    response_body: str = ""
    installation_id: int | None = None
    repository_id: int | None = None


@dataclass(slots=True)
class State:
    """Everything that `World.snapshot` keeps."""

    counters: dict[str, int] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    installations: dict[int, Installation] = field(default_factory=dict)
    repositories: dict[int, Repository] = field(default_factory=dict)
    former_names: dict[str, int] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    revoked: set[str] = field(default_factory=set)
    writes: dict[str, list[float]] = field(default_factory=dict)
    used: dict[str, tuple[int, int]] = field(default_factory=dict)
