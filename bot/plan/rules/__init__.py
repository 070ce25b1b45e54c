"""The rules a plan must hold. `lint` runs them, `autofix` repairs what is safe to
repair; a rule is one function.
"""

from bot.plan.findings import Finding, Location, Report, Skipped
from bot.plan.rules import contract, graph, grounding, identifiers, input, traceability
from bot.plan.rules.engine import RULES, Limits, LintInput, PullDiff, Rule, lint
from bot.plan.rules.fixes import Applied, autofix

__all__ = [
    "RULES",
    "Applied",
    "Finding",
    "Limits",
    "LintInput",
    "Location",
    "PullDiff",
    "Report",
    "Rule",
    "Skipped",
    "autofix",
    "contract",
    "graph",
    "grounding",
    "identifiers",
    "input",
    "lint",
    "traceability",
]
