"""What people may do in the repository, asked of GitHub at this look and kept for none other; and whose an
issue's text is. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from bot.commands import ROLES, Role
from bot.conversation import PlanTalk, Remark
from bot.situation import Issue
from workers.github.answers import IssueNow, Person, RestPermission
from workers.github.read_comments import seconds
from workers.github.read_reviews import asks
from workers.github.reading import Reading
from workers.github.refusals import Gone

PERMISSION = "/repos/{full_name}/collaborators/{login}/permission"
MOST_PEOPLE = 60
GHOST = "ghost"
BOT = "[bot]"
_COARSE: Mapping[Role, Role] = {"maintain": "write", "triage": "read"}


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an issue's text: its body or its title."""

    at: str
    by: str


def changes(issue: IssueNow) -> tuple[Change, ...]:
    """The last change of its body and the last ones of its title, oldest first."""
    edited = [Change(issue.edited_at, _name(issue.editor))] if issue.edited_at else []
    renamed = [Change(event.at, _name(event.actor)) for event in issue.renamed.nodes if event.at]
    return tuple(sorted([*edited, *renamed], key=lambda one: one.at))


def with_change(issue: Issue, made: tuple[Change, ...], since: str, roles: Mapping[str, Role]) -> Issue:
    """The issue with the change that matters: the newest or, of several after `since`, one by whoever may do
    the least, so that nobody's change hides behind another's."""
    if not made:
        return issue
    after = [change for change in made if since and change.at >= since] or [made[-1]]
    least = min(reversed(after), key=lambda change: _rank(change.by, roles))
    return replace(issue, edited_at=least.at, editor=least.by)


def _rank(login: str, roles: Mapping[str, Role]) -> int:
    """Bots that may change texts were let in by people."""
    return len(ROLES) if login.endswith(BOT) else ROLES.index(roles.get(login, "none"))


def roles(look: Reading, people: Iterable[str]) -> dict[str, Role]:
    """What each of them may do here. Bots are not asked about: no word of theirs counts."""
    wanted = [one for one in dict.fromkeys(people) if one not in ("", GHOST) and not one.endswith(BOT)]
    return {login: _role(look, login) for login in wanted[:MOST_PEOPLE]}


def whose_word_waits(
    issue: Issue | None, made: tuple[Change, ...], said: Iterable[Remark], talk: PlanTalk | None
) -> Iterator[str]:
    """The people whose say matters now, with repetitions."""
    said = list(said)
    yield from (remark.author for remark in said)
    if issue and issue.ask:
        yield issue.ask.actor
    since = asked_since(issue, said)
    yield from (change.by for change in made if since and change.at >= since)
    for review in talk.reviews if talk else ():
        if (asks(review) and not review.answered) or _approves(review.state, review.sha, talk):
            yield review.author


def asked_since(issue: Issue | None, said: Iterable[Remark]) -> str:
    """When the first of the wishes for a plan that wait was made; "" when none does."""
    asked = [issue.ask.at] if issue and issue.ask and issue.ask.at else []
    asked += [one.at for one in said if any(command.verb == "plan" for command in one.commands)]
    return min(asked, key=seconds, default="")


def _approves(state: str, sha: str, talk: PlanTalk | None) -> bool:
    return state == "approved" and talk is not None and sha == talk.head_sha


def _name(person: Person | None) -> str:
    return person.name if person else GHOST


def _role(look: Reading, login: str) -> Role:
    """Somebody's role. Unknown people have none; a role that an organisation made up, whatever its name, is
    worth the permission that it rests on."""
    try:
        found = look.wire.get(RestPermission, PERMISSION, full_name=look.repository.full_name, login=login)
    except Gone:
        return "none"
    plain: Role = next((role for role in ROLES if role == found.permission), "none")
    finer = (role for role, rests_on in _COARSE.items() if (role, rests_on) == (found.role_name, plain))
    return next(finer, plain)
