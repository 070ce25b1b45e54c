"""Small readings of a situation, and the effects that every matter uses. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable

from bot.commands import ROLES, Role
from bot.config import DEFAULTS, RepoConfig, choices_in
from bot.effects import AddLabels, Effect, EnsureComment, React, RemoveLabel
from bot.errors import UserError
from bot.marks import Mark, Place, write_mark
from bot.render import render
from bot.situation import Ask, OwnComment, PlanPull, Situation
from bot.status import NAME, STATE_LABELS, Status
from bot.steps import Policy

COMMENT = "comment:"  # how the id of an Ask begins that a comment made
ANSWER = "answer"
BOT = "[bot]"


def config_of(now: Situation) -> RepoConfig:
    """The repository's choices; the defaults while its file cannot be read (which stops planning)."""
    try:
        return choices_in(now.config).config
    except UserError:
        return DEFAULTS.config


def role_of(now: Situation, login: str) -> Role:
    return now.roles.get(login, "none")


def may(now: Situation, login: str, least: Role) -> bool:
    """Whether somebody's role here is at least this one. Bots that put labels on were let in by people."""
    return login.endswith(BOT) or ROLES.index(role_of(now, login)) >= ROLES.index(least)


def is_planning(now: Situation) -> bool:
    return now.request is not None and now.request.state == "wanted"


def open_pull(now: Situation) -> PlanPull | None:
    """The newest plan pull request that is open."""
    return next((pull for pull in reversed(now.pulls) if pull.state == "open"), None)


def pull_of(now: Situation, ask: Ask) -> PlanPull | None:
    return next((pull for pull in now.pulls if field(pull.mark, "ask") == ask.id), None)


def field(mark: Mark | None, name: str) -> str:
    return mark.get(name) if mark else ""


def status(now: Situation) -> OwnComment | None:
    return next((comment for comment in now.comments if comment.mark.kind == NAME), None)


def status_field(now: Situation, name: str) -> str:
    said = status(now)
    return said.mark.get(name) if said else ""


def says(now: Situation, wanted: Status) -> bool:
    said = status(now)
    return said is not None and dict(said.mark.fields) == dict(wanted.mark().fields)


def hears(now: Situation) -> bool:
    """Whether we may speak: a locked issue gets no new comment, but what we said there is kept true, unless
    GitHub refuses even that."""
    issue = now.issue
    return issue is not None and (not issue.locked or (status(now) is not None and now.trouble is None))


def place(now: Situation) -> Place:
    return Place(now.subject.repo_id, now.subject.number)


def say(now: Situation, policy: Policy, wanted: Status) -> tuple[Effect, ...]:
    """The status comment, and the label that shows its state."""
    body = wanted.body(policy.secret, place(now))
    return (EnsureComment(now.subject.number, NAME, body), *state_labels(now, wanted.mark()))


def state_labels(now: Situation, said: Mark) -> tuple[Effect, ...]:
    """The one state label that belongs to what the status comment says, instead of any other of them. Each is
    put on and taken off once for each thing that is said: what people do about it by hand stays done."""
    issue = now.issue
    if issue is None or issue.locked or not config_of(now).labels.states:
        return ()
    state = next((one for one in STATE_LABELS if one == said.get("state")), None)
    label = STATE_LABELS[state] if state else ""
    once = ":".join(said.get(name) for name in ("state", "ask", "pull", "head"))
    off = [one for one in STATE_LABELS.values() if one in issue.labels and one != label]
    effects: list[Effect] = [RemoveLabel(issue.number, one, once) for one in dict.fromkeys(off)]
    if label and label not in issue.labels:
        effects.append(AddLabels(issue.number, (label,), once))
    return tuple(one for one in effects if one.key not in now.receipts)


def eyes(now: Situation) -> tuple[Effect, ...]:
    """👀 on the issue, unless it is there. Late is better than never: a crash may have come between."""
    return () if now.reacted else (React(now.subject.number, "eyes"),)


def release(now: Situation, policy: Policy, ask: Ask, *, well: bool) -> tuple[Effect, ...]:
    """The wish is met, or cannot be: the label goes, the comment that asked gets its 🚀 or 😕."""
    effects: list[Effect] = []
    if now.issue and policy.plan_label in now.issue.labels:
        effects.append(RemoveLabel(now.subject.number, policy.plan_label, once=ask.id))
    if ask.id.startswith(COMMENT):
        comment = int(ask.id.removeprefix(COMMENT))
        effects.append(React(now.subject.number, "rocket" if well else "confused", comment))
    return tuple(effects)


def answer(
    now: Situation, policy: Policy, number: int, about: str, paragraphs: Iterable[str], command: str = ""
) -> EnsureComment:
    """Our one answer to a comment or review, where it was written: result first, what is quoted last."""
    text = render("comments/answer.md", paragraphs=list(paragraphs), command=command)
    mark = write_mark(policy.secret, place(now), Mark(ANSWER, {"about": about}))
    return EnsureComment(number, ANSWER, f"{text.rstrip()}\n\n{mark}", about)
