"""Decisions to answer in tests."""

from __future__ import annotations

from typing import Any

from bot.conversation import Answer
from bot.plan.model import Decision, Option, Plan
from bot.situation import OpenDecision
from tests.plan.samples import small_plan, task


def asked(name: str = "D-1", *options: str, made: str = "", **fields: Any) -> OpenDecision:
    """An open decision with these options, or one that @ada made for the option `made`."""
    answer = Answer(name, made, "it is cheaper", "ada", "2026-02-10T09:00:00Z") if made else None
    given: dict[str, Any] = {"weight": "major", "title": "t", "body": "b", "made": answer}
    return OpenDecision(name, options=options or ("SQLite", "Postgres", "Post office"), **{**given, **fields})


def decision(name: str = "D-1", **fields: Any) -> Decision:
    given: dict[str, Any] = {
        "id": name,
        "question": f"Which store is taken for {name}?",
        "context": "Both are in use.",
        "impact": "The import waits.",
        "weight": "major",
        "options": (
            Option(name="SQLite", consequence="One file, one writer."),
            Option(name="Postgres", consequence="A server to run."),
        ),
        "recommended": "Postgres",
    }
    return Decision(**{**given, **fields})


def plan_with(*decisions: Decision, **fields: Any) -> Plan:
    """T1 waits for D-1, T2 for T1, T3 for nothing, T4 for D-2."""
    tasks = (
        task("T1", decisions=("D-1",)),
        task("T2", depends_on=("T1",)),
        task("T3"),
        task("T4", decisions=("D-2",)),
    )
    return small_plan(*tasks, decisions=decisions or (decision(),), **fields)
