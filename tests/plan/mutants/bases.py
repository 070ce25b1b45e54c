"""The twelve clean plans: five formats, small and medium, and two that are not in English. The Markdown ones
stand in `plans/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from bot.plan.model import Plan
from tests.plan.mutants.harness import Base, rendered
from tests.plan.mutants.roadmaps import alerts, late_loans

HERE = Path(__file__).parent / "plans"

# Name: format, language, repository, the plan's path.
_DOCUMENTS: Mapping[str, tuple[str, str, str, str]] = {
    "steps-small-python": ("steps", "english", "python", "IMPLEMENTATION_PLAN.md"),
    "steps-medium-typescript": ("steps", "english", "typescript", "IMPLEMENTATION_PLAN.md"),
    "export-small-go": ("export", "english", "go", "EXPORT/plan_show-duration.md"),
    "export-medium-python": ("export", "english", "python", "EXPORT/plan_extend-loans.md"),
    "functional-small-typescript": ("functional", "english", "typescript", "specs/31-limits/plan.md"),
    "functional-medium-python": ("functional", "english", "python", "specs/57-waiting-list/plan.md"),
    "technical-small-go": ("technical", "english", "go", "specs/12-results/plan.md"),
    "technical-medium-typescript": ("technical", "english", "typescript", "specs/40-import/plan.md"),
    "steps-german-go": ("steps", "german", "go", "IMPLEMENTATION_PLAN.md"),
    "tasks-japanese-typescript": (
        "foreign",
        "japanese",
        "typescript",
        "specs/004-search-expenses/tasks.md",
    ),
}
_PLANS: Mapping[str, tuple[str, Callable[[], Plan]]] = {
    "roadmap-small-python": ("python", late_loans),
    "roadmap-medium-go": ("go", alerts),
}
NAMES = (*_DOCUMENTS, *_PLANS)


def formats_of(name: str) -> str:
    """The format of a base, without making it."""
    return _DOCUMENTS[name][0] if name in _DOCUMENTS else "roadmap"


@cache
def base(name: str) -> Base:
    """One of the clean plans."""
    if name in _PLANS:
        repo, make = _PLANS[name]
        plan = make()
        return Base(name, "roadmap", "english", rendered(plan), repo, plan)
    plan_format, language, repo, path = _DOCUMENTS[name]
    text = (HERE / f"{name}.md").read_text(encoding="utf-8")
    return Base(name, plan_format, language, {path: text}, repo)


def bases() -> tuple[Base, ...]:
    """All of them."""
    return tuple(base(name) for name in NAMES)
