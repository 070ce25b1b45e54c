"""Why the plan under review is to be revised: reviews, commands, decisions, deadlines, people's edits and the
branch that it goes to, all taken together. Pure; says what is wanted, not what becomes of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.commands import Role
from bot.conversation import Answer, Instruction, PlanTalk, Review, RevisionWish, Thread
from bot.decisions import Refused, answer_of
from bot.decisions.timing import NOBODY
from bot.matters.hearing import Heard
from bot.matters.standing import config_of, field, may, open_pull
from bot.situation import OpenDecision, PlanPull, Request, Situation

REVIEWER: Role = "triage"
_EVENTS = ("changes_requested", "commented")


@dataclass(frozen=True, slots=True)
class Causes:
    """Why the plan is to be revised, all at once. `answers` are those of commands in `decided`, and of
    deadlines."""

    reviews: tuple[Review, ...] = ()
    revise: tuple[Heard, ...] = ()
    refresh: tuple[Heard, ...] = ()
    decided: tuple[Heard, ...] = ()
    answers: tuple[Answer, ...] = ()
    edits: bool = False
    behind: bool = False

    def __bool__(self) -> bool:
        said = self.reviews or self.revise or self.refresh or self.answers
        return bool(said) or self.edits or self.behind

    @property
    def asked(self) -> bool:
        """Whether a person wants the plan changed: these rounds are counted."""
        return bool(self.reviews or self.revise)

    @property
    def commands(self) -> tuple[Heard, ...]:
        return (*self.revise, *self.refresh, *self.decided)


def causes_of(now: Situation, heard: Sequence[Heard], talk: PlanTalk) -> Causes:
    meant = [one for one in heard if one.is_slow]
    decided = tuple(decided_in(now, heard))
    return Causes(
        reviews=tuple(one for one in talk.reviews if is_pending(now, one) and may(now, one.author, REVIEWER)),
        revise=tuple(one for one in meant if one.command.verb == "revise"),
        refresh=tuple(one for one in meant if one.command.verb == "refresh"),
        decided=tuple(one for one, _ in decided),
        answers=(
            *(made for _, made in decided),
            *_made_by_deadline(now, {made.decision for _, made in decided}),
        ),
        edits=(is_edited(now, talk) and not quiet_left(now, talk)) or _is_to_recall(now, meant),
        behind=talk.behind and now.settled != heads(now, talk),
    )


def is_pending(now: Situation, review: Review) -> bool:
    """Whether a review asks for a revision and has no answer yet."""
    asks = review.state == "changes_requested" or (review.mentions and config_of(now).review.mentions)
    number = now.talk.number if now.talk else 0
    ended = any(f"react:{number}:{review.id}:{one}" in now.receipts for one in ("rocket", "confused"))
    return asks and review.state in _EVENTS and not review.opted_out and not review.answered and not ended


def is_edited(now: Situation, talk: PlanTalk) -> bool:
    return talk.head_sha not in (talk.last_sha, now.settled.partition(":")[0])


def heads(now: Situation, talk: PlanTalk) -> str:
    """What people's edits were dealt with at: the plan's branch and the one it goes to."""
    return f"{talk.head_sha}:{now.repository.head_sha}"


def quiet_left(now: Situation, talk: PlanTalk) -> float:
    return max(0.0, talk.pushed_at + config_of(now).edits.quiet_seconds - now.at)


def _is_to_recall(now: Situation, meant: Sequence[Heard]) -> bool:
    """A decision is answered, and what we know of the plan was lost: it is read off its branch again."""
    return is_forgotten(now) and any(one.command.verb == "decide" for one in meant)


def decided_in(now: Situation, heard: Sequence[Heard]) -> Iterator[tuple[Heard, Answer]]:
    """Decisions as commands make them; the first one counts where two are at odds."""
    for one in heard:
        if one.is_slow and one.command.verb == "decide":
            made = answer_in(now, one)
            if isinstance(made, Answer):
                yield one, made


def answer_in(now: Situation, one: Heard) -> Answer | Refused:
    here = next((each.decision for each in now.decisions if each.number == one.remark.number), "")
    remark = one.remark
    return answer_of(
        one.command.text, open_decisions(now), here, by=remark.author, at=remark.at, url=remark.url
    )


def open_decisions(now: Situation) -> tuple[OpenDecision, ...]:
    return now.published.decisions if now.published else ()


def _made_by_deadline(now: Situation, answered: set[str]) -> Iterator[Answer]:
    """Minor decisions whose day has come; what the pull request's mark says of them is enough to know."""
    pull = open_pull(now)
    today = datetime.fromtimestamp(now.at, UTC).date().isoformat()
    for item in field(pull.mark if pull else None, "due").split(","):
        decision, _, day = item.partition("@")
        if day and day < today and decision not in answered:
            yield Answer(decision, "", NOBODY, "", day)


def is_forgotten(now: Situation) -> bool:
    """Whether what we know of the open plan has been lost, so that it has to be read off its branch again."""
    return now.published is None


def wish_for(now: Situation, talk: PlanTalk, pull: PlanPull, causes: Causes) -> Request:
    issue = now.issue
    assert issue is not None
    name = _name(talk, causes)
    wish = RevisionWish(
        pull=talk.number,
        branch=talk.branch,
        head_sha=talk.head_sha,
        last_sha=talk.last_sha,
        name=name,
        instructions=tuple(instructions(causes)),
        threads=tuple(_threads(causes)),
        answers=causes.answers,
        edits=causes.edits,
        editors=(talk.pushed_by,) if causes.edits and talk.pushed_by else (),
        refresh=bool(causes.refresh),
        rebuild=causes.behind,
    )
    renewed = wish.refresh or wish.rebuild
    inputs = [str(now.subject), talk.head_sha, name, now.repository.head_sha if renewed else ""]
    return Request(
        digest=hashlib.sha256(json.dumps(inputs).encode()).hexdigest(),
        base_sha=now.repository.head_sha if renewed else field(pull.mark, "base") or talk.base_sha,
        ask=field(pull.mark, "ask"),
        number=issue.number,
        title=issue.title,
        body=issue.body,
        full_name=now.repository.full_name,
        url=issue.url,
        kind="revision",
        head_sha=talk.head_sha,
        branch=talk.branch,
        config=now.config,
        revision=wish,
    )


def _name(talk: PlanTalk, causes: Causes) -> str:
    """The same for the same causes, whatever else happens."""
    ids = [one.id for one in causes.reviews]
    ids += [f"{one.remark.id}.{one.at}" for one in causes.commands]
    ids += [f"{one.decision}@{one.at}" for one in causes.answers if not one.by]
    ids += [f"edits {talk.head_sha}"] * causes.edits + [f"behind {talk.head_sha}"] * causes.behind
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()[:16]


def instructions(causes: Causes) -> Iterator[Instruction]:
    for review in causes.reviews:
        yield Instruction(f"review:{review.id}", review.author, review.body.strip())
    for one in causes.revise:
        yield Instruction(f"comment:{one.remark.id}", one.remark.author, one.command.text)


def _threads(causes: Causes) -> Iterator[Thread]:
    """Threads of these reviews in which a person has the last word."""
    for review in causes.reviews:
        for thread in review.threads:
            if not thread.resolved and not (thread.said and thread.said[-1].ours):
                yield thread
