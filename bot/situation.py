"""What GitHub says now about one issue, with what we remember of it. Data only: no reading, no deciding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.commands import Profile, Role
from bot.config import ConfigFile
from bot.conversation import Answer, DecisionIssue, PlanTalk, Remark, Reply, RevisionWish, Sibling
from bot.effects import Annotation, File, Receipt
from bot.marks import Mark


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """One issue or pull request, for ever: GitHub's numeric repository id survives renames and transfers,
    names do not. Number 0 is the repository itself.
    """

    repo_id: int
    number: int

    def __str__(self) -> str:
        return f"{self.repo_id}#{self.number}"

    @classmethod
    def parse(cls, text: str) -> Subject:
        repo_id, _, number = text.partition("#")
        if not (repo_id.isascii() and repo_id.isdigit() and number.isascii() and number.isdigit()):
            raise ValueError(f"not a subject: {text[:60]!r}")
        return cls(int(repo_id), int(number))


@dataclass(frozen=True, slots=True)
class Repository:
    """`head_sha` is the default branch's commit, or "" while the repository has no commits."""

    id: int
    owner: str
    name: str
    default_branch: str
    head_sha: str
    private: bool = False
    archived: bool = False

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"


@dataclass(frozen=True, slots=True)
class Ask:
    """One wish for a plan: the last time somebody put the label on (`id` is the label event's node id), or a
    comment's `/plan` ("comment:<id>"), which may say a format, a profile and further words. `at` is when.
    """

    id: str
    actor: str
    label: str
    format: str = ""
    profile: Profile = ""
    words: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class LinkedIssue:
    """An issue of the same repository that a text names, as it was when it was read."""

    number: int
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Issue:
    """The issue as it is now. `state` is GitHub's, lower case. `linked` are issues that its text names; they
    are read only while a plan is asked for. `edited_at` and `editor` tell of the last change of its text.
    """

    number: int
    title: str
    body: str
    state: Literal["open", "closed"]
    locked: bool
    author: str
    labels: tuple[str, ...]
    ask: Ask | None = None
    url: str = ""
    linked: tuple[LinkedIssue, ...] = ()
    edited_at: str = ""
    editor: str = ""


