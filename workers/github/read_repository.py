"""GitHub → Household: what a repository itself needs to be decided on, in one query and a list of our open
issues. Reads only, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, RootModel

from bot.branches import CONFIGURE, issue_of
from bot.config import CONFIG_PATH
from bot.effects import FORM_PATH, Receipt
from bot.errors import Transient
from bot.marks import Mark, Place, read_mark
from bot.situation import Repository, Subject
from bot.steward import COMMIT_KEY, COMPLAINT, NUMBER, Complaint, Household, Invitation
from workers.github.answers import Blob, Labels, Named, Person, RestAuthor, Text, without_nulls
from workers.github.client import Installation, missing_permissions, repository_name
from workers.github.configs import config_file
from workers.github.push import trailer_of
from workers.github.queries import query
from workers.github.reading import Eyes
from workers.github.refusals import Gone
from workers.github.tokens import grants
from workers.github.wire import Answer, Moved, Wire

_FOLDER, _FORMS = ".github", FORM_PATH.rpartition("/")[0]
_STATES: dict[str, Literal["open", "closed", "merged"]] = {
    "OPEN": "open",
    "CLOSED": "closed",
    "MERGED": "merged",
}


class _Oid(Answer):
    oid: str


class _History(Answer):
    nodes: Annotated[list[_Oid], BeforeValidator(without_nulls)]


class _Target(Answer):
    oid: str
    history: _History | None = None
    message: str = ""


class _Ref(Answer):
    name: str = ""
    target: _Target | None = None


class _Thing(Answer):
    """Whatever stands at a path; only a folder has entries."""

    kind: str = Field(alias="__typename")
    entries: list[Named] | None = None


class _Pull(Answer):
    number: int
    state: Literal["OPEN", "CLOSED", "MERGED"]
    foreign: bool = Field(alias="isCrossRepository")
    author: Person | None = None


class _Pulls(Answer):
    nodes: Annotated[list[_Pull], BeforeValidator(without_nulls)]


class _OpenPull(Answer):
    branch: str = Field(alias="headRefName")
    foreign: bool = Field(alias="isCrossRepository")
    author: Person | None = None


class _OpenPulls(Answer):
    nodes: Annotated[list[_OpenPull], BeforeValidator(without_nulls)]


class _RepositoryNow(Answer):
    id: int = Field(alias="databaseId")
    name: str
    owner: Named
    url: str
    archived: bool = Field(alias="isArchived")
    private: bool = Field(alias="isPrivate")
    fork: bool = Field(alias="isFork")
    has_issues: bool = Field(alias="hasIssuesEnabled")
    default: _Ref | None = Field(None, alias="defaultBranchRef")
    config: Blob | None = None
    folder: _Thing | None = None
    forms: _Thing | None = None
    head: _Ref | None = None
    pulls: _Pulls | None = None
    open_pulls: _OpenPulls | None = Field(None, alias="open")
    labels: Labels | None = None


class _Data(Answer):
    repository: _RepositoryNow | None


class _Issue(Answer):
    number: int
    state: str
    body: Text = ""
    user: RestAuthor | None = None
    pull_request: dict[str, object] | None = None


class _Issues(RootModel[list[_Issue]]):
    pass


def read_repository(
    wire: Wire,
    repo_id: int,
    installation: Installation,
    eyes: Eyes,
    receipts: Mapping[str, Receipt],
) -> Household:
    """What GitHub says now about the repository. `receipts` are those of the subject with number 0: lists may
    lag behind what they know.

    What the installation may not read looks as if it were not there. Raises Gone when the repository is not
    ours to see, Transient and UserError as the wire does.
    """
    found = _repository(wire, repo_id, installation)
    at = found.default.target if found.default else None
    branch = found.default.name if found.default else ""
    last = at.history.nodes if at and at.history else []
    head = at.oid if at else ""
    names = (found.owner.login, found.name, branch)
    repository = Repository(found.id, *names, head, found.private, found.archived)
    reads_issues = found.has_issues and grants(installation.permissions, "issues", "read")
    return Household(
        repository=repository,
        url=found.url,
        fork=found.fork,
        is_chosen=not installation.everywhere,
        has_issues=found.has_issues,
        config=config_file(found.config),
        config_sha=last[0].oid if last else "",
        has_folder=found.folder is None or found.folder.kind == "Tree",
        forms=_names(found.forms),
        invitation=_invitation(found, eyes),
        branch_head=found.head.target.oid if found.head and found.head.target else "",
        is_our_head=_is_ours(found.head, repo_id, eyes),
        labels=frozenset(label.name for label in (found.labels.nodes if found.labels else ())),
        plans=tuple(_plans(found, eyes)),
        complaints=tuple(_complaints(wire, repository, eyes, receipts)) if reads_issues else (),
        missing_permissions=missing_permissions(installation),
        receipts=receipts,
    )


def _repository(wire: Wire, repo_id: int, installation: Installation) -> _RepositoryNow:
    """The repository of this id. A name may have gone to another one, so the id is what counts."""
    found = _by_name(wire, installation)
    if found is None or found.id != repo_id:
        found = _by_name(wire, replace(installation, full_name=repository_name(wire, repo_id)))
    if found is None or found.id != repo_id:
        raise Transient("the repository has just been renamed or moved", 30.0)
    return found


def _by_name(wire: Wire, installation: Installation) -> _RepositoryNow | None:
    """Asks only for what we may see: one refused part would cost the whole answer."""
    owner, _, name = installation.full_name.partition("/")
    variables: dict[str, Any] = {
        "owner": owner,
        "name": name,
        "branch": CONFIGURE,
        "ref": f"refs/heads/{CONFIGURE}",
        "path": CONFIG_PATH,
        "config": f"HEAD:{CONFIG_PATH}",
        "folder": f"HEAD:{_FOLDER}",
        "forms": f"HEAD:{_FORMS}",
        "contents": grants(installation.permissions, "contents", "read"),
        "pulls": grants(installation.permissions, "pull_requests", "read"),
        "issues": grants(installation.permissions, "issues", "read"),
    }
    try:
        return wire.graphql(_Data, query("household"), variables).repository
    except Gone:
        return None


def _names(folder: _Thing | None) -> frozenset[str] | None:
    if folder is None:
        return frozenset()
    return frozenset(one.name for one in folder.entries or ()) if folder.kind == "Tree" else None


def _invitation(found: _RepositoryNow, eyes: Eyes) -> Invitation | None:
    """Our first pull request from the branch. Anybody may name a branch of a fork like it."""
    ours = (
        pull
        for pull in (found.pulls.nodes if found.pulls else ())
        if pull.author and pull.author.id == eyes.bot_id and not pull.foreign
    )
    return next((Invitation(pull.number, _STATES[pull.state]) for pull in ours), None)


def _plans(found: _RepositoryNow, eyes: Eyes) -> Iterator[int]:
    """The issues whose plans are open."""
    for pull in found.open_pulls.nodes if found.open_pulls else ():
        issue = issue_of(pull.branch)
        if issue and not pull.foreign and pull.author and pull.author.id == eyes.bot_id:
            yield issue


def _is_ours(head: _Ref | None, repo_id: int, eyes: Eyes) -> bool:
    """Whether the branch ends in the commit that we made, whatever we remember."""
    trailer = trailer_of(eyes.secret, house_of(repo_id), COMMIT_KEY)
    return bool(head and head.target and trailer in head.target.message.splitlines())


# Our issues about the configuration


def _complaints(
    wire: Wire,
    repository: Repository,
    eyes: Eyes,
    receipts: Mapping[str, Receipt],
) -> Iterator[Complaint]:
    """Those that are open, oldest first."""
    known = {
        one.number
        for key, one in receipts.items()
        if key.startswith(f"issue:{COMPLAINT}") and not _was_closed(one.number, receipts)
    }
    listed = {issue.number: issue for issue in _listed(wire, repository, eyes)}
    late = (_numbered(wire, repository, number) for number in sorted(known - set(listed)))
    every = listed | {issue.number: issue for issue in late if issue}
    for number in sorted(every):
        mark = _mark(every[number], repository, eyes)
        if mark and every[number].state == "open":
            yield Complaint(number, mark.get("name"), mark.get("faults"))


def _was_closed(number: int, receipts: Mapping[str, Receipt]) -> bool:
    return any(key.startswith(f"close:{number}:") for key in receipts)


def _listed(wire: Wire, repository: Repository, eyes: Eyes) -> Iterator[_Issue]:
    narrowed = {"creator": f"{eyes.app}[bot]", "state": "open", "sort": "created", "direction": "asc"}
    pages = wire.pages(_Issues, "/repos/{full_name}/issues", narrowed, full_name=repository.full_name)
    return (issue for page in pages for issue in page.root if issue.pull_request is None)


def _numbered(wire: Wire, repository: Repository, number: int) -> _Issue | None:
    """One issue; None when it was deleted, or moved to another repository."""
    path = "/repos/{full_name}/issues/{number}"
    try:
        found = wire.get(_Issue, path, full_name=repository.full_name, number=number)
    except (Gone, Moved):
        return None
    return found if found.number == number else None


def _mark(issue: _Issue, repository: Repository, eyes: Eyes) -> Mark | None:
    """The mark of a complaint; one copied by anybody else is nothing."""
    if issue.user is None or issue.user.id != eyes.bot_id:
        return None
    mark = read_mark(eyes.secret, Place(repository.id, NUMBER), issue.body)
    return mark if mark and mark.kind == "issue" and mark.get("name").startswith(COMPLAINT) else None


def house_of(repo_id: int) -> Subject:
    """The subject that a repository itself is."""
    return Subject(repo_id, NUMBER)
