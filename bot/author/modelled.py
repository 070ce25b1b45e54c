"""The author with a model: understand, draft, check, mend, have it read by others, hand over.

The model proposes, code disposes: a worse plan is never taken for a better one, nothing with an error gets
out, and what a cap or a broken answer leaves undone is said. All that differs between two runs of the same
brief are the model's answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property

from bot.author.account import Account
from bot.author.beforehand import without_model
from bot.author.brief import Brief, Progress, Quoted, Written
from bot.author.cost import Capped, Prices
from bot.author.drafting import Candidate, Source, Withheld, candidate, unreadable
from bot.author.estimate import draft_tokens, quoted
from bot.author.facts import Facts
from bot.author.failure import Failed, RefusedAfter
from bot.author.handing_over import asking, deciding
from bot.author.model import Kind, Model, ModelError, Remains, unheard
from bot.author.observed import observed
from bot.author.patches import settled
from bot.author.peers import Feedback, feedback, questions
from bot.author.profiles import PROFILES, Profile, profile_of
from bot.author.prompt import VERSION as PROMPT_VERSION
from bot.author.prompt import Context, Prompt, context
from bot.author.stages import disagreeing, repairing, understanding
from bot.author.stages.selecting import WAYS, disputed, selected
from bot.author.stages.understanding import Understanding
from bot.author.telling import KEPT_SHORT, Listener, differing, in_short, left_out, told, unheard_of
from bot.errors import UserError
from bot.plan.model import Plan

VERSION = "2"
SMALLER, FRUGAL = 0.7, 0.5  # shares of the usual context: where the whole is too long, and near a cap
FRESH = 100  # the sample of a draft that starts over, so that it is another question than the first one
BAD_ANSWERS: dict[Kind, str] = {"truncated": "it was cut off; be shorter", "empty": "it was empty"}
SPREAD = 0.5  # drafts less alike than this leave something to decide
THREADS = 5
MOST_DISPUTED = 4


def _as_it_is(model: Model, brief: Brief) -> Model:
    return model


@dataclass(frozen=True, slots=True)
class ModelledAuthor:
    """Writes with `model`, whose name is part of the author's, since it changes what is written.
    `for_planning` puts the meter and the kept answers of one planning around it.
    """

    model: Model
    version: str = f"{VERSION}+{PROMPT_VERSION}"
    prices: Prices | None = None
    profile: Profile | None = None
    for_planning: Callable[[Model, Brief], Model] = _as_it_is

    @property
    def name(self) -> str:
        return f"model:{self.model.name}"

    def write(self, brief: Brief, progress: Progress) -> Written:
        """A plan, or the reason why none is needed or possible. Raises ModelError, Capped and Failed, with
        what it cost.
        """
        progress("reading the issue")
        facts = Facts(brief)
        return without_model(facts) or _Run(self, facts, progress).written()


@dataclass
class _Run:
    """One plan being written: what was spent, what was understood, and the best that came of it."""

    author: ModelledAuthor
    facts: Facts
    progress: Progress
    best: Candidate | None = None
    understood: Understanding = field(default_factory=Understanding)
    feedback: Feedback | None = None
    settled: frozenset[str] = frozenset()
    others: tuple[Plan, ...] = ()
    notes: list[str] = field(default_factory=list)
    answered_by: str = ""
    account: Account = field(init=False)
    context: Context = field(init=False)

    def __post_init__(self) -> None:
        self.account = Account(self.author.for_planning(self.author.model, self.facts.brief))
        self.context = context(self.facts)

    def written(self) -> Written:
        """The story, or what is left of it where it ends without a plan."""
        self._quote()
        try:
            return self._planned()
        except UserError as refusal:
            raise RefusedAfter(refusal, self._remains) from None

    def _planned(self) -> Written:
        """The stages. A sound plan is handed over even when a cap or a broken answer ends them early."""
        try:
            self._understand()
            self._draft()
            self._mend()
            self._start_over()
            self._settle_differences()
            self._have_it_read()
        except (Capped, ModelError) as end:
            if not self._is_sound:
                raise self._billed(end) from None
            self.notes.append(left_out(end))
        if not self._is_sound:
            raise Failed(self._best.findings, self.account.usage, self._remains)
        short = [KEPT_SHORT] if self.context.share <= FRUGAL else []
        said = [
            observed(self.facts.title, self.facts.brief.body, self.understood.observed),
            *short,
            *self.notes,
        ]
        reason = " ".join(each for each in said if each)
        return Written("plan", plan=self._signed(self._best), usage=self.account.usage, reason=reason)

    def _quote(self) -> None:
        """Say what the run is expected to take before anything is spent."""
        quote = quoted(self.profile, self.context).shown(self.author.prices)
        self.progress(Quoted(f"{self.profile.name} profile: {quote}"))

    # --- the stages ------------------------------------------------------------------------------------

    def _understand(self) -> None:
        """What the issue wants and which files to look at. The plan can do without it."""
        if not self.profile.understands:
            return
        self._tell("understanding the issue")
        offered = self.context.offered
        text = self.account.text(understanding.asking(self.context.shared, offered))
        issue = f"{self.facts.title}\n{self.facts.brief.body}"
        demands = [one.id for one in self.facts.demands]
        self.understood = understanding.understood(text, issue, demands, offered) or Understanding()

    def _draft(self) -> None:
        """One draft, or one of several that go different ways; those that fail are done without."""
        if self.profile.drafts == 1:
            self.best = self._drafted()
            return
        self._tell(f"writing {self.profile.drafts} drafts")
        with ThreadPoolExecutor(THREADS) as pool:
            asked = [
                pool.submit(self._drafted, way=way, sample=at)
                for at, way in enumerate(WAYS[: self.profile.drafts], 1)
            ]
        drafts = [draft for each in asked if isinstance(draft := _outcome(each), Candidate)]
        if not drafts:
            asked[0].result()  # raises what went wrong
        self.best = self._selected(drafts)

    def _selected(self, drafts: list[Candidate]) -> Candidate:
        """The draft most like the others. What only others ask is asked, and that they differ is said."""
        usable = [each for each in drafts if each.is_sound] or [each for each in drafts if each.plan]
        plans = [each.plan for each in usable if each.plan]
        if not plans:
            return min(drafts, key=lambda each: each.score)
        choice = selected(plans)
        if choice.likeness < SPREAD and (paths := disputed(plans)[:MOST_DISPUTED]):
            self.notes.append(differing(len(plans), paths))
        self.others = tuple(each for at, each in enumerate(plans) if at != choice.at)
        asked = [one.model_copy(update={"blocking": False}) for plan in self.others for one in plan.questions]
        return asking(usable[choice.at], asked, self.facts)

    def _mend(self) -> None:
        """Rounds of repair while there is something to mend and it helps; for warnings alone one round."""
        for number in range(1, self.profile.repairs + 1):
            best = self._best
            if not best.to_repair or (best.is_sound and number > 1):
                return
            self._tell(f"repairing the draft ({number} of {self.profile.repairs})")
            found = self._repaired(best, number)
            if found and found.betters(best):
                self.best = found
            elif best.reply:
                return  # the same question once more

    def _repaired(self, best: Candidate, number: int) -> Candidate | None:
        """The draft with patches; a fresh answer where there is no draft to patch. None when nothing came."""
        if not best.reply:
            return self._drafted(again=best.findings[0].message, sample=number)
        draft = json.loads(best.reply)
        text = self.account.text(repairing.asking(self.context.shared, draft, best.to_repair))
        found = repairing.mended(text, draft, best.to_repair)
        return self._candidate(json.dumps(found.draft), best.withheld) if found else None

    def _start_over(self) -> None:
        """One fresh draft when repair did not get rid of every error: as good as further critique."""
        best = self._best
        if best.is_sound or not best.reply:
            return
        self._tell("starting over once")
        fresh = self._drafted(sample=FRESH)
        self.best = fresh if fresh.betters(best) else best

    def _settle_differences(self) -> None:
        """Where several drafts differ on what is built, the owner decides."""
        best = self._best
        if best.plan is not None:
            self.best, _ = deciding(best, disagreeing.between(best.plan, self.others), self.facts)

    def _have_it_read(self) -> None:
        """Reviews and coders, one revision, and what is still open as questions to the owner."""
        best = self._best
        if best.plan is None or not best.is_sound or not (self.profile.reviews or self.profile.coders):
            return
        self._tell("having the plan read")
        ask, shared = self.account.ask, self.context.shared
        with ThreadPoolExecutor(THREADS) as pool:
            said = feedback(best.plan, self.facts, shared, self.profile, ask, pool)
        self.feedback = said
        if silence := unheard_of(said, self.account.capped):
            self.notes.append(silence)
        try:
            self._revise(best, said)
        except (Capped, ModelError) as end:
            self.notes.append(left_out(end, said))
        self._hand_over(said)

    def _hand_over(self, said: Feedback) -> None:
        """What readers still have to know becomes decisions where they would do different things, and else
        questions."""
        best = self._best
        assert best.plan is not None
        disputes = disagreeing.among_coders(said.open_points(self.settled), best.plan)
        best, decided = deciding(best, disputes, self.facts)
        left = said.unsettled(self.settled | decided)
        self.best = asking(best, questions(left), self.facts)

    def _revise(self, best: Candidate, said: Feedback) -> None:
        """Take the patches if the rules find no more than before and no work is lost."""
        if not said.findings:
            return
        self._tell("revising the plan")
        draft = json.loads(best.reply)
        text = self.account.text(repairing.asking(self.context.shared, draft, said.findings, "revise"))
        found = repairing.mended(text, draft, said.findings)
        revised = self._candidate(json.dumps(found.draft), best.withheld) if found else None
        if found and revised and revised.keeps(best):
            self.best = revised
            self.settled = settled(found.applied, said.findings)

    # --- drafts and answers ----------------------------------------------------------------------------

    def _drafted(self, way: str = "", again: str = "", sample: int = 0) -> Candidate:
        """One draft; what is too long, or would pass a cap, is asked once more with less."""
        if not way:
            self._tell("writing the draft")
        whole = self.context
        try:
            return self._answered(self._drafting(whole, way, again, sample), listens=not way)
        except Capped:
            if whole.share <= FRUGAL:
                raise
            smaller = context(self.facts, FRUGAL, draft_tokens(len(self.facts.demands)))
        except ModelError as error:
            if error.kind != "context-length" or whole.share < 1:
                raise
            smaller = context(self.facts, SMALLER)
        self.context = smaller
        return self._answered(self._drafting(smaller, way, again, sample), listens=not way)

    def _drafting(self, shown: Context, way: str, again: str, sample: int) -> Prompt:
        return shown.drafting(self.understood.read, told(self.understood), way, again, sample)

    def _answered(self, asked: Prompt, listens: bool) -> Candidate:
        try:
            reply = self.account.ask(asked.request, Listener(self._tell) if listens else unheard)
        except ModelError as error:
            if error.kind not in BAD_ANSWERS:
                raise
            return unreadable(BAD_ANSWERS[error.kind])
        self._tell("checking the draft")
        return self._candidate(reply.text, Withheld(asked.cut), reply.model)

    def _candidate(self, text: str, withheld: Withheld, model: str = "") -> Candidate:
        name = f"{self.author.name}/{self.author.version}"
        self.answered_by = model or self.answered_by
        answered_by = self.answered_by or self.author.model.name
        return candidate(
            text, self.facts, Source(name, answered_by, PROMPT_VERSION, self.account.usage, withheld)
        )

    # --- what a run knows of itself --------------------------------------------------------------------

    @cached_property
    def profile(self) -> Profile:
        facts = self.facts
        named = facts.brief.profile
        asked = PROFILES[named] if named else None
        return self.author.profile or asked or profile_of(facts.lane, len(facts.work), bool(facts.risks))

    @property
    def _best(self) -> Candidate:
        assert self.best is not None, "a draft comes before what is done with it"
        return self.best

    @property
    def _is_sound(self) -> bool:
        return self.best is not None and self.best.is_sound

    def _tell(self, stage: str) -> None:
        """Say what is done now, and what it took so far."""
        so_far = self.account.so_far()
        self.progress(f"{stage} ({so_far})" if so_far else stage)

    def _billed(self, end: Capped | ModelError) -> Capped | ModelError:
        """The same end with what the whole run has cost."""
        if isinstance(end, Capped):
            return Capped(end.cap, end.words, self.account.usage, self._remains)
        return ModelError(end.kind, end.reason, self.account.usage, end.delay, self._remains)

    @property
    def _remains(self) -> Remains:
        return Remains(self.account.receipt(self.author.prices), in_short(self.understood))

    def _signed(self, best: Candidate) -> Plan:
        """The plan with the cost of all calls, the profile, and how it was read."""
        assert best.plan is not None
        spent = self.account.usage
        provenance = best.plan.provenance.model_copy(
            update={
                "input_tokens": spent.input_tokens,
                "output_tokens": spent.output_tokens,
                "cached_tokens": spent.cached_tokens,
                "calls": spent.calls,
                "receipt": self.account.receipt(self.author.prices),
                "profile": self.profile.name,
                "readers": self.feedback.readers(self.settled) if self.feedback else None,
            }
        )
        return best.plan.model_copy(update={"provenance": provenance})


def _outcome(drafting: Future[Candidate]) -> Candidate | BaseException:
    """The draft, or what went wrong with it when that is the model's or the purse's doing."""
    error = drafting.exception()
    if error is None or not isinstance(error, ModelError | Capped):
        return drafting.result()
    return error
