"""The labels that are Groundplan's: what they are called, how they look, what they mean. Puts none on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.config import RepoConfig
from bot.effects import EnsureLabel
from bot.steps import Policy

MAJOR = "decision/major"
_ASKS = "1d76db"
_STATE = "c5def5"
_DECISION = "d93f0b"

# By name: colour, and what it says (at most 100 characters, as GitHub takes them).
LABELS: Mapping[str, tuple[str, str]] = {
    "needs-plan": (_ASKS, "Put it on, and Groundplan writes a plan as a pull request"),
    "no-plan": ("ededed", "Groundplan writes no plan for this issue"),
    "plan/running": (_STATE, "Groundplan is writing a plan"),
    "plan/review": (_STATE, "A plan pull request waits for a review"),
    "plan/questions": (_STATE, "The issue does not say enough for a plan yet"),
    "plan/approved": (_STATE, "The plan is approved as it stands"),
    MAJOR: (_DECISION, "A decision of a plan that is people's; nothing is decided by default"),
    "decision-needed": (_DECISION, "Somebody has to decide"),
    "needs-opinion": ("fbca04", "An opinion is wanted"),
    "role/manager": ("fbca04", "For whoever is responsible for the whole"),
}
_OTHER = (_DECISION, "A decision of a plan is asked for")
_STATES = ("plan/running", "plan/review", "plan/questions", "plan/approved")


def wanted_labels(config: RepoConfig, policy: Policy) -> tuple[EnsureLabel, ...]:
    """The labels that a repository needs by its choices and the operator's, each once: GitHub does not
    tell labels apart by case."""
    asks = (policy.plan_label, policy.opt_out_label)
    states = _STATES if config.labels.states else ()
    looks = {**LABELS, policy.plan_label: LABELS["needs-plan"], policy.opt_out_label: LABELS["no-plan"]}
    names = _once((*asks, *states, MAJOR, *config.decisions.labels))
    return tuple(EnsureLabel(name, *looks.get(name, _OTHER)) for name in names)


def labels_table() -> str:
    """All of them as a Markdown table."""
    rows = (f"| `{name}` | {says} |" for name, (_, says) in LABELS.items())
    return "\n".join(["| label | says |", "|---|---|", *rows]) + "\n"


def _once(names: Iterable[str]) -> list[str]:
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(name.casefold(), name)
    return list(first.values())
