"""Delivery → Event: which deliveries matter to us and which subjects they are about. Pure; no Redis, no
GitHub.

Own slim models: a delivery says only "look at this subject", so nothing but ids, the action and the sender is
read. Everything else in a payload may be late or wrong and is read from GitHub later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.branches import issue_of
from bot.situation import Subject

_ID_MAX = 2**53


class _Slim(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


class _Installation(_Slim):
    id: int = Field(gt=0, lt=_ID_MAX)


class _Repository(_Slim):
    id: int = Field(gt=0, lt=_ID_MAX)
    full_name: str = Field(max_length=200, pattern=r"^[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}$")


class _Sender(_Slim):
    id: int = Field(gt=0, lt=_ID_MAX)


class _Issue(_Slim):
    number: int = Field(gt=0, lt=2**31)


class _Head(_Slim):
    ref: str = Field(max_length=1000)


class _Pull(_Slim):
    number: int = Field(gt=0, lt=2**31)
    head: _Head


class _Payload(_Slim):
    action: str = Field(max_length=60)
    installation: _Installation | None = None
    repository: _Repository
    sender: _Sender


class IssuePayload(_Payload):
    issue: _Issue


class PullPayload(_Payload):
    pull_request: _Pull


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened to these subjects. `installation_id` and `full_name` are
    hints, re-read before use.
    """

    name: str
    action: str
    subjects: tuple[Subject, ...]
    installation_id: int
    full_name: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """A delivery we do not act on, and why."""

    reason: str


class Malformed(ValueError):
    """The body is not what GitHub sends for this event; the text says where."""


def _about_issue(payload: IssuePayload) -> tuple[Subject, ...]:
    return (Subject(payload.repository.id, payload.issue.number),)


def _about_pull(payload: PullPayload) -> tuple[Subject, ...]:
    """A pull request is a subject itself, for what it does to plan files; a plan pull request is about the
    issue its
    branch is named for too. The name is only a hint where to look.
    """
    pull = payload.pull_request
    issue = issue_of(pull.head.ref)
    numbers = [issue] if issue else []
    if payload.action != "closed":
        numbers.append(pull.number)
    return tuple(Subject(payload.repository.id, number) for number in dict.fromkeys(numbers))


@dataclass(frozen=True, slots=True)
class _Trigger:
    model: type[IssuePayload] | type[PullPayload]
    subjects: Callable[..., tuple[Subject, ...]]
    actions: frozenset[str]


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
    "pull_request": _Trigger(
        PullPayload, _about_pull, frozenset({"opened", "closed", "reopened", "synchronize", "edited"})
    ),
}
SUBSCRIBED_EVENTS = frozenset(_TRIGGERS)


def read_event(name: str, body: bytes, own_sender_id: int) -> Event | Ignored:
    """What delivery `name` with raw JSON `body` means. Raises Malformed when a body we
    care about is not GitHub's.
    """
    trigger = _TRIGGERS.get(name)
    if trigger is None:
        return Ignored(f"event {name!r} is not one of ours")
    try:
        payload = trigger.model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise Malformed(f"{where}: {first['msg']}") from None
    if payload.action not in trigger.actions:
        return Ignored(f"action {payload.action[:40]!r} of {name!r} changes nothing for us")
    if payload.sender.id == own_sender_id:
        return Ignored("our own doing")
    if payload.installation is None:
        return Ignored("no installation: a repository's own webhook, not the App's")
    subjects = trigger.subjects(payload)
    if not subjects:
        return Ignored("not a plan pull request")
    return Event(name, payload.action, subjects, payload.installation.id, payload.repository.full_name)
