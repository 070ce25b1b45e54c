"""What a changed plan breaks that it did not break before, with the repository at hand. Only that counts
against a change: what was wrong already keeps nobody's edit out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from bot.author.brief import Brief
from bot.author.checking import judged
from bot.effects import File
from bot.errors import UserError
from bot.plan.contract import contract_path, contract_text
from bot.plan.editing import written
from bot.plan.findings import Finding, Report
from bot.plan.formats import Format
from bot.plan.model import Plan

MOST_TOLD = 3


@dataclass(frozen=True)
class Judge:
    """Judges versions of a plan by how `before` does. `there` are the texts that the plan's files go over."""

    brief: Brief
    shape: Format
    before: Plan
    there: Mapping[str, str]

    def over(self, there: Mapping[str, str]) -> Judge:
        """The same, when the files stand otherwise."""
        return replace(self, there=there)

    def files(self, plan: Plan) -> tuple[tuple[File, ...], Report]:
        """The plan's files and everything that is found. UserError when they must not be written."""
        made = written(plan, self.shape, self.there)
        if isinstance(made, UserError):
            raise made
        # A contract that people took away is written again; until then its documents are ours all the same.
        path = contract_path(plan.issue)
        present = {path: contract_text(self.before), **self.there}
        return judged(plan, self.brief, tuple(File(name, text) for name, text in made.items()), present)

    def new(self, plan: Plan) -> tuple[Finding, ...]:
        """Errors and warnings that the earlier version does not have. UserError as `files`."""
        _, report = self.files(plan)
        heavy = (one for one in report.findings if one.severity != "info")
        return tuple(one for one in heavy if (one.rule, one.fingerprint) not in self._known)

    def errors(self, plan: Plan) -> tuple[Finding, ...]:
        """New errors alone."""
        return tuple(one for one in self.new(plan) if one.severity == "error")

    def breaks(self, plan: Plan) -> str:
        """Why a version cannot take the place of the earlier one, in words; "" when it can."""
        try:
            found = self.errors(plan)
        except UserError as refusal:
            return refusal.reason
        more = f"; and {len(found) - MOST_TOLD} more" if len(found) > MOST_TOLD else ""
        return "; ".join(f"{one.message} ({one.rule})" for one in found[:MOST_TOLD]) + more

    @cached_property
    def _known(self) -> frozenset[tuple[str, str]]:
        try:
            _, report = self.files(self.before)
        except UserError:
            return frozenset()
        return frozenset((one.rule, one.fingerprint) for one in report.findings)
