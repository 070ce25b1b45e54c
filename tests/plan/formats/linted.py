"""What the linter says of a plan's documents in one format."""

from __future__ import annotations

from bot.plan.contract import contract_text
from bot.plan.fanout import fanout_text
from bot.plan.findings import Finding
from bot.plan.formats import FORMATS
from bot.plan.model import Plan
from bot.plan.rules import LintInput, lint


def findings(plan: Plan, plan_format: str) -> list[Finding]:
    """Every finding of the core rules, without a repository."""
    given = LintInput(
        plan=plan,
        contract_text=contract_text(plan),
        fanout_text=fanout_text(plan),
        renderings=FORMATS[plan_format].files(plan, {}),
        format=plan_format,
    )
    return list(lint(given).findings)
