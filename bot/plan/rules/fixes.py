"""Repairs that need no judgement: each makes a finding go away and never adds a defect.

They are written in the `*_fixes` beside; here they are put together, and kept only if they do no harm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.plan.findings import Finding, Report, Severity
from bot.plan.model import Plan
from bot.plan.rules.applied import Applied, Fixed
from bot.plan.rules.engine import RULES, LintInput, lint
from bot.plan.rules.file_fixes import edits_of_existing, plain_paths, real_paths
from bot.plan.rules.order_fixes import (
    listed_in_order,
    no_implied_dependency,
    no_self_dependency,
    ordered_writers,
    releases_last,
)
from bot.plan.rules.row_fixes import each_question_once, whole_contracts
from bot.plan.rules.stream_fixes import claims_of_streams, contract_first, ground_first
from bot.plan.rules.word_fixes import british_words, visible_words

__all__ = ["FIXERS", "Applied", "autofix"]

ROUNDS = 4  # a repair can make room for another; two rounds are the most that was ever needed

Fixer = Callable[[Plan, LintInput], Fixed]


def autofix(plan: Plan, given: LintInput) -> Fixed:
    """`plan` with every safe repair, and what was repaired. A repair that would add a defect is left out.

    When nothing is repaired no rule is run; when repairs do not stand in each other's way, all are run twice.
    """
    guard, applied = _Guard(given), list[Applied]()
    words = [one for one in _asked_for(given) if one in _OF_WORDS]
    structure = [one for one in _asked_for(given) if one not in _OF_WORDS]
    for _ in range(ROUNDS):
        before = plan
        for fixers in (words, structure):
            plan, done = _kept(plan, guard, fixers)
            applied += done
        if plan == before:
            break
    return plan, tuple(applied)


def _asked_for(given: LintInput) -> list[Fixer]:
    """The repairs with a rule that holds in the plan's format."""
    return [
        fixer for fixer, rules in FIXERS.items() if any(RULES[one].applies_to(given.letters) for one in rules)
    ]


def _kept(plan: Plan, guard: _Guard, fixers: Sequence[Fixer]) -> Fixed:
    """All these repairs together, or else those that do no harm one by one."""
    by_rule = not _OF_WORDS.isdisjoint(fixers)
    fixed, done = _together(plan, guard.given, fixers)
    if not done or guard.allows(plan, fixed, by_rule):
        return fixed, done
    applied: tuple[Applied, ...] = ()
    for fixer in fixers:
        fixed, done = _settled(fixer, plan, guard.given)
        if done and guard.allows(plan, fixed, by_rule):
            plan, applied = fixed, applied + done
    return plan, applied


def _together(plan: Plan, given: LintInput, fixers: Sequence[Fixer]) -> Fixed:
    """These repairs, again and again until there is nothing to repair."""
    applied: tuple[Applied, ...] = ()
    for _ in range(ROUNDS):
        before = len(applied)
        for fixer in fixers:
            plan, done = fixer(plan, given)
            applied += done
        if len(applied) == before:
            break
    return plan, applied


def _settled(fixer: Fixer, plan: Plan, given: LintInput) -> Fixed:
    """One repair, and the order of writers that it may call for."""
    fixed, done = fixer(plan, given)
    if not done or fixer is ordered_writers:
        return fixed, done
    settled, more = ordered_writers(fixed, given)
    return settled, done + more


@dataclass
class _Guard:
    """What the rules say about plans; each plan is asked about once."""

    given: LintInput
    asked: list[tuple[Plan, Report]] = field(default_factory=list)

    def allows(self, plan: Plan, fixed: Plan, by_rule: bool) -> bool:
        """Whether a repair adds no error, and no warning but in the place of an error.

        New words give other findings on them a new fingerprint; there findings are counted by rule.
        """

        def key(finding: Finding) -> str:
            return finding.rule if by_rule else finding.fingerprint

        def count(of: Plan, severity: Severity) -> Counter[str]:
            return Counter(key(one) for one in self._report(of).findings if one.severity == severity)

        old, new = count(plan, "error"), count(fixed, "error")
        if new - old:
            return False
        return new.total() < old.total() or not count(fixed, "warning") - count(plan, "warning")

    def _report(self, plan: Plan) -> Report:
        """What every rule finds that looks at nothing but the plan and the repository."""
        if known := next((report for other, report in self.asked if other == plan), None):
            return known
        alone = replace(
            self.given, plan=plan, contract_text=None, fanout_text=None, renderings=(), reply=None
        )
        report = lint(alone, select=_of_the_plan())
        self.asked.append((plan, report))
        return report


def _of_the_plan() -> list[str]:
    looked_at = {"plan", "own", "ground", "issue_text", "before"}
    return [one.id for one in RULES.values() if set(one.needs) <= looked_at]


# Each repair with the rules whose findings it mends; the order is the one in which they are tried.
FIXERS: Mapping[Fixer, tuple[str, ...]] = {
    visible_words: ("PLN008",),
    plain_paths: ("PLN403",),
    no_self_dependency: ("PLN302",),
    real_paths: ("PLN401",),
    edits_of_existing: ("PLN402",),
    releases_last: ("PLN512",),
    ordered_writers: ("PLN308",),
    no_implied_dependency: ("PLN304",),
    listed_in_order: ("PLN305",),
    ground_first: ("PLN515",),
    contract_first: ("PLN708",),
    claims_of_streams: ("PLN306", "PLN307", "PLN312"),
    whole_contracts: ("PLN704",),
    each_question_once: ("PLN910",),
    british_words: ("PLN908",),
}
_OF_WORDS = frozenset({visible_words, british_words})
