"""An author who stands in when the model cannot be reached or paid. Says so in every plan; hides no other
failure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.author.brief import Author, Brief, Progress, Written
from bot.author.cost import Capped
from bot.author.model import Kind, ModelError
from bot.author.words import had_understood
from bot.plan.model import Plan

# The endpoint is at fault, not the request: trying again later may do, and until then an outline is worth
# having.
AWAY: frozenset[Kind] = frozenset({"unavailable", "time-out", "cut", "rate-limited", "quota"})


@dataclass(frozen=True, slots=True)
class WithStandIn:
    """`first` writes; when its model is away, `stand_in` does, if it comes to a plan."""

    first: Author
    stand_in: Author

    @property
    def name(self) -> str:
        return self.first.name

    @property
    def version(self) -> str:
        return self.first.version

    def write(self, brief: Brief, progress: Progress) -> Written:
        """As `first`. Raises its ModelError or Capped when the stand-in has no plan either."""
        try:
            return self.first.write(brief, progress)
        except (ModelError, Capped) as away:
            if isinstance(away, ModelError) and away.kind not in AWAY:
                raise
            progress("writing an outline without the model")
            written = self.stand_in.write(brief, progress)
            if written.kind != "plan":
                raise
            author = f"{self.stand_in.name}/{self.stand_in.version}"
            plan = _billed(written.plan, away)
            return replace(written, plan=plan, reason=_note(away), author=author)


def _billed(plan: Plan | None, away: ModelError | Capped) -> Plan | None:
    """The plan with what was paid in vain on its receipt."""
    if plan is None:
        return None
    spent = away.usage
    provenance = plan.provenance.model_copy(
        update={
            "calls": spent.calls,
            "input_tokens": spent.input_tokens,
            "output_tokens": spent.output_tokens,
            "cached_tokens": spent.cached_tokens,
            "receipt": away.remains.receipt,
        }
    )
    return plan.model_copy(update={"provenance": provenance})


def _note(away: ModelError | Capped) -> str:
    why = f"the cap of {away.words} is reached" if isinstance(away, Capped) else f"it failed: {away.kind}"
    note = f"The model could not be used ({why}), so this is an outline made without it."
    return f"{note} {had_understood(away.remains)}".strip()
