"""The rules a plan must hold. `lint` runs them, `autofix` repairs what is safe to
repair; a rule is one function.
"""

from bot.plan.findings import Finding, Location, Report, Skipped
from bot.plan.rules import (
    atomicity,
    contract,
    criteria,
    decisions,
    fanout,
    graph,
    grounding,
    identifiers,
    input,
    migrations,
    milestones,
    provenance,
    pull,
    purity,
    questions,
    risk,
    safety,
    structure,
    traceability,
    wording,
)
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
    "atomicity",
    "autofix",
    "contract",
    "criteria",
    "decisions",
    "fanout",
    "graph",
    "grounding",
    "identifiers",
    "input",
    "lint",
    "migrations",
    "milestones",
    "provenance",
    "pull",
    "purity",
    "questions",
    "risk",
    "safety",
    "structure",
    "traceability",
    "wording",
]
