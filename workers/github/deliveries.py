"""What the slow sweep asks GitHub itself: deliveries that never reached us, and subjects that need a look.

Only finds and asks again; what a subject needs is decided when it is looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import structlog
from pydantic import RootModel

from bot.addressed import may_command
from bot.branches import issue_of
from bot.errors import GroundplanError, UserError
from bot.situation import Subject
from workers.github.client import App, InstallationAnswer, InstallationPage
from workers.github.refusals import Refusal
from workers.github.site import Author
from workers.github.tokens import READ, granted
from workers.github.wire import Answer, Wire

MAX_ATTEMPTS = 5
MAX_COMMENT_PAGES = 3
HEARD = timedelta(days=3)
WHOLE = 0
log = structlog.get_logger()


class _Delivery(Answer):
    id: int
    guid: str
    delivered_at: datetime
    status_code: int


class _Deliveries(RootModel[list[_Delivery]]):
    pass


def redeliver_failed(app: App, since: datetime) -> int:
    """Have every delivery since then that no attempt brought to us delivered again; how many were asked for.

    GitHub repeats nothing by itself. One that failed five times is left: whatever it is, it fails
    by itself. https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
    """
    attempts: defaultdict[str, list[_Delivery]] = defaultdict(list)
    for delivery in _since(app.wire, since):
        attempts[delivery.guid].append(delivery)
    lost = [tries for tries in attempts.values() if _is_lost(tries)]
    return sum(_ask_again(app.wire, max(tries, key=lambda one: one.delivered_at)) for tries in lost)


def _since(wire: Wire, since: datetime) -> Iterator[_Delivery]:
    for page in wire.pages(_Deliveries, "/app/hook/deliveries"):
        yield from (delivery for delivery in page.root if delivery.delivered_at >= since)
        if any(delivery.delivered_at < since for delivery in page.root):
            return


def _is_lost(tries: list[_Delivery]) -> bool:
    """No attempt got a 2xx."""
    return len(tries) < MAX_ATTEMPTS and not any(200 <= one.status_code < 300 for one in tries)


def _ask_again(wire: Wire, delivery: _Delivery) -> bool:
    """False for one that GitHub no longer keeps."""
    try:
        wire.tell("POST", "/app/hook/deliveries/{id}/attempts", id=delivery.id)
    except Refusal:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Sighting:
    """A subject that may want a look, and where it is."""

    subject: Subject
    installation_id: int
    full_name: str


class _Repository(Answer):
    id: int
    full_name: str
    archived: bool = False


class _Repositories(Answer):
    repositories: list[_Repository]


class _Issue(Answer):
    number: int
    pull_request: dict[str, Any] | None = None


class _Issues(RootModel[list[_Issue]]):
    pass


class _Head(Answer):
    ref: str


class _Pull(Answer):
    number: int
    state: str
    user: Author | None = None
    head: _Head


class _Pulls(RootModel[list[_Pull]]):
    pass


class _Reactions(Answer):
    rocket: int = 0
    confused: int = 0


class _Author(Author):
    type: str = ""


class _Comment(Answer):
    issue_url: str
    body: str | None = None
    user: _Author | None = None
    reactions: _Reactions = _Reactions()


class _Comments(RootModel[list[_Comment]]):
    pass


def sightings(app: App, plan_label: str, bot_id: int) -> Iterator[Sighting]:
    """Wherever we are installed: the repositories themselves, open issues with the plan label, issues whose
    plan pull request changed of late, and what has comments that may wait for an answer.

    An installation that cannot be read (suspended, just gone, paused) is left for the next sweep.
    """
    for page in app.wire.pages(InstallationPage, "/app/installations"):
        for installation in page.root:
            if installation.suspended_at is None:
                yield from _in_installation(app, installation, plan_label, bot_id)


def _in_installation(
    app: App, installation: InstallationAnswer, plan_label: str, bot_id: int
) -> Iterator[Sighting]:
    wire = app.wire_for(installation.id, (), granted(READ, installation.permissions))
    try:
        for page in wire.pages(_Repositories, "/installation/repositories"):
            for repository in page.repositories:
                if not repository.archived:
                    numbers = _numbers(wire, repository.full_name, plan_label, bot_id, app.now())
                    for number in sorted(numbers):
                        subject = Subject(repository.id, number)
                        yield Sighting(subject, installation.id, repository.full_name)
    except GroundplanError as error:
        log.warning("unswept", installation=installation.id, why=str(error))


def _numbers(wire: Wire, full_name: str, plan_label: str, bot_id: int, now: float) -> set[int]:
    """Whatever may be read of it: an installation may lack a permission, a repository have no issues."""
    ways = (
        lambda: _labelled(wire, full_name, plan_label),
        lambda: _changed_pulls(wire, full_name, bot_id),
        lambda: _spoken_to(wire, full_name, datetime.fromtimestamp(now, UTC) - HEARD),
    )
    return {WHOLE}.union(*(_readable(way) for way in ways))


def _readable(way: Callable[[], set[int]]) -> set[int]:
    try:
        return way()
    except Refusal:
        return set()
    except UserError as no:
        if no.code != "missing-permission":
            raise
        return set()


def _labelled(wire: Wire, full_name: str, plan_label: str) -> set[int]:
    narrowed = {"labels": plan_label, "state": "open"}
    issues = wire.pages(_Issues, "/repos/{full_name}/issues", narrowed, full_name=full_name)
    return {issue.number for page in issues for issue in page.root if issue.pull_request is None}


def _changed_pulls(wire: Wire, full_name: str, bot_id: int) -> set[int]:
    """The hundred pull requests that changed last: nothing happened to the others."""
    lately = {"state": "all", "sort": "updated", "direction": "desc", "per_page": 100}
    pulls = wire.get(_Pulls, "/repos/{full_name}/pulls", lately, full_name=full_name)
    ours = [pull for pull in pulls.root if pull.user and pull.user.id == bot_id]
    issues = {number for pull in ours if (number := issue_of(pull.head.ref))}
    return issues | {pull.number for pull in ours if pull.state == "open"}


def _spoken_to(wire: Wire, full_name: str, since: datetime) -> set[int]:
    """Issues and pull requests with a comment of the last days that looks like a command and has neither 🚀
    nor 😕, of the few hundred that changed last."""
    narrowed = {"since": since.strftime("%Y-%m-%dT%H:%M:%SZ"), "sort": "updated", "direction": "desc"}
    pages = wire.pages(_Comments, "/repos/{full_name}/issues/comments", narrowed, full_name=full_name)
    comments = (comment for page in islice(pages, MAX_COMMENT_PAGES) for comment in page.root)
    numbers = (one.issue_url.rpartition("/")[2] for one in comments if _waits(one))
    return {int(number) for number in numbers if number.isascii() and number.isdigit()}


def _waits(comment: _Comment) -> bool:
    person = comment.user is not None and comment.user.type == "User"
    answered = comment.reactions.rocket or comment.reactions.confused
    return person and not answered and may_command(comment.body or "")
