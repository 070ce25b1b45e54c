"""The author with a model: one structured draft, checked by the rules, and at most two rounds of repair, one
when there are only warnings.

The model proposes, code disposes: a worse answer is never taken for a better one, and
nothing with an error gets out.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.author.brief import Brief, Progress, Written
from bot.author.drafting import Candidate, Source, candidate, unreadable
from bot.author.facts import Facts
from bot.author.failure import Failed
from bot.author.model import Kind, Model, ModelError, ModelReply, ModelRequest, Usage
from bot.author.prompt import VERSION as PROMPT_VERSION
from bot.author.prompt import Prompt, prompt
from bot.author.readiness import readiness
from bot.author.recipes import trivial_reason
from bot.plan.model import Plan

VERSION = "1"
REPAIRS = 2
SMALLER = 0.7
BAD_ANSWERS: dict[Kind, str] = {"truncated": "it was cut off; be shorter", "empty": "it was empty"}
FEW_WORDS = 8


@dataclass(frozen=True, slots=True)
class ModelledAuthor:
    """Writes with `model`. The model's name is part of the author's, since it changes what is written."""

    model: Model
    version: str = f"{VERSION}+{PROMPT_VERSION}"

    @property
    def name(self) -> str:
        return f"model:{self.model.name}"

    def write(self, brief: Brief, progress: Progress) -> Written:
        """A plan, or the reason why none is needed or possible. Raises ModelError and
        Failed, with what it cost.
        """
        progress("reading the issue")
        facts = Facts(brief)
        return _without_model(facts) or _Run(self, facts, progress).written()


def _without_model(facts: Facts) -> Written | None:
    """What can be said without paying for a model."""
    if reason := trivial_reason(facts):
        return Written("unneeded", reason=reason)
    if facts.all_done:
        return Written(
            "unneeded", reason="Every box in the issue is ticked, so there is nothing left to plan."
        )
    if not facts.demands and len(f"{facts.brief.title} {facts.brief.body}".split()) < FEW_WORDS:
        return Written(
            "unready", reason="The issue says too little to plan from.", readiness=readiness(facts)
        )
    return None


class _Run:
    """One plan being written: what was spent, and the best that came of it."""

    def __init__(self, author: ModelledAuthor, facts: Facts, progress: Progress) -> None:
        self.author = author
        self.facts = facts
        self.progress = progress
        self.usage = Usage()

    def written(self) -> Written:
        asked, best = self._first()
        for round_number in range(1, REPAIRS + 1):
            if not best.to_repair or (best.is_sound and round_number > 1):
                break
            self.progress(f"repairing the draft ({round_number} of {REPAIRS})")
            found = self._repaired(best, asked)
            best = found if found and found.betters(best) else best
        if not best.is_sound:
            raise Failed(best.findings, self.usage)
        return Written("plan", plan=self._with_cost(best), usage=self.usage)

    def _repaired(self, best: Candidate, asked: Prompt) -> Candidate | None:
        """Another answer; None when there is none and the plan at hand will do."""
        try:
            return self._candidate(asked.with_repair(best.reply, best.to_repair), asked)
        except ModelError:
            if best.is_sound:
                return None
            raise

    def _first(self) -> tuple[Prompt, Candidate]:
        """The first draft; a prompt that is too long is asked once more with less."""
        self.progress("writing the draft")
        asked = prompt(self.facts)
        try:
            return asked, self._candidate(asked.request, asked)
        except ModelError as error:
            if error.kind != "context-length":
                raise
        asked = prompt(self.facts, SMALLER)
        return asked, self._candidate(asked.request, asked)

    def _candidate(self, request: ModelRequest, asked: Prompt) -> Candidate:
        try:
            reply = self._reply(request)
        except ModelError as error:
            if error.kind not in BAD_ANSWERS:
                raise
            return unreadable(BAD_ANSWERS[error.kind])
        self.progress("checking the draft")
        name = f"{self.author.name}/{self.author.version}"
        source = Source(name, reply.model or self.author.model.name, PROMPT_VERSION, self.usage, asked.cut)
        return candidate(reply.text, self.facts, source)

    def _reply(self, request: ModelRequest) -> ModelReply:
        """One answer. Everything that was spent so far goes with the error, too."""
        try:
            reply = self.author.model.complete(request)
        except ModelError as error:
            self.usage += error.usage
            raise ModelError(error.kind, error.reason, self.usage, error.delay) from None
        self.usage += reply.usage
        return reply

    def _with_cost(self, best: Candidate) -> Plan:
        """The plan with the cost of all calls, those after it included."""
        assert best.plan is not None
        spent = {
            "input_tokens": self.usage.input_tokens,
            "output_tokens": self.usage.output_tokens,
            "cached_tokens": self.usage.cached_tokens,
            "calls": self.usage.calls,
        }
        provenance = best.plan.provenance.model_copy(update=spent)
        return best.plan.model_copy(update={"provenance": provenance})
