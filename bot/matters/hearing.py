"""Which commands are heard, from whom, and what is at once known of them. Pure; answers nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.commands import Command, Refusal, Role, refusal
from bot.config import RepoConfig
from bot.conversation import Remark
from bot.effects import Effect, React
from bot.matters.standing import answer, config_of, role_of
from bot.situation import Situation
from bot.steps import Policy

MOST_HEARD = 50
# Carried out by work that takes a while; each of them ends its comment when it is done.
SLOW = frozenset({"plan", "revise", "refresh", "decide"})
_EDITED = Refusal(
    "The comment was changed after it was written, so nobody knows what was asked.", "write it anew"
)
_REPLACED = Refusal("A newer `/plan` takes its place.", "nothing: that one is answered")
_ONCE = Refusal("One comment starts one plan.", "write the other one in a comment of its own")


@dataclass(frozen=True, slots=True)
class Heard:
    """One command of one comment, and why it is refused, if it is. `at` is its place among the comment's."""

    remark: Remark
    command: Command
    at: int
    refusal: Refusal | None = None

    @property
    def is_meant(self) -> bool:
        """Whether it is to be carried out."""
        return self.refusal is None

    @property
    def is_slow(self) -> bool:
        return self.is_meant and self.command.verb in SLOW


def heard(now: Situation) -> tuple[Heard, ...]:
    """Every command that waits for an answer, oldest comment first, in order."""
    every = [one for remark in _open(now) for one in _of(now, remark, config_of(now))]
    newest = max((one.remark.id for one in every if one.is_meant and one.command.verb == "plan"), default=0)
    return tuple(_replaced(one, newest) for one in every)


def is_ended(now: Situation, number: int, comment: int) -> bool:
    """Whether our last reaction on a comment is known to be made; GitHub's lists may not show it yet."""
    ends = (f"react:{number}:{comment}:{content}" for content in ("rocket", "confused"))
    return any(key in now.receipts for key in ends)


def _open(now: Situation) -> Iterator[Remark]:
    """Nobody can be answered where the conversation is locked."""
    locked = now.issue.number if now.issue and now.issue.locked else 0
    left = (one for one in now.remarks if one.number != locked)
    left = (one for one in left if not is_ended(now, one.number, one.id))
    yield from sorted(left, key=lambda one: one.id)[:MOST_HEARD]


def _of(now: Situation, remark: Remark, config: RepoConfig) -> Iterator[Heard]:
    author = now.issue.author if now.issue else ""
    role = role_of(now, remark.author)
    started = False
    for at, command in enumerate(remark.commands):
        no = _EDITED if remark.edited else _refused(command, role, remark, author, config)
        if no is None and command.verb == "plan" and started:
            no = _ONCE
        started = started or (no is None and command.verb == "plan")
        yield Heard(remark, command, at, no)


def _refused(command: Command, role: Role, remark: Remark, author: str, config: RepoConfig) -> Refusal | None:
    """As the table says, but for a command for which the repository names another role."""
    least = config.least_role(command.verb)
    return refusal(command, role, remark.where, is_author=remark.author == author, least=least)


def _replaced(one: Heard, newest: int) -> Heard:
    old = one.is_meant and one.command.verb == "plan" and one.remark.id != newest
    return replace(one, refusal=_REPLACED) if old else one


def turned_down(now: Situation, policy: Policy, one: Heard, said: Sequence[str]) -> tuple[Effect, ...]:
    """One command that took work after all is not carried out: the words, then 😕."""
    remark = one.remark
    return (
        answer(now, policy, remark.number, f"{remark.id}-{one.at}", said, one.command.line),
        React(remark.number, "confused", remark.id),
    )
