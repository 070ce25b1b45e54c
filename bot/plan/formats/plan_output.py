"""`plan_output.json`, version 1.1, and `progress.json`: a functional plan as data for those who build it.
Types and their making only; the Markdown beside them counts.

What a plan does not say is null or an empty list here, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.plan.digest import canonical_json
from bot.plan.facets import Criterion, ParallelGroup, Requirement, Requirements, Stream
from bot.plan.graph import natural
from bot.plan.model import Plan

VERSION = "1.1"
_ID = re.compile(r"(FR|NFR)-(\d{1,6})([a-z]?)")

RequirementId = Annotated[str, Field(pattern=r"^(?:FR|NFR)-\d{3,6}[a-z]?$", description="FR-1 as FR-001.")]
FunctionalId = Annotated[str, Field(pattern=r"^FR-\d{3,6}[a-z]?$")]
StreamId = Annotated[str, Field(pattern=r"^WS-\d{1,6}$")]
Hint = Literal["backend", "frontend", "fullstack", "database", "api", "observability"]
StreamCommand = Literal["/schema", "/api-design", "/implement", "—"]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Metadata(_Closed):
    """What the plan is filed under, and how far it has come."""

    agent: str = Field(pattern=r"^implementation-planner-[a-z0-9-]+$")
    version: Literal["1.1"]
    status: Literal["draft", "awaiting_approval", "approved", "rejected"]
    jira_issue: str | None = Field(description="ABC-12, or #12 for an issue.")
    branch_name: str | None
    created_at: str | None = Field(description="ISO 8601.")
    depends_on: list[str]
    produces_for: list[str]


class OutputError(_Closed):
    """What happens when something is wrong."""

    condition: str
    expected_behaviour: str


class OutputRequirement(_Closed):
    """One thing the system does."""

    id: FunctionalId
    description: str
    agent_hint: Hint | None
    acceptance_criteria: list[str] = Field(description="Given, When and Then of each criterion in one line.")
    error_cases: list[OutputError]


class OutputRule(_Closed):
    """A rule of the trade."""

    id: str = Field(pattern=r"^BR-\d{1,6}[a-z]?$")
    description: str


class OutputIntegration(_Closed):
    """Another system that takes part."""

    system: str
    purpose: str
    notes: str


class OutputStream(_Closed):
    """Work for one agent; a dash for a stream without a command."""

    id: StreamId
    name: str
    agent: str | None
    command: StreamCommand
    requirements: list[RequirementId]
    depends_on: list[StreamId]
    blocks: list[StreamId]


class OutputGroup(_Closed):
    """Streams that run at the same time."""

    group: int = Field(gt=0)
    streams: list[StreamId]
    gate_after: str | None


class OutputScenario(_Closed):
    """One case to test."""

    area: str
    scenario: str
    inputs: str
    expected_outcome: str


class PlanOutput(_Closed):
    """A functional plan for the agents that carry it out."""

    metadata: Metadata
    requirements: list[OutputRequirement]
    business_rules: list[OutputRule]
    integration_points: list[OutputIntegration]
    implementation_order: list[FunctionalId]
    work_streams: list[OutputStream]
    parallelism_groups: list[OutputGroup]
    test_scenarios: list[OutputScenario]


class Subtask(_Closed):
    """A part of a milestone."""

    id: str = Field(pattern=r"^M-[a-z0-9-]+\.(?:se|test|review)$")
    title: str
    status: Literal["pending"] = "pending"


class ProgressMilestone(_Closed):
    """What a work stream has to reach."""

    id: str = Field(pattern=r"^M-[a-z0-9-]+$")
    title: str
    phase: Literal["implementation"] = "implementation"
    status: Literal["pending"] = "pending"
    subtasks: list[Subtask]


class Progress(_Closed):
    """One milestone for each work stream, in the order of the streams."""

    milestones: list[ProgressMilestone]


def plan_output_schema() -> dict[str, Any]:
    """The JSON Schema of `plan_output.json`."""
    made = PlanOutput.model_json_schema(mode="validation")
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, "$id": "groundplan:plan-output", **made, "title": "Functional plan"}


def plan_output_text(plan: Plan) -> str:
    """The plan as `plan_output.json`. It need not hold the schema when the plan does not hold the rules."""
    return canonical_json(plan_output(plan))


def plan_output(plan: Plan) -> dict[str, Any]:
    """The plan in the shape of PlanOutput, not checked: what is wrong in it is the rules' business."""
    wanted = plan.requirements
    streams, groups = (plan.streams.streams, plan.streams.groups) if plan.streams else ((), ())
    order = stream_order(streams, groups)
    return {
        "metadata": _metadata(plan),
        "requirements": [_requirement(one, wanted) for one in wanted.functional] if wanted else [],
        "business_rules": [{"id": one.id, "description": one.text} for one in wanted.rules] if wanted else [],
        "integration_points": [
            {"system": one.system, "purpose": one.purpose, "notes": one.note}
            for one in (wanted.integrations if wanted else ())
        ],
        "implementation_order": [padded(name) for name in _in_order(wanted, order)],
        "work_streams": [_stream(one) for one in streams],
        "parallelism_groups": [
            {"group": one.group, "streams": list(one.streams), "gate_after": one.gate_after or None}
            for one in groups
        ],
        "test_scenarios": [
            {
                "area": one.area,
                "scenario": one.scenario,
                "inputs": one.inputs,
                "expected_outcome": one.expected,
            }
            for one in (wanted.scenarios if wanted else ())
        ],
    }


