"""Every text of a plan with what it is for, so that a rule on words can look only where it means something.

Paths, commands, ids and choices are no text; `strings` gives those too. No rule lives here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.plan.model import Plan
from bot.plan.part import Part
from bot.plan.readers.reading import Prose

Purpose = Literal[
    "title",
    "summary",
    "goal",
    "non-goal",
    "outcome",
    "acceptance",
    "verification",
    "instruction",
    "rollback",
    "risk",
    "requirement",
    "quality",
    "given",
    "when",
    "question",
    "decision",
    "assumption",
    "note",
    "prose",
]

# By the field's way from the plan, list positions left out. A field that is not here is a path, a command, an
# id,
# a choice or a quote.
PURPOSES: Mapping[str, Purpose] = {
    "title": "title",
    "summary": "summary",
    "goals": "goal",
    "non_goals": "non-goal",
    "constraints": "note",
    "roadmap.objective": "outcome",
    "roadmap.milestones.title": "title",
    "roadmap.milestones.outcome": "outcome",
    "roadmap.milestones.acceptance": "acceptance",
    "roadmap.milestones.risks": "risk",
    "tasks.title": "title",
    "tasks.objective": "instruction",
    "tasks.files.summary": "instruction",
    "tasks.changes": "instruction",
    "tasks.rollback.note": "rollback",
    "tasks.user_instructions": "instruction",
    "tasks.acceptance": "acceptance",
    "tasks.tests": "verification",
    "tasks.gotchas": "note",
    "decisions.question": "decision",
    "decisions.context": "decision",
    "decisions.impact": "decision",
    "decisions.options.consequence": "decision",
    "assumptions.text": "assumption",
    "assumptions.if_wrong": "assumption",
    "questions.text": "question",
    "questions.why": "question",
    "questions.options": "question",
    "codebase.snapshot": "note",
    "codebase.impact.why": "note",
    "codebase.interfaces.text": "note",
    "not_produced.question": "question",
    "requirements.functional.title": "title",
    "requirements.functional.behaviour": "requirement",
    "requirements.functional.success": "acceptance",
    "requirements.functional.errors.condition": "requirement",
    "requirements.functional.errors.behaviour": "acceptance",
    "requirements.qualities.name": "title",
    "requirements.qualities.target": "quality",
    "requirements.qualities.note": "note",
    "requirements.rules.text": "requirement",
    "requirements.integrations.purpose": "note",
    "requirements.integrations.note": "note",
    "requirements.criteria.title": "title",
    "requirements.criteria.given": "given",
    "requirements.criteria.when": "when",
    "requirements.criteria.then": "acceptance",
    "requirements.scenarios.scenario": "verification",
    "requirements.scenarios.expected": "verification",
    "requirements.verification.check": "verification",
    "requirements.verification.expected": "verification",
    "requirements.mandate.scenario": "verification",
    "requirements.mandate.expected": "verification",
    "requirements.review.check": "verification",
    "requirements.review.expected": "verification",
    "requirements.schema_changes.change": "note",
    "requirements.deploy_order": "instruction",
    "requirements.dev_needs.state": "note",
    "requirements.dev_needs.missing": "note",
    "requirements.concerns.note": "note",
    "requirements.notes": "note",
    "streams.streams.name": "title",
    "delivery.architecture": "note",
    "delivery.stack": "note",
    "delivery.data_model": "note",
    "delivery.phases.title": "title",
    "delivery.phases.goal": "goal",
    "delivery.tests.what": "verification",
    "delivery.checks.action": "verification",
    "delivery.checks.expected": "verification",
    "delivery.risks.risk": "risk",
    "delivery.risks.mitigation": "risk",
    "delivery.rollout": "instruction",
    "delivery.rollback": "rollback",
    "delivery.dependencies.note": "note",
    "delivery.deployment": "instruction",
}


@dataclass(frozen=True, slots=True)
class TextField:
    """One text: its place, its purpose, the id of the nearest item around it, and whether it is copied from
    the issue."""

    pointer: str
    text: str
    purpose: Purpose
    owner: str = ""
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Leaf:
    """Any string of a plan: `way` is its pointer without list positions, with dots."""

    pointer: str
    way: str
    text: str
    owner: str
    quoted: bool


def text_fields(leaves: Iterable[Leaf]) -> Iterator[TextField]:
    """Those strings of a plan that are texts, in the plan's order."""
    for leaf in leaves:
        if purpose := PURPOSES.get(leaf.way):
            yield TextField(leaf.pointer, leaf.text, purpose, leaf.owner, leaf.quoted)


def prose_fields(prose: Sequence[Prose]) -> Iterator[TextField]:
    """The texts that stand around a plan in its file."""
    for at, one in enumerate(prose):
        yield TextField(f"/prose/{at}", one.text, "prose", one.heading)


def strings(plan: Plan) -> Iterator[Leaf]:
    """Every string of the plan that is not empty: paths, commands and ids too."""
    yield from _leaves(plan, "", "", "", False)


def _leaves(value: Any, pointer: str, way: str, owner: str, quoted: bool) -> Iterator[Leaf]:
    if isinstance(value, str):
        if value:
            yield Leaf(pointer, way, value, owner, quoted)
    elif isinstance(value, tuple):
        for at, item in enumerate(value):
            yield from _leaves(item, f"{pointer}/{at}", way, owner, quoted)
    elif isinstance(value, Part):
        owner = getattr(value, "id", "") or getattr(value, "criterion", "") or owner
        quoted = getattr(value, "origin", "extracted" if quoted else "") == "extracted"
        for name in type(value).model_fields:
            yield from _leaves(
                getattr(value, name), f"{pointer}/{name}", f"{way}.{name}" if way else name, owner, quoted
            )
