"""What is said of a finished revision: an answer in every thread and to every command, the check, the pull
request's text, the status, and last the reactions that say it is all done. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.conversation import PlanTalk, Review, RevisionWish
from bot.decisions import made_by_deadline
from bot.effects import Effect, EnsureComment, EnsurePullRequest, EnsureReply, React, Reaction, ResolveThread
from bot.inspector import check_of, is_checked
from bot.marks import Mark, write_mark
from bot.matters.filing import Filed, due_dates
from bot.matters.hearing import Heard
from bot.matters.standing import answer, field, place, say
from bot.situation import Outcome, PlanPull, Request, Situation
from bot.status import Status
from bot.steps import Policy

NOTHING_NEW = "no new commit: nothing had to change"


@dataclass(frozen=True, slots=True)
class Telling:
    """Everything that the words about one revision come from. `sha` is its commit, "" when it made none."""

    now: Situation
    policy: Policy
    pull: PlanPull
    talk: PlanTalk
    request: Request
    wish: RevisionWish
    found: Outcome
    sha: str
    heard: Sequence[Heard]

    def effects(self) -> tuple[Effect, ...]:
        """In the order in which they are to be made true."""
        return (
            *self._check(),
            *self._replies(),
            *self._answers(),
            *self._aside(),
            *self._pull_text(),
            *self._said(),
            *self._reactions(),
        )

    @property
    def failed(self) -> bool:
        return self.found.kind != "revision"

    @property
    def _is_quiet(self) -> bool:
        return is_quiet(self.wish, self.found, self.sha)

    def _said(self) -> tuple[Effect, ...]:
        return () if self._is_quiet else say(self.now, self.policy, self._status())

    def _check(self) -> Iterator[Effect]:
        if self.sha and self.sha == self.talk.head_sha and not is_checked(self.now, self.sha):
            yield check_of(self.found, self.sha)

    def _replies(self) -> Iterator[Effect]:
        told = {reply.thread: reply for reply in self.found.replies}
        for thread in self.wish.threads:
            reply = told.get(thread.id)
            text = reply.text.replace("{sha}", self._commit) if reply else self.found.body
            yield EnsureReply(self.talk.number, thread.comment, self.wish.name, self._marked("reply", text))
            if reply and reply.resolve and not self.failed:
                yield ResolveThread(thread.id, self.wish.name)

    @property
    def _commit(self) -> str:
        """GitHub makes a link of it."""
        return self.sha[:12] or NOTHING_NEW

    def _marked(self, kind: str, text: str) -> str:
        mark = write_mark(self.policy.secret, place(self.now), Mark(kind, {"about": self.wish.name}))
        return f"{text.rstrip()}\n\n{mark}"

    def _answers(self) -> Iterator[Effect]:
        """What became of each command, and of what a review says beside its threads, where it was written."""
        said = (self._in_short,)
        for one in heard_of(self.wish, self.heard):
            if one.command.verb == "decide" and one.remark.where == "decision" and not self.failed:
                continue  # its issue is closed with the answer
            about = f"{one.remark.id}-{one.at}"
            yield self._answer(one.remark.number, about, said, one.command.line)
        for review in reviews_of(self.wish, self.talk):
            if review.body.strip() or not review.threads:
                yield self._answer(self.talk.number, f"review-{review.number}", said)

    @property
    def _in_short(self) -> str:
        if self.failed:
            return f"**Not done.** {self.found.body}"
        return f"Done in {self.sha[:12]}. {self.found.body}" if self.sha else self.found.body

    def _answer(self, number: int, about: str, said: Sequence[str], command: str = "") -> EnsureComment:
        return answer(self.now, self.policy, number, about, said, command)

    def _aside(self) -> Iterator[Effect]:
        """What nobody asked for in words: what came of people's edits when it is not a commit, and decisions
        that a deadline made."""
        wish, about = self.wish, f"wish-{self.wish.name}"
        if self._is_quiet:
            return
        if (wish.edits or wish.rebuild) and not self.sha and self.found.body and not wish.instructions:
            yield self._answer(self.talk.number, about, (self.found.body,))
        known = {one.id: one for one in self.found.decisions}
        by_deadline = [known[one.decision] for one in wish.answers if not one.by and one.decision in known]
        said = [made_by_deadline(one, one.made) for one in by_deadline if one.made and not one.made.by]
        if said and not self.failed:
            yield self._answer(self.talk.number, f"deadline-{wish.name}", said)

    def _pull_text(self) -> Iterator[Effect]:
        known = self._is_quiet and self.now.published is not None
        if self.failed or known or not self.found.pull_title:
            return
        pull, found = self.pull, self.found
        counted = field(pull.mark, "digest") == found.digest or not self.wish.instructions
        fields = {
            "ask": field(pull.mark, "ask"),
            "base": found.merge_base or field(pull.mark, "base"),
            "digest": found.digest,
            "rounds": str(rounds_of(pull) + (not counted)),
            **due_dates(found),
        }
        mark = write_mark(self.policy.secret, place(self.now), Mark("plan", fields))
        body = Filed.of(self.now, pull.branch, found).in_text(found.pull_body).rstrip()
        yield EnsurePullRequest(pull.branch, pull.base, found.pull_title, f"{body}\n\n{mark}")

    def _status(self) -> Status:
        number = self.pull.number
        return Status(
            state="proposed",
            ask=self.request.ask,
            text=f"The plan is #{number}.\n\n{self.found.body}",
            next_step=f"review #{number}; merge it to accept the plan, close it to decline",
            data={
                "pull": str(number),
                "head": self.sha or self.talk.head_sha,
                "revision": self.request.digest[:16],
            },
        )

    def _reactions(self) -> Iterator[Effect]:
        content: Reaction = "confused" if self.failed else "rocket"
        for review in reviews_of(self.wish, self.talk):
            yield React(self.talk.number, content, review=review.id)
        for remark in dict.fromkeys(one.remark for one in heard_of(self.wish, self.heard)):
            yield React(remark.number, content, remark.id)


def is_quiet(wish: RevisionWish, found: Outcome, sha: str) -> bool:
    """Whether nothing is worth a word: people pushed what is no business of the plan's."""
    asked = wish.instructions or wish.answers or wish.refresh
    return found.quiet and not sha and not asked


def heard_of(wish: RevisionWish, heard: Sequence[Heard]) -> Iterator[Heard]:
    """The commands that this revision answers."""
    said = {one.source for one in wish.instructions}
    decided = {one.url for one in wish.answers if one.by}
    for one in heard:
        match one.command.verb if one.is_slow else "":
            case "revise" if f"comment:{one.remark.id}" in said:
                yield one
            case "refresh" if wish.refresh:
                yield one
            case "decide" if one.remark.url in decided:
                yield one


def reviews_of(wish: RevisionWish, talk: PlanTalk) -> list[Review]:
    """The reviews that this revision answers."""
    sources = {one.source for one in wish.instructions}
    return [one for one in talk.reviews if f"review:{one.id}" in sources]


def rounds_of(pull: PlanPull) -> int:
    """How often the plan was revised because people asked for it."""
    rounds = field(pull.mark, "rounds")
    return int(rounds) if rounds.isdigit() else 0
