"""Delivery → Event: which deliveries matter to us and which subjects they are about. Pure; no Redis, no
GitHub.

Own slim models: a delivery says only "look at this subject", so hardly more than ids, the action and the
sender is read. Everything else in a payload may be late or wrong and is read from GitHub later; a comment's
text is only asked whether it can hold a command at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.addressed import may_command
from bot.branches import issue_of
from bot.situation import Subject

MOST_REPOSITORIES = 200
WHOLE = 0
"""The number that stands for a repository itself."""
_ID_MAX = 2**53


class _Slim(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


class _Installation(_Slim):
    id: int = Field(gt=0, lt=_ID_MAX)


class _Repository(_Slim):
    id: int = Field(gt=0, lt=_ID_MAX)
    full_name: str = Field(max_length=200, pattern=r"^[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}$")


class _Person(_Slim):
    """Who did or wrote something. GitHub writes "Bot" for Apps, which are no people."""

    id: int = Field(gt=0, lt=_ID_MAX)
    type: str = Field("", max_length=60)


class _Issue(_Slim):
    number: int = Field(gt=0, lt=2**31)


class _Head(_Slim):
    ref: str = Field(max_length=1000)


class _Pull(_Slim):
    number: int = Field(gt=0, lt=2**31)
    head: _Head


class _Comment(_Slim):
    body: str | None = None
    user: _Person | None = None


class _Pushed(_Repository):
    default_branch: str = Field(max_length=1000)


class _Payload(_Slim):
    """What every delivery has. A push says no action."""

    action: str = Field("", max_length=60)
    installation: _Installation | None = None
    sender: _Person


class _AtHome(_Payload):
    """What happened in one repository."""

    action: str = Field(max_length=60)
    repository: _Repository


class IssuePayload(_AtHome):
    issue: _Issue


class PullPayload(_AtHome):
    pull_request: _Pull


class CommentPayload(IssuePayload):
    comment: _Comment


class PushPayload(_Payload):
    repository: _Pushed
    ref: str = Field(max_length=1000)
    deleted: bool = False


class InstallationPayload(_Payload):
    action: str = Field(max_length=60)
    installation: _Installation
    repositories: tuple[_Repository, ...] = ()
    repositories_added: tuple[_Repository, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened to these subjects. `installation_id` and `full_name` are hints, re-read before use;
    `full_name` is the first subject's repository, and `names` are those of all, in their order, where they
    are not one.
    """

    name: str
    action: str
    subjects: tuple[Subject, ...]
    installation_id: int
    full_name: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ignored:
    """A delivery we do not act on, and why."""

    reason: str


class Malformed(ValueError):
    """The body is not what GitHub sends for this event; the text says where."""


_Place = tuple[int, int, str]
"""A subject's repository id and number, with the repository's name."""


def _in(repository: _Repository, *numbers: int) -> tuple[_Place, ...]:
    return tuple((repository.id, number, repository.full_name) for number in dict.fromkeys(numbers))


def _about_issue(payload: IssuePayload) -> tuple[_Place, ...] | Ignored:
    return _in(payload.repository, payload.issue.number)


def _about_pull(payload: PullPayload) -> tuple[_Place, ...] | Ignored:
    """A pull request is a subject itself, for what it does to plan files; a plan pull request is about the
    issue its branch is named for too. The name is only a hint where to look.
    """
    pull = payload.pull_request
    issue = issue_of(pull.head.ref)
    numbers = [issue] if issue else []
    if payload.action != "closed":
        numbers.append(pull.number)
    return _in(payload.repository, *numbers) or Ignored("not a plan pull request")


def _about_review(payload: PullPayload) -> tuple[_Place, ...] | Ignored:
    issue = issue_of(payload.pull_request.head.ref)
    return _in(payload.repository, issue) if issue else Ignored("not a plan pull request")


def _about_comment(payload: CommentPayload) -> tuple[_Place, ...] | Ignored:
    """A comment on a pull request names no branch, so its subject is the pull request itself."""
    author = payload.comment.user
    if "Bot" in (payload.sender.type, author.type if author else ""):
        return Ignored("bots give no commands")
    if not may_command(payload.comment.body or ""):
        return Ignored("no line of the comment begins as a command does")
    return _in(payload.repository, payload.issue.number)


def _about_push(payload: PushPayload) -> tuple[_Place, ...] | Ignored:
    if payload.deleted or payload.ref != f"refs/heads/{payload.repository.default_branch}":
        return Ignored("not the default branch")
    return _in(payload.repository, WHOLE)


def _about_installation(payload: InstallationPayload) -> tuple[_Place, ...] | Ignored:
    """The repositories that have just come to us; of very many the sweep finds the rest."""
    come = payload.repositories_added or payload.repositories
    places = (place for one in come[:MOST_REPOSITORIES] for place in _in(one, WHOLE))
    return tuple(dict.fromkeys(places)) or Ignored("no repository is named")


@dataclass(frozen=True, slots=True)
class _Trigger:
    """`own`: what we do ourselves counts as well."""

    model: type[_Payload]
    places: Callable[..., tuple[_Place, ...] | Ignored]
    actions: frozenset[str]
    own: bool = False


_TRIGGERS = {
    "issues": _Trigger(
        IssuePayload,
        _about_issue,
        frozenset(
            {
                "labeled",
                "unlabeled",
                "edited",
                "closed",
                "reopened",
                "deleted",
                "transferred",
                "locked",
                "unlocked",
            }
        ),
    ),
    "issue_comment": _Trigger(CommentPayload, _about_comment, frozenset({"created"})),
    "pull_request": _Trigger(
        PullPayload, _about_pull, frozenset({"opened", "closed", "reopened", "synchronize", "edited"})
    ),
    "pull_request_review": _Trigger(PullPayload, _about_review, frozenset({"submitted", "dismissed"})),
    # When we merge a plan, the push is ours, and the other plans have to follow.
    "push": _Trigger(PushPayload, _about_push, frozenset({""}), own=True),
    "installation": _Trigger(InstallationPayload, _about_installation, frozenset({"created"})),
    "installation_repositories": _Trigger(InstallationPayload, _about_installation, frozenset({"added"})),
}
UNASKED_EVENTS = frozenset({"installation", "installation_repositories"})
"""What GitHub sends to every App; it cannot be subscribed to."""
SUBSCRIBED_EVENTS = frozenset(_TRIGGERS) - UNASKED_EVENTS


def read_event(name: str, body: bytes, own_sender_id: int) -> Event | Ignored:
    """What delivery `name` with raw JSON `body` means. Raises Malformed when a body we
    care about is not GitHub's.
    """
    trigger = _TRIGGERS.get(name)
    if trigger is None:
        return Ignored(f"event {name!r} is not one of ours")
    payload = _payload(trigger.model, body)
    if payload.action not in trigger.actions:
        return Ignored(f"action {payload.action[:40]!r} of {name!r} changes nothing for us")
    if payload.sender.id == own_sender_id and not trigger.own:
        return Ignored("our own doing")
    if payload.installation is None:
        return Ignored("no installation: a repository's own webhook, not the App's")
    places = trigger.places(payload)
    if isinstance(places, Ignored):
        return places
    subjects = tuple(Subject(repo_id, number) for repo_id, number, _ in places)
    names = tuple(full_name for _, _, full_name in places)
    several = names if len(set(names)) > 1 else ()
    return Event(name, payload.action, subjects, payload.installation.id, names[0], several)


def _payload(model: type[_Payload], body: bytes) -> _Payload:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise Malformed(f"{where}: {first['msg']}") from None