def padded(name: str) -> str:
    """FR-1 as FR-001; other ids as they are."""
    found = _ID.fullmatch(name)
    return f"{found[1]}-{found[2]:0>3}{found[3]}" if found else name


def _metadata(plan: Plan) -> dict[str, Any]:
    header = plan.requirements.header if plan.requirements else None
    return {
        "agent": "implementation-planner-groundplan",
        "version": VERSION,
        "status": "awaiting_approval",
        "jira_issue": (header.task if header else "") or None,
        "branch_name": (header.branch if header else "") or None,
        "created_at": (header.created if header else "") or None,
        "depends_on": [],
        "produces_for": sorted(
            {one.agent for one in (plan.streams.streams if plan.streams else ()) if one.agent}
        ),
    }


def _requirement(one: Requirement, wanted: Requirements | None) -> dict[str, Any]:
    criteria = [ac for ac in (wanted.criteria if wanted else ()) if one.id in ac.requirements]
    return {
        "id": padded(one.id),
        "description": one.behaviour,
        "agent_hint": one.agent_hint or None,
        "acceptance_criteria": [*map(_criterion, criteria)] or list(one.success),
        "error_cases": [{"condition": e.condition, "expected_behaviour": e.behaviour} for e in one.errors],
    }


def _criterion(one: Criterion) -> str:
    clauses = (("Given", one.given), ("When", one.when), ("Then", one.then))
    return f"{one.id}: " + ", ".join(f"{name} {' and '.join(said)}" for name, said in clauses if said)


def _stream(one: Stream) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "agent": one.agent or None,
        "command": one.command.strip("` ") or "—",
        "requirements": [*map(padded, one.requirements)],
        "depends_on": list(one.depends_on),
        "blocks": list(one.blocks),
    }


def _in_order(wanted: Requirements | None, order: Iterable[tuple[int, Stream]]) -> Iterator[str]:
    """The requirements as their streams come; those without a stream last."""
    names = dict.fromkeys(one.id for one in (wanted.functional if wanted else ()))
    listed = dict.fromkeys(name for _, stream in order for name in stream.requirements if name in names)
    yield from dict.fromkeys([*listed, *names])


def stream_order(streams: Iterable[Stream], groups: Iterable[ParallelGroup] = ()) -> list[tuple[int, Stream]]:
    """The streams with the step, counted from 1, at which each can begin; equal steps run at the same time.

    The stated groups count; without them, what each depends on. Streams of a cycle come last.
    """
    left = {one.id: one for one in streams}
    stated = [[left[name] for name in dict.fromkeys(group.streams) if name in left] for group in groups]
    if stated and {one.id for wave in stated for one in wave} == set(left):
        waves = stated
    else:
        waves = list(_waves(left))
    return [(step, one) for step, wave in enumerate(waves, start=1) for one in wave]


def _waves(streams: dict[str, Stream]) -> Iterator[list[Stream]]:
    left = dict(streams)
    while left:
        ready = [one for one in left.values() if not any(need in left for need in one.depends_on)]
        wave = ready or list(left.values())
        yield sorted(wave, key=lambda one: natural(one.id))
        left = {name: one for name, one in left.items() if one not in wave}


def progress_text(plan: Plan) -> str:
    """`progress.json`: a milestone for each stream, with building, testing and reviewing as its parts."""
    streams, groups = (plan.streams.streams, plan.streams.groups) if plan.streams else ((), ())
    milestones = [_milestone(one) for _, one in stream_order(streams, groups)]
    return canonical_json(Progress(milestones=milestones).model_dump(mode="json"))


_PARTS = (("se", "Implement"), ("test", "Test"), ("review", "Review"))
_NOT_IN_ID = re.compile(r"[^a-z0-9]+")


def _milestone(one: Stream) -> ProgressMilestone:
    name = f"M-{_NOT_IN_ID.sub('-', one.id.lower()).strip('-')}"
    subtasks = [Subtask(id=f"{name}.{part}", title=f"{verb} {one.name}") for part, verb in _PARTS]
    return ProgressMilestone(id=name, title=one.name, subtasks=subtasks)