@dataclass(frozen=True, slots=True)
class OwnComment:
    """A comment that our own numeric bot id wrote and whose mark holds. `number` is the issue's or pull
    request's that it stands on."""

    id: int
    mark: Mark
    body: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class PlanPull:
    """A pull request on one of the subject's plan branches, written by us; `mark` is
    None if its mark is broken.
    """

    number: int
    branch: str
    state: Literal["open", "closed", "merged"]
    head_sha: str
    base: str
    mark: Mark | None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pull request that is looked at for its own sake: does what it changes hold the rules of plans?

    `base` is the branch it goes to. `paths` are the files it adds or changes, `more` tells that there are
    others. `plan_of` is the issue whose plan it is, if it is one of ours; `fresh_plan`, that nobody has added
    a commit to that yet.
    """

    number: int
    state: Literal["open", "closed", "merged"]
    branch: str
    head_sha: str
    base_sha: str
    base: str = ""
    paths: tuple[str, ...] = ()
    more: bool = False
    fresh_plan: bool = False
    config: ConfigFile | None = None
    new_config: ConfigFile | None = None
    plan_of: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """The work of thought we asked for, with all its inputs. `digest` names them: for a plan the ask, the
    issue's text and those it names, the format; for an inspection the commit and what is compared with it.

    `config` is the configuration at `base_sha`, by which is judged; `new_config` is one to be checked itself.
    The text is kept here, not read again, so that the plan is of the very text that the digest names. An
    inspection
    looks at `paths` as they are at `head_sha`; `more` tells that other files change as well.
    """

    digest: str
    base_sha: str
    ask: str
    number: int
    title: str
    body: str
    full_name: str
    url: str = ""
    format: str = "roadmap"
    state: Literal["wanted", "stopped"] = "wanted"
    kind: Literal["plan", "inspection", "revision"] = "plan"
    head_sha: str = ""
    branch: str = ""
    paths: tuple[str, ...] = ()
    more: bool = False
    config: ConfigFile | None = None
    new_config: ConfigFile | None = None
    linked: tuple[LinkedIssue, ...] = ()
    profile: Profile = ""
    words: str = ""
    revision: RevisionWish | None = None


@dataclass(frozen=True, slots=True)
class OpenDecision:
    """A decision of a plan, with the text of the issue that asks for it. `deadline` is an ISO date or "".
    `options` are names, in order. `made` is how it was decided, None while nobody has."""

    id: str
    weight: Literal["major", "minor"]
    title: str
    body: str
    options: tuple[str, ...] = ()
    recommended: str = ""
    deadline: str = ""
    made: Answer | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one planning ended, stored before anything is published, so that a crash
    never pays or writes twice.

    kind "plan": `files`, `pull_title`, `pull_body` (without mark) and the check are ready to publish; the
    paths of `removed` are of an earlier plan and go.
    kind "unready": the issue does not say enough for a plan; `body` asks for it. kind "unneeded": the
    issue is too small for a plan; `body` says why. kind "failed": planning could not be done; `body`
    says why and what to do. kind "inspection": the check is ready to publish.
    kind "revision": `files` are to go on top of the branch (none: nothing changes), `replies` into the
    threads; `body` says in a few words what was done. `merge_base` is the base branch's commit to merge.
    `decisions` are the plan's. `quiet`: there is nothing to say, since nothing came of what people did.
    """

    digest: str
    kind: Literal["plan", "unready", "unneeded", "failed", "inspection", "revision"]
    body: str
    files: tuple[File, ...] = ()
    removed: tuple[str, ...] = ()
    pull_title: str = ""
    pull_body: str = ""
    headline: str = ""
    check_title: str = ""
    check_summary: str = ""
    check_ok: bool = False
    check_binding: bool = True
    annotations: tuple[Annotation, ...] = ()
    author: str = ""
    replies: tuple[Reply, ...] = ()
    merge_base: str = ""
    decisions: tuple[OpenDecision, ...] = ()
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """An effect that GitHub refused for a reason people can put right; kept so the next look can say it."""

    code: str
    reason: str
    next_step: str
    ask: str


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that planning needs, and how it is. `do` says what to do about it, "" when nothing."""

    mark: Literal["✅", "⚠️", "❌", "❔"]
    name: str
    says: str
    do: str = ""


@dataclass(frozen=True, slots=True)
class Planning:
    """A planning of the last hour, by its request's digest. `until` is when it stops counting, for people."""

    digest: str
    until: str


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that deciding needs. `issue` is None when it is gone, moved away or a pull request; in the
    last case
    `proposal` is set. `config` is the configuration on the default branch. `plannings` are oldest first.

    `at` is the time of the look, in seconds since 1970. `remarks` are the comments with commands that have no
    answer yet, oldest first, wherever they stand; `roles` are those of everybody whose say matters now.
    `talk` is set while a plan pull request is open; `settled` names the heads of its branch and its base at
    which people's edits were dealt with; `published` is what we know of the plan that stands there, and
    `sound`: the contract's check is green at its head. `siblings` are the other open plans. `parent` is set
    on a decision's issue: the issue whose plan waits for it. `health` is looked at when somebody asks.
    """

    subject: Subject
    repository: Repository
    issue: Issue | None
    proposal: Proposal | None = None
    config: ConfigFile | None = None
    pulls: tuple[PlanPull, ...] = ()
    branch_heads: Mapping[str, str] = field(default_factory=dict)
    comments: tuple[OwnComment, ...] = ()
    reacted: bool = False
    checked: frozenset[str] = frozenset()
    missing_permissions: tuple[str, ...] = ()
    request: Request | None = None
    stage: str = ""
    outcome: Outcome | None = None
    trouble: Trouble | None = None
    plannings: tuple[Planning, ...] = ()
    receipts: Mapping[str, Receipt] = field(default_factory=dict)
    at: float = 0.0
    remarks: tuple[Remark, ...] = ()
    roles: Mapping[str, Role] = field(default_factory=dict)
    talk: PlanTalk | None = None
    decisions: tuple[DecisionIssue, ...] = ()
    siblings: tuple[Sibling, ...] = ()
    parent: int = 0
    settled: str = ""
    published: Outcome | None = None
    health: tuple[Check, ...] = ()
    sound: bool = False
