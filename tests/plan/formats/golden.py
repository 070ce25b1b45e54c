"""The documents of three plans as they lie in tests/golden. `python -m tests.plan.formats.golden` writes them
anew; what changed is then read by a person."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.plan.formats import FORMATS
from bot.plan.model import Plan
from tests.plan.formats.plans import delivered_plan, large_plan
from tests.plan.samples import small_plan, webhook_plan

FOLDER = Path(__file__).parents[2] / "golden"
DOCUMENTS: Mapping[str, str] = {"steps": "steps.md", "technical": "plan.md"}
SIZES = ("small", "medium", "large")


def golden_plan(plan_format: str, size: str) -> Plan:
    """The plan of a golden document; the medium one of `technical` says how it is delivered."""
    medium = delivered_plan() if plan_format == "technical" else webhook_plan()
    return {"small": small_plan(), "medium": medium, "large": large_plan()}[size]


def document(plan: Plan, plan_format: str) -> str:
    """The format's own document."""
    files = FORMATS[plan_format].files(plan, {})
    return next(file.text for file in files if file.path.endswith(f"/{DOCUMENTS[plan_format]}"))


def place(plan_format: str, size: str) -> Path:
    return FOLDER / f"{plan_format}_{size}.md"


if __name__ == "__main__":
    for name in DOCUMENTS:
        for size in SIZES:
            place(name, size).write_text(document(golden_plan(name, size), name), encoding="utf-8")
