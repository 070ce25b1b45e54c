"""Slim models of what GitHub answers when it is read: only what we use, names as GitHub's but shorter.

No logic: what the answers mean is `read`'s business.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from bot.branches import ROUNDS
from workers.github.wire import Answer


def without_nulls(value: Any) -> Any:
    """GraphQL lists may hold null for what could not be resolved."""
    return [one for one in value if one] if isinstance(value, list) else value


def _or_empty(value: Any) -> Any:
    return value if value is not None else ""


Text = Annotated[str, BeforeValidator(_or_empty)]


class Person(Answer):
    """An account. `kind` is GitHub's: "User", "Bot", "Organization" and others; only users are people."""

    kind: str = Field("", alias="__typename")
    login: str = ""
    id: int = Field(0, alias="databaseId")

    @property
    def name(self) -> str:
        """The login as REST writes it, so that a bot never passes for the person of the same login."""
        return f"{self.login}[bot]" if self.kind == "Bot" else self.login

    @property
    def is_human(self) -> bool:
        return self.kind == "User"


class Named(Answer):
    login: str = ""
    name: str = ""


class Page(Answer):
    more: bool = Field(alias="hasNextPage")
    end: str | None = Field(None, alias="endCursor")


class Reactions(Answer):
    content: str
    ours: bool = Field(alias="viewerHasReacted")


class Reacted(Answer):
    """Something that can be reacted to."""

    reactions: list[Reactions] | None = Field(None, alias="reactionGroups")

    def has_our(self, *contents: str) -> bool:
        return any(one.ours and one.content in contents for one in self.reactions or ())

    @property
    def seen(self) -> bool:
        return self.has_our("EYES")

    @property
    def answered(self) -> bool:
        return self.has_our("ROCKET", "CONFUSED")


class CommentNow(Reacted):
    id: int = Field(alias="databaseId")
    body: Text
    url: str = ""
    at: str = Field(alias="createdAt")
    edited_at: Text = Field("", alias="lastEditedAt")
    author: Person | None = None


class Comments(Answer):
    page: Page = Field(alias="pageInfo")
    nodes: Annotated[list[CommentNow], BeforeValidator(without_nulls)]


class PullNow(Answer):
    number: int
    body: Text
    state: Literal["OPEN", "CLOSED", "MERGED"]
    url: str
    branch: str = Field(alias="headRefName")
    head_sha: str = Field(alias="headRefOid")
    base: str = Field(alias="baseRefName")
    foreign: bool = Field(alias="isCrossRepository")
    author: Person | None = None


class OpenPull(Answer):
    number: int
    branch: str = Field(alias="headRefName")
    head_sha: str = Field(alias="headRefOid")
    author: Person | None = None


class OpenPulls(Answer):
    nodes: Annotated[list[OpenPull], BeforeValidator(without_nulls)]


class Pulls(Answer):
    nodes: Annotated[list[PullNow], BeforeValidator(without_nulls)]


class Target(Answer):
    oid: str


class Ref(Answer):
    name: str = ""
    target: Target | None = None


class Labels(Answer):
    nodes: Annotated[list[Named], BeforeValidator(without_nulls)]


class Event(Answer):
    id: str = ""
    at: Text = Field("", alias="createdAt")
    actor: Person | None = None
    label: Named | None = None


class Events(Answer):
    nodes: Annotated[list[Event], BeforeValidator(without_nulls)]


class Home(Answer):
    id: int = Field(alias="databaseId")


class IssueNow(Reacted):
    home: Home = Field(alias="repository")
    title: str
    body: Text
    state: Literal["OPEN", "CLOSED"]
    locked: bool
    url: str
    edited_at: Text = Field("", alias="lastEditedAt")
    author: Person | None
    editor: Person | None = None
    labels: Labels
    labelled: Events
    renamed: Events
    comments: Comments


class ChangedFile(Answer):
    path: str
    change: str = Field(alias="changeType")


