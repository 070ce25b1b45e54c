"""Slim models of what GitHub answers about the talk on a plan pull request and on its decisions' issues.

No logic: what the answers mean is `read_talk`'s and `read_decisions`' business.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from workers.github.answers import Comments, Labels, Page, Person, Reacted, Ref, Target, Text, without_nulls
from workers.github.wire import Answer


class Signature(Answer):
    valid: bool = Field(False, alias="isValid")
    by_github: bool = Field(False, alias="wasSignedByGitHub")


class Account(Answer):
    """Whom GitHub takes for a commit's author; it shows bots as if they were users."""

    id: int = Field(0, alias="databaseId")
    login: str = ""


class CommitAuthor(Answer):
    email: Text = ""
    user: Account | None = None


class Oids(Answer):
    nodes: Annotated[list[Target], BeforeValidator(without_nulls)]


class CommitNow(Answer):
    oid: str
    at: str = Field(alias="committedDate")
    author: CommitAuthor | None = None
    signature: Signature | None = None
    parents: Oids


class PullCommit(Answer):
    commit: CommitNow


class PullCommits(Answer):
    nodes: Annotated[list[PullCommit], BeforeValidator(without_nulls)]


class ReviewNow(Reacted):
    id: str
    number: int = Field(0, alias="databaseId")
    state: Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"]
    body: Text
    url: str = ""
    at: Text = Field("", alias="submittedAt")
    edited_at: Text = Field("", alias="lastEditedAt")
    author: Person | None = None
    commit: Target | None = None


class Reviews(Answer):
    nodes: Annotated[list[ReviewNow], BeforeValidator(without_nulls)]


class ReviewId(Answer):
    id: int = Field(0, alias="databaseId")


class LineComment(Answer):
    id: int = Field(alias="databaseId")
    body: Text
    state: str = "SUBMITTED"
    author: Person | None = None
    review: ReviewId | None = Field(None, alias="pullRequestReview")


class LineComments(Answer):
    nodes: Annotated[list[LineComment], BeforeValidator(without_nulls)]


class ThreadNow(Answer):
    id: str
    resolved: bool = Field(alias="isResolved")
    outdated: bool = Field(alias="isOutdated")
    path: str
    line: int | None = None
    start_line: int | None = Field(None, alias="startLine")
    begun: LineComments
    latest: LineComments


class Threads(Answer):
    page: Page = Field(alias="pageInfo")
    nodes: Annotated[list[ThreadNow], BeforeValidator(without_nulls)]


class TalkNow(Answer):
    """A plan pull request. Everything but its comments is left out of one that is not open."""

    comments: Comments
    body: Text = ""
    updated_at: Text = Field("", alias="updatedAt")
    head_sha: str = Field("", alias="headRefOid")
    base_sha: str = Field("", alias="baseRefOid")
    base: Ref | None = Field(None, alias="baseRef")
    labels: Labels = Labels(nodes=[])
    commits: PullCommits = PullCommits(nodes=[])
    judged: Reviews = Reviews(nodes=[])
    commented: Reviews = Reviews(nodes=[])
    threads: Threads | None = Field(None, alias="reviewThreads")


class DecisionNow(Answer):
    number: int
    body: Text
    state: Literal["OPEN", "CLOSED"]
    at: str = Field(alias="createdAt")
    author: Person | None = None
    labels: Labels
    comments: Comments


class Decisions(Answer):
    nodes: Annotated[list[DecisionNow], BeforeValidator(without_nulls)]


class TalkHome(Answer):
    pull: TalkNow | None = Field(alias="pullRequest")
    issues: Decisions = Decisions(nodes=[])


class TalkData(Answer):
    repository: TalkHome | None


class ThreadsPull(Answer):
    threads: Threads | None = Field(None, alias="reviewThreads")


class ThreadsHome(Answer):
    pull: ThreadsPull | None = Field(alias="pullRequest")


class ThreadsData(Answer):
    repository: ThreadsHome | None


class DecisionHome(Answer):
    issue: DecisionNow | None


class DecisionData(Answer):
    repository: DecisionHome | None


class PlanFiles(Answer):
    then: Target | None = None
    now: Target | None = None


class PlanFilesData(Answer):
    repository: PlanFiles | None
