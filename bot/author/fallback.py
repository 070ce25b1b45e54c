"""An author who stands in when the model cannot be reached. Says so in every plan; hides no other failure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.author.brief import Author, Brief, Progress, Written
from bot.author.model import Kind, ModelError
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
        """As `first`. Raises its ModelError when the stand-in has no plan either."""
        try:
            return self.first.write(brief, progress)
        except ModelError as away:
            if away.kind not in AWAY:
                raise
            progress("the model is away; writing an outline")
            written = self.stand_in.write(brief, progress)
            if written.kind != "plan":
                raise
            author = f"{self.stand_in.name}/{self.stand_in.version}"
            return replace(written, plan=_billed(written.plan, away), reason=_note(away), author=author)


def _billed(plan: Plan | None, away: ModelError) -> Plan | None:
    """The plan with what was paid in vain on its receipt."""
    if plan is None:
        return None
    spent = away.usage
    receipt = plan.provenance.model_copy(
        update={
            "calls": spent.calls,
            "input_tokens": spent.input_tokens,
            "output_tokens": spent.output_tokens,
            "cached_tokens": spent.cached_tokens,
        }
    )
    return plan.model_copy(update={"provenance": receipt})


def _note(away: ModelError) -> str:
    return f"The model could not be used ({away.kind}), so this is an outline made without it."
