"""Parts of a plan that every author makes alike: provenance, inherited defaults, the
one milestone, the slug.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from bot.author.brief import Brief
from bot.author.facts import Facts
from bot.author.model import Usage
from bot.plan.model import (
    ContractDefaults,
    Evidence,
    Milestone,
    Missing,
    Origin,
    Provenance,
    RiskClass,
    Roadmap,
    Task,
)

ALWAYS_RUNS = "git diff --check"
INVARIANTS = ("existing_tests_pass", "changed_files_within_scope")
NO_TEST_COMMAND = Missing(
    section="Test command",
    question="Which command runs the tests? The repository defines none that was found.",
)


def slug(title: str, number: int) -> str:
    """A name for files: at most eight ASCII words of the title, or the issue's number where it has none."""
    folded = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", folded)[:8]
    while words and len("-".join(words)) > 60:
        words.pop()
    return "-".join(words) or f"issue-{number}"


def provenance(
    brief: Brief, author: str, model: str = "none", prompt: str = "", usage: Usage | None = None
) -> Provenance:
    """Where the plan comes from, with what it cost."""
    spent = usage or Usage()
    return Provenance(
        base_sha=brief.base_sha,
        inputs_digest=brief.inputs_digest,
        author=author,
        model=model,
        prompt_version=prompt,
        input_tokens=spent.input_tokens,
        output_tokens=spent.output_tokens,
        cached_tokens=spent.cached_tokens,
        calls=spent.calls,
    )


def validation(facts: Facts) -> tuple[str, ...]:
    """The command whose success every task needs: the repository's first test command; failing that, one of
    git's that any checkout can run, and NO_TEST_COMMAND says what is missing.
    """
    return tuple(each.line for each in facts.test_commands[:1]) or (ALWAYS_RUNS,)


def passes(facts: Facts) -> tuple[str, tuple[Evidence, ...]]:
    """The computed criterion every task shares, and where its command is defined."""
    command = validation(facts)[0]
    return f"`{command}` passes", tuple(each.evidence for each in facts.test_commands[:1])


def defaults(facts: Facts, risk: RiskClass, scope: int) -> ContractDefaults:
    """What tasks inherit."""
    lint = tuple(each.line for each in facts.commands if each.kind == "lint")[:1]
    return ContractDefaults(
        risk_class=risk,
        max_diff_scope=scope,
        acceptance_tests=(*validation(facts), *lint),
        invariants=INVARIANTS,
    )


def roadmap(
    facts: Facts,
    outcome: str,
    acceptance: Sequence[str],
    risks: Sequence[str],
    risk: RiskClass,
    tasks: Sequence[Task],
    origin: Origin,
) -> Roadmap:
    """One active milestone that holds every task; its scope is the sum of theirs."""
    milestone = Milestone(
        id="M1",
        title=facts.title,
        outcome=outcome,
        acceptance=tuple(acceptance),
        risks=tuple(risks),
        risk_class=risk,
        max_diff_scope=min(1000, sum(task.max_diff_scope for task in tasks)),
        status="active",
        validation=validation(facts),
        origin=origin,
    )
    return Roadmap(version="v1", objective=facts.title, milestones=(milestone,))