class ChangedFiles(Answer):
    page: Page = Field(alias="pageInfo")
    nodes: Annotated[list[ChangedFile], BeforeValidator(without_nulls)]


class Counted(Answer):
    count: int = Field(alias="totalCount")


class ProposalNow(Answer):
    number: int
    home: Home
    state: Literal["OPEN", "CLOSED", "MERGED"] = Field(alias="pullState")
    branch: str = Field(alias="headRefName")
    head_sha: str = Field(alias="headRefOid")
    base_sha: str = Field(alias="baseRefOid")
    base: str = Field(alias="baseRefName")
    foreign: bool = Field(alias="isCrossRepository")
    author: Person | None = Field(None, alias="writer")
    commits: Counted
    files: ChangedFiles | None = None


class Blob(Answer):
    """A file; whatever else stands at its path has no text."""

    text: str | None = None
    size: int = Field(0, alias="byteSize")
    truncated: bool = Field(False, alias="isTruncated")


class RepositoryNow(Answer):
    id: int = Field(alias="databaseId")
    name: str
    owner: Named
    archived: bool = Field(alias="isArchived")
    private: bool = Field(alias="isPrivate")
    default: Ref | None = Field(None, alias="defaultBranchRef")
    config: Blob | None = None
    issue: IssueNow | None = None
    proposal: ProposalNow | None = None
    open_pulls: OpenPulls = Field(OpenPulls(nodes=[]), alias="open")
    pulls: tuple[Pulls, ...]
    heads: tuple[Ref | None, ...]

    @model_validator(mode="before")
    @classmethod
    def _by_kind_and_round(cls, answer: Any) -> Any:
        """GraphQL has no lists of questions, so each round's answer stands under a name of its own."""
        if not isinstance(answer, dict):
            return answer
        about = answer.get("about") or {}
        return answer | {
            "issue": about if about.get("__typename") == "Issue" else None,
            "proposal": about if "pullState" in about else None,
            "pulls": [answer.get(f"pulls{round_}") or {"nodes": []} for round_ in ROUNDS],
            "heads": [answer.get(f"head{round_}") for round_ in ROUNDS],
        }


class ChangedPull(Answer):
    files: ChangedFiles | None = None


class ChangedHome(Answer):
    pull: ChangedPull | None = Field(alias="pullRequest")


class ChangedData(Answer):
    repository: ChangedHome | None


class SituationData(Answer):
    repository: RepositoryNow | None


class Configs(Answer):
    base: Blob | None = None
    head: Blob | None = None


class ConfigData(Answer):
    repository: Configs | None


class Talked(Answer):
    comments: Comments | None = None


class TalkedHome(Answer):
    about: Talked | None


class CommentsData(Answer):
    repository: TalkedHome | None


class PullHome(Answer):
    pull: PullNow | None = Field(alias="pullRequest")


class PullData(Answer):
    repository: PullHome | None


class RestAuthor(Answer):
    id: int


class RestComment(Answer):
    """A comment as REST tells it."""

    id: int
    body: Text = ""
    user: RestAuthor | None = None


class RestPermission(Answer):
    """What somebody may do in a repository. `role_name` may be one that an organisation made up."""

    permission: str
    role_name: Text = ""


class CheckApp(Answer):
    id: int


class CheckOutput(Answer):
    title: str | None = None
    summary: str | None = None
    annotations_count: int = 0


class RestIssue(Answer):
    """An issue as REST tells it; a pull request has `pull_request` as well."""

    number: int
    title: str
    body: Text = ""
    pull_request: dict[str, object] | None = None


class RestCheck(Answer):
    """A check run as REST tells it."""

    id: int
    name: str
    head_sha: str
    external_id: Text = ""
    status: str = ""
    conclusion: str | None = None
    html_url: Text = ""
    app: CheckApp | None = None
    output: CheckOutput = CheckOutput()


class RestChecks(Answer):
    check_runs: list[RestCheck]
