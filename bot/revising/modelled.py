"""The reviser with a model: one question about all wishes, its patches taken where they may be, rounds of
repair, and a plan that breaks no more than before; or none, and why.

The model proposes: what nobody asked about stays as it is, whatever an answer says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.author.account import Account
from bot.author.brief import Author, Brief, Progress
from bot.author.checking import lint_input
from bot.author.compose import MODEL_TROUBLE
from bot.author.cost import Capped, Prices
from bot.author.drafting import known_commands, permitted_task
from bot.author.facts import Facts
from bot.author.fallback import WithStandIn
from bot.author.model import Model, ModelError
from bot.author.modelled import ModelledAuthor
from bot.author.patches import Patch, patched
from bot.author.prompt import VERSION as PROMPT_VERSION
from bot.author.prompt import context
from bot.author.purge import Purge
from bot.author.stages import repairing, revising
from bot.author.stages.revising import Answer, Answered, part
from bot.author.stages.shared import Shared
from bot.errors import UserError
from bot.plan.draft import draft_of
from bot.plan.editing import Change
from bot.plan.editing.asking import Broken, plan_of
from bot.plan.editing.following import without_references
from bot.plan.findings import Finding
from bot.plan.model import Plan
from bot.plan.prose import short
from bot.plan.rules import autofix
from bot.revising.concern import pointers
from bot.revising.log import ids_of
from bot.revising.reviser import Revised, Reviser, Wanted
from bot.revising.stable import bridged, keeping_ids, merged, renumbered
from bot.revising.suggesting import changes_between

ROUNDS = 2
TRIES = 2
_CARRIED = frozenset({"max_diff_scope", "depends_on", "by", "tasks"})  # what follows where it was not meant
_KEPT_LISTS = ("files", "commands", "allowed_paths", "denied_paths", "evidence")
Draft = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ModelReviser:
    """Revises with `model`; `for_planning` puts the meter and the kept answers of one planning around it."""

    model: Model
    for_planning: Callable[[Model, Brief], Model]
    prices: Prices | None = None

    def revise(self, wanted: Wanted, progress: Progress) -> Revised:
        """One revision. What the endpoint or a cap refuses is said, and nothing is changed."""
        brief = wanted.judge.brief
        run = _Run(wanted, Facts(brief), Account(self.for_planning(self.model, brief)), progress)
        try:
            done = run.revised()
        except ModelError as error:
            done = Revised(wanted.plan, why=f"the model could not be used. {MODEL_TROUBLE[error.kind]}")
        except Capped as end:
            done = Revised(wanted.plan, why=f"the cap of {end.words} is reached")
        account = run.account
        return Revised(done.plan, done.replies, done.why, account.usage, account.receipt(self.prices))


def reviser_of(author: Author) -> Reviser | None:
    """Who revises where this author plans; None where no model is."""
    if isinstance(author, Reviser):
        return author
    if isinstance(author, WithStandIn):
        return reviser_of(author.first)
    if isinstance(author, ModelledAuthor):
        return ModelReviser(author.model, author.for_planning, author.prices)
    return None


@dataclass
class _Run:
    wanted: Wanted
    facts: Facts
    account: Account
    progress: Progress
    draft: Draft = field(init=False)
    shared: Shared = field(init=False)
    applied: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.shared = context(self.facts).shared
        self.draft = draft_of(self.wanted.plan, self.facts.brief.format)

    def revised(self) -> Revised:
        """The story: all wishes at once, mended; else those that can be done without the others."""
        self.progress("revising the plan")
        places = pointers(self.draft, self.wanted.concern)
        answer = self._answer(places)
        if answer is None:
            return Revised(self.wanted.plan, why="the model gave no answer that could be read")
        flags = [Finding("wish", "warning", "", place) for place in places]
        plan, why = self._mended(self._plan(self.draft, answer.patches, flags))
        if why:
            plan, failed = self._one_by_one(answer, flags)
            if plan == self.wanted.plan:
                return Revised(plan, answer.replies, why=why)
            return Revised(self._signed(plan), {**self._honest(answer, plan), **failed})
        return Revised(plan if plan == self.wanted.plan else self._signed(plan), self._honest(answer, plan))

    def _mended(self, plan: Plan | None) -> tuple[Plan, str]:
        """The plan after rounds of repair; the one before, and why, when it cannot be taken."""
        for number in range(ROUNDS):
            found = self._found(plan)
            if plan is None or not found or (number and not _has_errors(found)):
                break
            self.progress(f"repairing the revision ({number + 1} of {ROUNDS})")
            better = self._repaired(plan, found)
            if better is None or self._score(better) >= self._score(plan):
                break
            plan = better
        why = "its changes do not make a plan" if plan is None else self._fault(plan)
        return (self.wanted.plan, why) if plan is None or why else (plan, "")

    def _repaired(self, plan: Plan, found: Sequence[Finding]) -> Plan | None:
        draft = draft_of(plan, self.facts.brief.format)
        text = self.account.text(repairing.asking(self.shared, draft, found))
        mended = repairing.mended(text, draft, found)
        return self._plan(draft, list(mended.applied), found) if mended else None

    def _one_by_one(self, answer: Answer, flags: Sequence[Finding]) -> tuple[Plan, dict[str, Answered]]:
        """The plan with the patches of each wish that breaks nothing, and what is said of the others."""
        kept: list[Patch] = []
        best, failed = self.wanted.plan, dict[str, Answered]()
        for wish in self.wanted.wishes:
            more = [one for one in answer.patches if one.rule == wish.name]
            plan = self._plan(self.draft, [*kept, *more], flags) if more else best
            why = "this does not make a plan" if plan is None else self._fault(plan)
            if plan is None or why:
                failed[wish.name] = Answered("declined", why)
            else:
                best, kept = plan, [*kept, *more]
        self.applied = {one.rule for one in kept}
        return best, failed

    # --- the answer ------------------------------------------------------------------------------------

    def _answer(self, places: Sequence[str]) -> Answer | None:
        again = ""
        for _ in range(TRIES):
            asked = revising.asking(self.shared, self.draft, self.wanted.wishes, places, again)
            found = revising.answer_in(self.account.text(asked), self.wanted.wishes)
            if found:
                return found
            again = "it was not the object that was asked for"
        return None

    def _honest(self, answer: Answer, plan: Plan) -> dict[str, Answered]:
        """The replies, where "done" stands only for wishes that something was changed for."""
        changed = {one.item or one.field for one in self._changes(plan)}
        done = dict(answer.replies)
        for name, reply in answer.replies.items():
            touches = changed & {*self.wanted.concerns[name].ids, *self.wanted.concerns[name].fields}
            if reply.disposition == "done" and not (changed and (name in self.applied or touches)):
                done[name] = Answered("question", "")
        return done

    # --- patches ---------------------------------------------------------------------------------------

    def _plan(self, draft: Draft, patches: Sequence[Patch], flags: Sequence[Finding]) -> Plan | None:
        """The plan that these patches make of a draft, where they are allowed; None when it is none."""
        kept = keeping_ids(draft, [*self._purged(patches)])
        out = patched(draft, kept.patches, flags)
        if not out.applied:
            return self.wanted.plan
        self.applied |= {one.rule for one in out.applied}
        after = bridged(self.draft, renumbered(self.draft, out.draft, self._retired))
        before = {one["id"]: one for one in self.draft["tasks"]}
        if isinstance(after.get("tasks"), list):
            after["tasks"] = [
                self._permitted(one, before.get(one.get("id"))) if isinstance(one, dict) else one
                for one in after["tasks"]
            ]
        self._only_known(after)
        made = _safely(self.wanted.plan, self.draft, after)
        if made is None or made == self.wanted.plan:
            return made
        gone = {one.id for one in self.wanted.plan.tasks} - {one.id for one in made.tasks}
        return self._finished(self._signed(without_references(made, gone) if gone else made))

    def _signed(self, plan: Plan) -> Plan:
        """A model has written in it from now on, and this is what it took."""
        was, spent = self.wanted.plan.provenance, self.account.usage
        name = self.account.model.name if was.model == "none" else was.model
        now = was.model_copy(
            update={
                "model": name,
                "prompt_version": was.prompt_version or PROMPT_VERSION,
                "input_tokens": was.input_tokens + spent.input_tokens,
                "output_tokens": was.output_tokens + spent.output_tokens,
                "cached_tokens": was.cached_tokens + spent.cached_tokens,
                "calls": was.calls + spent.calls,
            }
        )
        return plan.model_copy(update={"provenance": now})

    @property
    def _retired(self) -> frozenset[str]:
        return self.wanted.retired | ids_of(self.wanted.plan).keys()

    def _purged(self, patches: Sequence[Patch]) -> Iterator[Patch]:
        purge = Purge()
        for one in patches:
            try:
                value = purge.data(json.loads(one.value)) if one.op != "remove" else ""
            except (ValueError, RecursionError):
                continue
            yield one.model_copy(update={"value": json.dumps(value) if one.op != "remove" else ""})

    def _permitted(self, task: Draft, before: Draft | None) -> Draft:
        """A task with nothing new that a model may not choose; what stood there already stays."""
        if task == before:
            return task
        out, known = permitted_task(task, self.facts), before or {}
        for name in _KEPT_LISTS:
            given, held = task.get(name), known.get(name) or []
            if isinstance(given, list):
                out[name] = [one for one in given if one in (out.get(name) or ()) or one in held]
        return out

    def _only_known(self, after: Draft) -> None:
        """Milestones are validated by commands that the repository or the plan has."""
        held = {line for one in self.wanted.plan.roadmap.milestones for line in one.validation}
        for one in part(after, "/roadmap/milestones") or ():
            if isinstance(one, dict) and isinstance(one.get("validation"), list):
                known = known_commands(one["validation"], self.facts)
                one["validation"] = [line for line in one["validation"] if line in known or line in held]

    def _finished(self, plan: Plan) -> Plan:
        """With what is safely mended, unless that changes something nobody asked about."""
        shape = self.wanted.judge.shape
        fixed, _ = autofix(plan, lint_input(plan, self.facts.brief))
        fixed = shape.whole(fixed)
        return fixed if not self._strays(fixed) else shape.whole(plan)

    def _changes(self, plan: Plan) -> Sequence[Change]:
        """What is another in the plan, who wrote it aside."""
        same = plan.model_copy(update={"provenance": self.wanted.plan.provenance})
        return changes_between(self.wanted.plan, same)

    # --- judging ---------------------------------------------------------------------------------------

    def _found(self, plan: Plan | None) -> tuple[Finding, ...]:
        if plan is None or plan == self.wanted.plan:
            return ()
        try:
            return self.wanted.judge.new(plan)
        except UserError:
            return ()

    def _score(self, plan: Plan) -> tuple[int, int]:
        found = self._found(plan)
        errors = sum(one.severity == "error" for one in found)
        return errors + (1000 if self._strays(plan) else 0), len(found) - errors

    def _fault(self, plan: Plan) -> str:
        """Why a revised plan is not taken, "" when it is."""
        if plan == self.wanted.plan:
            return ""
        if strays := self._strays(plan):
            return f"it would change what nobody asked about: {', '.join(strays[:5])}"
        broken = self.wanted.judge.breaks(plan)
        return f"the plan would not hold its rules any more: {short(broken, 400)}" if broken else ""

    def _strays(self, plan: Plan) -> list[str]:
        """Items and fields that are another, though no wish is about them."""
        concern, known = self.wanted.concern, ids_of(self.wanted.plan)
        if concern.whole:
            return []
        out: dict[str, None] = {}
        for one in self._changes(plan):
            new = concern.adds and one.kind == "added" and one.item not in known
            last = one.field.rpartition(".")[2]
            ours = one.item in concern.ids or any(one.field.startswith(each) for each in concern.fields)
            if not (new or ours or last in _CARRIED or _is_order(one.field) or _is_computed(one.field)):
                out[one.item or one.field] = None
        return [*out]


def _has_errors(found: Sequence[Finding]) -> bool:
    return any(one.severity == "error" for one in found)


def _is_order(name: str) -> bool:
    """Whether a change is of a list as a whole, which only tells the order of its items."""
    return name in ("tasks", "roadmap.milestones", "decisions", "assumptions", "questions", "obligations")


def _is_computed(name: str) -> bool:
    computed = ("codebase", "requirements.verification", "requirements.review", "requirements.mandate")
    return name.startswith((*computed, "streams.groups", "delivery.phases", "delivery.total_estimate"))


def _safely(plan: Plan, before: Mapping[str, Any], after: Draft) -> Plan | None:
    made = plan_of(merged(plan, before, after))
    return None if isinstance(made, Broken) else made
