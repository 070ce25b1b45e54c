"""One revision of a plan that people have seen, from everything that was asked to what goes onto its branch.

Nothing of people's is written over: what cannot be taken over is told, and then nothing is written at all.
Every thread is answered, whatever becomes of the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from bot.author.brief import Author, Brief, Progress
from bot.author.checking import existing
from bot.author.compose import to_publish
from bot.author.failure import Failed
from bot.author.untrusted import one_line
from bot.conversation import Reply, RevisionWish, Thread
from bot.errors import UserError
from bot.plan import safe_text
from bot.plan.decided import decided
from bot.plan.editing import Change, Doubt, ReadBack
from bot.plan.findings import Finding
from bot.plan.model import Plan
from bot.recon.tree import Snapshot, Tree
from bot.render import render
from bot.revising import answering, wishes
from bot.revising.grounding import gone, grounded, is_gone
from bot.revising.joining import joined
from bot.revising.judging import Judge
from bot.revising.log import cause_of, ids_of, logged, people, retired
from bot.revising.modelled import reviser_of
from bot.revising.pointing import Pointer
from bot.revising.publishing import for_merge, published
from bot.revising.reviser import Revised, Reviser, Wanted
from bot.revising.standing import Standing, standing
from bot.revising.suggesting import Suggested, changes_between, suggested
from bot.revising.wishes import Asked
from bot.situation import Outcome, Request

MOST_HEADLINE = 72
_NAME = re.compile(r"[A-Z]{1,4}-?\d{1,6}[a-z]?")
ROWS = 12
TreeAt = Callable[[str], Tree | None]


def revised(
    request: Request,
    head: Tree,
    last: Tree | None,
    brief: Brief,
    author: Author,
    progress: Progress,
    *,
    tree_at: TreeAt = lambda sha: None,
) -> Outcome:
    """What becomes of `request.revision`, as an Outcome of kind "revision".

    `head` are the files on the branch, `last` those at our last commit on it, None when it is not known.
    `brief` is of the issue with the tree that the plan is checked against: the base branch's to refresh or
    rebuild, else `head`; its format is
    found out here. `tree_at` gives the files at a commit of the base branch, None where they cannot be had.
    """
    wish = request.revision
    assert wish is not None, "a request for a revision says what is to be revised"
    try:
        at = standing(request.number, head, last)
        return _Revision(request, wish, at, _brief_of(brief, at, wish), author, progress, tree_at).outcome()
    except UserError as refusal:
        return _stopped(request, wish, f"{refusal.reason} {refusal.next_step}".strip())


def _brief_of(brief: Brief, at: Standing, wish: RevisionWish) -> Brief:
    """The brief in the plan's format. The branch is the repository at the plan's own commit with the plan."""
    brief = replace(brief, format=at.shape.name)
    sha = at.plan.provenance.base_sha
    if wish.refresh or wish.rebuild or not isinstance(brief.tree, Snapshot):
        return brief
    return replace(brief, base_sha=sha, tree=replace(brief.tree, sha=sha))


def _stopped(request: Request, wish: RevisionWish, why: str) -> Outcome:
    """Nothing can be written, and everybody is told why."""
    replies = tuple(answering.held_up(one, why) for one in wish.threads)
    return Outcome(request.digest, "revision", words(trouble=[why]), replies=replies)


def words(**told: object) -> str:
    """What became of a revision, as a few lines of Markdown."""
    blank = {
        "number": 0, "cause": "", "by": "", "changes": (), "merged": False, "tally": "", "asked": (),
        "doubts": (), "gone": (), "trouble": (), "cost": "", "rows": ROWS,
    }  # fmt: skip
    return render("pulls/revised.md", **{**blank, **told})


@dataclass
class _Revision:
    """One revision while it is made. `replies` are by thread."""

    request: Request
    wish: RevisionWish
    at: Standing
    brief: Brief
    author: Author
    progress: Progress
    tree_at: TreeAt
    replies: dict[str, Reply] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def outcome(self) -> Outcome:
        """The story."""
        self.progress("reading what people changed")
        back = self.at.back()
        if back.doubts:
            return self._asking(back.doubts)
        taken = self._suggested(back)
        plan = self._grounded(self._decided(taken.back.plan), back)
        judge = Judge(self.brief, self.at.shape, plan, self._there(taken))
        done = self._understood(plan, judge)
        try:
            return self._published(done, judge, taken)
        except Failed as failure:
            return self._not_shown("; ".join(one.message for one in failure.findings[:3]))
        except UserError as refusal:
            return self._not_shown(f"{refusal.reason} {refusal.next_step}".strip())

    # --- what code can do ------------------------------------------------------------------------------

    @cached_property
    def reviser(self) -> Reviser | None:
        return reviser_of(self.author)

    @property
    def merges(self) -> bool:
        return self.wish.refresh or self.wish.rebuild

    def _suggested(self, back: ReadBack) -> Suggested:
        """The suggestions, with an answer to each thread that has one."""
        judge = Judge(self.brief, self.at.shape, back.plan, self.at.there)
        found = suggested(self.at, back, self.wish.threads, judge.breaks)
        for thread in self.wish.threads:
            if thread.id in found.taken:
                self.replies[thread.id] = answering.taken(thread, found.taken[thread.id])
            elif thread.id in found.refused:
                self.replies[thread.id] = answering.not_taken(thread, found.refused[thread.id])
        return found

    def _there(self, taken: Suggested) -> dict[str, str]:
        """The texts that the plan's files go over. UserError when people have to merge."""
        now = replace(self.at, there={**self.at.there, **taken.now})
        if not self.merges:
            return dict(now.there)
        base = self.tree_at(self.at.plan.provenance.base_sha)
        return joined(now, existing(base) if base else None, existing(self.brief.tree))

    def _decided(self, plan: Plan) -> Plan:
        """The plan with the decisions that were made; one that cannot be is told."""
        for one in self.wish.answers:
            try:
                plan = decided(plan, (one,))
            except UserError as refusal:
                self.trouble.append(f"{refusal.reason} {refusal.next_step}".strip())
        return plan

    def _grounded(self, plan: Plan, back: ReadBack) -> Plan:
        if not self.wish.refresh:
            return plan
        edited = any(one.field.startswith("codebase.snapshot") for one in back.changes)
        return grounded(plan, self.brief, edited=edited)

    # --- what takes understanding ----------------------------------------------------------------------

    def _understood(self, plan: Plan, judge: Judge) -> Revised:
        """The plan with what words ask for; every thread that is left has its answer after this."""
        left = [one for one in self.wish.threads if one.id not in self.replies]
        pointer = Pointer(self.at.shape.name, plan.issue, self.at.now)
        missing = self._gone(plan, judge)
        found = wishes.asked(self.wish, plan, self.at.shape.name, pointer, left, missing)
        done = self._revised(plan, judge, found)
        for one in found:
            self._answer(one, done)
        self.missing = gone(self._gone(done.plan, judge))
        return done

    def _revised(self, plan: Plan, judge: Judge, found: Sequence[Asked]) -> Revised:
        if not found or self.reviser is None:
            return Revised(plan)
        wanted = Wanted(
            plan,
            tuple(one.wish for one in found),
            {one.wish.name: one.concern for one in found},
            judge,
            retired(self.at.plan) | ids_of(self.at.plan).keys(),
        )
        return self.reviser.revise(wanted, self.progress)

    def _answer(self, one: Asked, done: Revised) -> None:
        if one.thread:
            self.replies[one.thread.id] = self._reply(one, one.thread, done)
        elif one.instruction:
            self.asked.append((one.instruction.text, self._said(one, done)))

    def _said(self, one: Asked, done: Revised) -> str:
        if self.reviser is None:
            return answering.NO_MODEL
        return answering.failure(done.why) if done.why else answering.told(done.replies.get(one.wish.name))

    def _reply(self, one: Asked, thread: Thread, done: Revised) -> Reply:
        if self.reviser is None:
            return answering.without_model(thread, one.wish.about)
        if done.why:
            return answering.failed(thread, one.wish.about, done.why)
        return answering.answered(thread, one.wish.about, done.replies.get(one.wish.name))

    def _gone(self, plan: Plan, judge: Judge) -> list[Finding]:
        """What the plan names and the new commit does not have."""
        if not self.wish.refresh:
            return []
        _, report = judge.files(plan)
        return [one for one in report.findings if is_gone(one)]

    # --- what is handed over ---------------------------------------------------------------------------

    def _published(self, done: Revised, judge: Judge, taken: Suggested) -> Outcome:
        """The outcome with what has changed since our last commit. Raises Failed and UserError."""
        counts = done.plan != self.at.plan or self.merges
        every = changes_between(self.at.plan, done.plan)
        # A decision's log says again what its answer says.
        changes = [one for one in every if one.field != "log" and not self._is_read(one)]
        plan = self._logged(done, changes) if counts else self.at.plan
        made, report = judge.files(plan)
        ticked = any(one for one in taken.taken.values())
        outcome = published(plan, self.brief, made, report, standing=self.at, changed=counts or ticked)
        if self.merges:
            ground = existing(self.brief.tree)
            outcome = replace(
                outcome,
                files=for_merge(outcome.files, made, ground),
                merge_base=self.request.base_sha,
            )
        boxes = [one for one in taken.back.changes if one.kind in ("done", "undone")]
        said = self._words(plan, [*changes, *boxes], done)
        told = (changes, boxes, self.merges, self.replies, self.asked, self.trouble, self.missing)
        headline = self._headline(outcome.headline, changes)
        return self._whole(replace(outcome, body=said, headline=headline, quiet=not any(told)))

    def _logged(self, done: Revised, changes: Sequence[Change]) -> Plan:
        made = logged(done.plan, self.at.plan, self.wish, changes, at=self.brief.created, cost=done.cost)
        return to_publish(made, self.brief)

    def _headline(self, lead: str, changes: Sequence[Change]) -> str:
        """What a commit is called: ids of our own form only, as messages act where they are merged."""
        named = answering.ids([one for one in changes if _NAME.fullmatch(one.item)])
        why = "take the base branch in" if self.merges else "take edits over"
        return safe_text.clipped(f"{lead}: {named or why}", MOST_HEADLINE)

    def _is_read(self, one: Change) -> bool:
        """Whether a change only says what was read off the repository anew."""
        return self.wish.refresh and not one.item and one.field.startswith(("codebase", "provenance"))

    def _whole(self, outcome: Outcome) -> Outcome:
        """With an answer in every thread."""
        replies = (self.replies.get(one.id) or answering.answered(one, "", None) for one in self.wish.threads)
        return replace(
            outcome,
            digest=self.request.digest,
            replies=tuple(replies),
            author=f"{self.author.name}/{self.author.version}",
        )

    def _asking(self, doubts: Sequence[Doubt]) -> Outcome:
        """Edits that cannot be taken over: they are told, and nothing is written over them."""
        where = f"an edit has to be settled first ({doubts[0]})"
        self.replies = {one.id: answering.held_up(one, where) for one in self.wish.threads}
        return self._as_it_was(words(doubts=[*map(str, doubts)], tally=""))

    def _not_shown(self, why: str) -> Outcome:
        """What cannot be published is not written, and nothing counts as done."""
        self.replies = {one.id: answering.held_up(one, why) for one in self.wish.threads}
        return self._as_it_was(words(trouble=[why]))

    def _as_it_was(self, said: str) -> Outcome:
        """The plan as it was written last, with what stands in the way."""
        judge = Judge(self.brief, self.at.shape, self.at.plan, self.at.there)
        try:
            made, report = judge.files(self.at.plan)
            outcome = published(self.at.plan, self.brief, made, report, standing=self.at, changed=False)
            return self._whole(replace(outcome, body=said, files=(), removed=()))
        except (Failed, UserError):
            return self._whole(Outcome(self.request.digest, "revision", said))

    def _words(self, plan: Plan, changes: Sequence[Change], done: Revised) -> str:
        return words(
            number=len(plan.provenance.revisions),
            cause=cause_of(self.wish),
            by=", ".join(people(self.wish)),
            changes=[one_line(str(each), 200) for each in changes],
            merged=self.merges,
            tally=answering.tally([*self.replies.values()]),
            asked=[(one_line(text, 160), said) for text, said in self.asked],
            gone=self.missing,
            trouble=self.trouble,
            cost=done.cost,
        )
