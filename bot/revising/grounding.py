"""A plan brought to another commit: what was read off the repository is read again, what people said of it
stays. Mends nothing that is gone; that is found by the rules.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.author.brief import Brief
from bot.author.facts import Facts
from bot.plan.findings import Finding
from bot.plan.model import Plan

_GONE = ("PLN40", "PLN41")
_EDITED = "codebase.snapshot"
MOST = 10


def grounded(plan: Plan, brief: Brief, *, edited: bool = False) -> Plan:
    """The plan at the brief's commit. With `edited`, or when the log says that people changed them, the lines
    about the repository stay as they are."""
    log = plan.provenance.revisions
    by_hand = edited or any(_EDITED in line for one in log for line in one.changes)
    facts = Facts(brief).codebase
    lines = plan.codebase.snapshot if by_hand else _lines(plan.codebase.snapshot, facts.snapshot)
    known = {"commands": facts.commands, "files": facts.files, "snapshot": lines}
    return plan.model_copy(
        update={
            "codebase": plan.codebase.model_copy(update=known),
            "provenance": plan.provenance.model_copy(update={"base_sha": brief.base_sha}),
        }
    )


def is_gone(finding: Finding) -> bool:
    """Whether the plan names something there that the repository does not have."""
    return finding.rule.startswith(_GONE) and finding.severity != "info"


def gone(findings: Sequence[Finding]) -> list[str]:
    """Such findings in words, with the nearest there is."""
    lines = (f"{one.message}{f' (try {one.suggestion})' if one.suggestion else ''}" for one in findings)
    return [*dict.fromkeys(lines)][:MOST]


def _lines(before: Sequence[str], fresh: Sequence[str]) -> tuple[str, ...]:
    """What is read now, and what earlier lines say under other labels than those that are."""
    labels = {_label(one) for one in fresh}
    return (*fresh, *(one for one in before if _label(one) not in labels))


def _label(line: str) -> str:
    """What a line is about: the words before its colon, else its first ones; numbers do not count."""
    words = line.partition(":")[0].split() if ":" in line else line.split()[:3]
    return " ".join(word for word in words if not word[:1].isdigit())
