"""GitHub → Situation, in one GraphQL query where that is enough. Reads only, and decides nothing.

What is ours is known by our numeric bot id and, where there is a text, by the signed mark in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from bot.branches import issue_of, plan_branches
from bot.controller import NO_EVENT
from bot.errors import Transient
from bot.marks import Mark, Place, read_mark
from bot.references import MOST_LINKED, issues_named
from bot.situation import (
    Ask,
    Issue,
    LinkedIssue,
    OwnComment,
    PlanPull,
    Proposal,
    Repository,
    Situation,
    Subject,
)
from workers.github.answers import (
    ChangedData,
    ChangedFile,
    Comments,
    CommentsData,
    IssueNow,
    ProposalNow,
    PullData,
    PullNow,
    RepositoryNow,
    RestCheck,
    RestChecks,
    RestComment,
    RestIssue,
    Said,
    SituationData,
)
from workers.github.client import Installation, missing_permissions, repository_name
from workers.github.configs import config_file, configs_of
from workers.github.queries import query, situation_query
from workers.github.refusals import Gone, missing_permission
from workers.github.tokens import grants
from workers.github.wire import MAX_PAGES, Moved, Wire

MAX_FILE_PAGES = 5


@dataclass(frozen=True, slots=True)
class Eyes:
    """By what we know our own work and the labels that concern us."""

    secret: str
    bot_id: int
    plan_label: str
    opt_out_label: str = "no-plan"


@dataclass(frozen=True, slots=True)
class Known:
    """What our receipts know and a lagging list may not show yet.

    Pull numbers by branch; ids of comments, which people may have deleted; check runs, which
    stay, as in `Situation.checked`.
    """

    pulls: Mapping[str, int] = field(default_factory=dict)
    comments: Collection[int] = ()
    checks: Collection[str] = ()


def read_situation(
    wire: Wire,
    subject: Subject,
    installation: Installation,
    eyes: Eyes,
    app_id: int,
    known: Known = Known(),
) -> Situation:
    """What GitHub says now about the subject. One query; more only for what a list does not show.

    `issue` is None when it is deleted, moved to another repository or a pull request. Raises Gone when the
    repository is not ours to see, Transient and UserError as the wire does.
    """
    if not grants(installation.permissions, "issues", "read"):
        raise missing_permission("issues: write")
    branches = plan_branches(subject.number)
    found = _repository(wire, subject, installation, branches)
    issue = found.issue if found.issue and found.issue.home.id == subject.repo_id else None
    repository = _as_repository(found)
    pulls = tuple(_plan_pulls(wire, subject, repository, found, eyes, known))
    at = zip(branches, found.heads, strict=True)
    proposal = _proposal(wire, repository, installation, found.proposal, eyes) if found.proposal else None
    head = proposal.head_sha if proposal else _newest_head(pulls)
    return Situation(
        subject=subject,
        repository=repository,
        issue=_with_linked(wire, repository, _as_issue(subject, issue, eyes)) if issue else None,
        proposal=proposal,
        config=config_file(found.config),
        pulls=pulls,
        branch_heads={branch: head.target.oid for branch, head in at if head and head.target},
        comments=tuple(_own_comments(wire, subject, repository, issue, eyes, known)) if issue else (),
        reacted=issue is not None
        and any(one.content == "EYES" and one.ours for one in issue.reactions or ()),
        checked=_checked(wire, repository, installation, head, app_id, known),
        missing_permissions=missing_permissions(installation),
    )


def _repository(
    wire: Wire, subject: Subject, installation: Installation, branches: tuple[str, ...]
) -> RepositoryNow:
    """The repository of this id. A name may have gone to another one, so the id is what counts."""
    found = _by_name(wire, subject, installation, branches)
    if found is None or found.id != subject.repo_id:
        renamed = replace(installation, full_name=repository_name(wire, subject.repo_id))
        found = _by_name(wire, subject, renamed, branches)
    if found is None or found.id != subject.repo_id:
        raise Transient("the repository has just been renamed or moved", 30.0)
    return found


def _by_name(
    wire: Wire, subject: Subject, installation: Installation, branches: tuple[str, ...]
) -> RepositoryNow | None:
    """Asks only for what we may see: one refused part would cost the whole answer."""
    owner, _, name = installation.full_name.partition("/")
    variables: dict[str, Any] = {
        "owner": owner,
        "name": name,
        "number": subject.number,
        "contents": grants(installation.permissions, "contents", "read"),
        "pulls": grants(installation.permissions, "pull_requests", "read"),
    }
    for place, branch in enumerate(branches, start=1):
        variables[f"branch{place}"] = branch
        variables[f"ref{place}"] = f"refs/heads/{branch}"
    try:
        data = wire.graphql(SituationData, situation_query(), variables, may_miss="repository.about")
    except Gone:
        return None
    return data.repository


def _as_repository(found: RepositoryNow) -> Repository:
    """GitHub names a default branch even before the first commit, but only in REST; here it is null then."""
    head = found.default.target.oid if found.default and found.default.target else ""
    branch = found.default.name if found.default else ""
    return Repository(found.id, found.owner.login, found.name, branch, head, found.private, found.archived)


def _as_issue(subject: Subject, issue: IssueNow, eyes: Eyes) -> Issue:
    labels = tuple(_spelled(label.name, eyes) for label in issue.labels.nodes)
    return Issue(
        number=subject.number,
        title=issue.title,
        body=issue.body,
        state="open" if issue.state == "OPEN" else "closed",
        locked=issue.locked,
        author=issue.author.login if issue.author else "ghost",
        labels=labels,
        ask=_ask(issue, eyes) if eyes.plan_label in labels else None,
        url=issue.url,
    )


def _with_linked(wire: Wire, repository: Repository, issue: Issue) -> Issue:
    """The issue with those that its text names, while a plan is asked for. Unseen ones are left out."""
    if issue.ask is None:
        return issue
    named = issues_named(f"{issue.title}\n{issue.body}", repository.full_name)
    wanted = [number for number in named if number != issue.number][:MOST_LINKED]
    found = (_linked(wire, repository, number) for number in wanted)
    return replace(issue, linked=tuple(one for one in found if one))


def _linked(wire: Wire, repository: Repository, number: int) -> LinkedIssue | None:
    """One issue of the repository; None for a pull request and for what is gone or was moved."""
    path = "/repos/{full_name}/issues/{number}"
    try:
        found = wire.get(RestIssue, path, full_name=repository.full_name, number=number)
    except (Gone, Moved):
        return None
    return LinkedIssue(number, found.title, found.body) if found.pull_request is None else None


def _spelled(label: str, eyes: Eyes) -> str:
    """A label as we are configured to write it; GitHub does not tell labels apart by case."""
    for ours in (eyes.plan_label, eyes.opt_out_label):
        if label.casefold() == ours.casefold():
            return ours
    return label


def _ask(issue: IssueNow, eyes: Eyes) -> Ask:
    """The last time somebody put the label on; the timeline may lag behind the label itself."""
    for event in reversed(issue.events.nodes):
        if event.label and _spelled(event.label.name, eyes) == eyes.plan_label:
            return Ask(event.id, event.actor.login if event.actor else "ghost", eyes.plan_label)
    return Ask(NO_EVENT, "", eyes.plan_label)


def _mark(eyes: Eyes, subject: Subject, author: int, text: str) -> Mark | None:
    """The mark of a text that our own bot wrote; a mark copied by anybody else is nothing."""
    ours = author == eyes.bot_id
    return read_mark(eyes.secret, Place(subject.repo_id, subject.number), text) if ours else None


# Pull requests


def _plan_pulls(
    wire: Wire, subject: Subject, repository: Repository, found: RepositoryNow, eyes: Eyes, known: Known
) -> Iterator[PlanPull]:
    listed = [pull for pulls in found.pulls for pull in pulls.nodes]
    numbers = {pull.number for pull in listed}
    late = [number for number in known.pulls.values() if number and number not in numbers]
    every = [*listed, *(pull for number in late if (pull := _pull(wire, repository, number)))]
    ours = [pull for pull in every if pull.author and pull.author.id == eyes.bot_id and not pull.foreign]
    for pull in sorted(ours, key=lambda one: one.number):
        yield _as_pull(pull, _mark(eyes, subject, eyes.bot_id, pull.body))


def _pull(wire: Wire, repository: Repository, number: int) -> PullNow | None:
    variables = {"owner": repository.owner, "name": repository.name, "number": number}
    try:
        data = wire.graphql(PullData, query("pull"), variables)
    except Gone:
        return None
    return data.repository.pull if data.repository else None


_PULL_STATES: dict[str, Literal["open", "closed", "merged"]] = {
    "OPEN": "open",
    "CLOSED": "closed",
    "MERGED": "merged",
}


def _as_pull(pull: PullNow, mark: Mark | None) -> PlanPull:
    state = _PULL_STATES[pull.state]
    return PlanPull(pull.number, pull.branch, state, pull.head_sha, pull.base, mark, pull.url)


def _newest_head(pulls: tuple[PlanPull, ...]) -> str:
    """The head of the newest open plan pull request, or ""."""
    return next((pull.head_sha for pull in reversed(pulls) if pull.state == "open"), "")


def _proposal(
    wire: Wire, repository: Repository, installation: Installation, pull: ProposalNow, eyes: Eyes
) -> Proposal:
    """The pull request that the subject is. Our own first commit is told by being the only one."""
    files, more = _changed_files(wire, repository, pull)
    paths = tuple(file.path for file in files if file.change != "DELETED")
    may_read = grants(installation.permissions, "contents", "read")
    config, new_config = configs_of(wire, repository, pull, paths, more) if may_read else (None, None)
    ours = pull.author is not None and pull.author.id == eyes.bot_id and not pull.foreign
    return Proposal(
        number=pull.number,
        state=_PULL_STATES[pull.state],
        branch="" if pull.foreign else pull.branch,
        head_sha=pull.head_sha,
        base_sha=pull.base_sha,
        base=pull.base,
        paths=paths,
        more=more,
        fresh_plan=ours and issue_of(pull.branch) is not None and pull.commits.count == 1,
        config=config,
        new_config=new_config,
    )


def _changed_files(wire: Wire, repository: Repository, pull: ProposalNow) -> tuple[list[ChangedFile], bool]:
    """The files a pull request changes, up to a few hundred, and whether there are more. None of a closed
    one."""
    page, found = pull.files, list[ChangedFile]()
    if pull.state != "OPEN":
        return found, False
    for _ in range(MAX_FILE_PAGES):
        found += page.nodes if page else []
        if page is None or not page.page.more:
            return found, False
        variables = {
            "owner": repository.owner,
            "name": repository.name,
            "number": pull.number,
            "after": page.page.end or "",
        }
        data = wire.graphql(ChangedData, query("changed"), variables)
        home = data.repository.pull if data.repository else None
        page = home.files if home else None
    return found, True


# Comments


def _own_comments(
    wire: Wire, subject: Subject, repository: Repository, issue: IssueNow, eyes: Eyes, known: Known
) -> Iterator[OwnComment]:
    seen: set[int] = set()
    for comment in _all_comments(wire, subject, repository, issue.comments):
        seen.add(comment.id)
        mark = _mark(eyes, subject, comment.author.id if comment.author else 0, comment.body)
        if mark:
            yield OwnComment(comment.id, mark, comment.body)
    for number in sorted(set(known.comments) - seen):
        late = rest_comment(wire, repository, number)
        mark = _mark(eyes, subject, late.user.id if late.user else 0, late.body) if late else None
        if late and mark:
            yield OwnComment(late.id, mark, late.body)


def _all_comments(wire: Wire, subject: Subject, repository: Repository, first: Comments) -> Iterator[Said]:
    page = first
    for _ in range(MAX_PAGES):
        yield from page.nodes
        if not page.page.more:
            return
        variables = {
            "owner": repository.owner,
            "name": repository.name,
            "number": subject.number,
            "after": page.page.end or "",
        }
        data = wire.graphql(CommentsData, query("comments"), variables)
        if data.repository is None or data.repository.issue is None:
            return
        page = data.repository.issue.comments


def rest_comment(wire: Wire, repository: Repository, number: int) -> RestComment | None:
    """One comment by its id, or None when it was deleted."""
    path = "/repos/{full_name}/issues/comments/{number}"
    try:
        return wire.get(RestComment, path, full_name=repository.full_name, number=number)
    except Gone:
        return None


# Check runs


def _checked(
    wire: Wire,
    repository: Repository,
    installation: Installation,
    head: str,
    app_id: int,
    known: Known,
) -> frozenset[str]:
    """Our check runs at the commit `head`, as "name:head_sha:external_id"."""
    if not head or not grants(installation.permissions, "checks", "read"):
        return frozenset()
    kept = frozenset(check for check in known.checks if f":{head}:" in check)
    if kept:
        return kept
    runs = own_checks(wire, repository, head, app_id)
    return frozenset(
        f"{run.name}:{run.head_sha}:{run.external_id}" for run in runs if run.status == "completed"
    )


def own_checks(wire: Wire, repository: Repository, sha: str, app_id: int, name: str = "") -> list[RestCheck]:
    """This App's check runs at a commit, all attempts, oldest first; `name` narrows."""
    narrowed = {"filter": "all", **({"check_name": name} if name else {})}
    path = "/repos/{full_name}/commits/{sha}/check-runs"
    pages = wire.pages(RestChecks, path, narrowed, full_name=repository.full_name, sha=sha)
    runs = [run for page in pages for run in page.check_runs if run.app and run.app.id == app_id]
    return sorted(runs, key=lambda run: run.id)
