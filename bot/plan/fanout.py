"""The fan-out file `.agent/planner-fanout-<n>.json`: the plan's tasks as other tools read
them, each standing alone.

A task's inherited risk boundary, invariants and paths are written out. Creates no issue and
decides no label's fate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.plan.contract import FileCount, Words
from bot.plan.digest import canonical_json
from bot.plan.findings import Finding
from bot.plan.graph import natural, task_graph
from bot.plan.json_findings import Shape, fault_finding, findings_of
from bot.plan.located_json import LocatedJson, read_json
from bot.plan.model import Effort, Plan, RiskClass, Role, Task, TaskKind

Strings = Annotated[tuple[str, ...], Field()]


class FanoutTask(BaseModel):
    """One child task. `key` is the plan's task id and stays the same over revisions;
    other tools may add keys.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    key: Words
    title: Words
    role: Role
    summary: Words = Field(description="Objective and expected result.")
    labels: Strings = ()
    acceptance: tuple[Words, ...] = Field(min_length=1)
    risk_class: RiskClass
    max_diff_scope: FileCount
    invariants: tuple[Words, ...] = Field(min_length=1)
    depends_on: Strings = Field(default=(), description="Keys of tasks that must be done before.")
    allowed_paths: Strings = ()
    denied_paths: Strings = ()
    notes: str = ""
    milestone: str = ""
    kind: TaskKind = "feature"
    effort: Effort = "M"
    commands: Strings = ()
    wave: int = Field(default=1, gt=0, description="Tasks of one wave can run at the same time, from 1.")


class FanoutOrigin(BaseModel):
    """Which plan the tasks come from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = Field(alias="schema")
    issue: int = Field(gt=0)
    base_sha: str


class Fanout(BaseModel):
    """A fan-out file. Files of other tools have no `groundplan`."""

    model_config = ConfigDict(extra="allow", frozen=True)

    tasks: tuple[FanoutTask, ...]
    groundplan: FanoutOrigin | None = None


@dataclass(frozen=True, slots=True)
class _Inherited:
    plan: Plan
    waves: dict[str, int]


def fanout_path(issue: int) -> str:
    """Where the fan-out file of an issue stands."""
    return f".agent/planner-fanout-{issue}.json"


def fanout(plan: Plan) -> Fanout:
    """The plan's tasks, in the plan's order."""
    waves = {
        task_id: number
        for number, wave in enumerate(task_graph(plan.tasks).waves, start=1)
        for task_id in wave
    }
    origin = FanoutOrigin(schema=1, issue=plan.issue, base_sha=plan.provenance.base_sha)
    given = _Inherited(plan, waves)
    return Fanout(tasks=tuple(_child(task, given) for task in plan.tasks), groundplan=origin)


def fanout_text(plan: Plan) -> str:
    """The fan-out file of `plan`, canonical JSON."""
    return canonical_json(fanout(plan).model_dump(mode="json", by_alias=True))


def read_fanout(text: str, path: str) -> Fanout | tuple[Finding, ...]:
    """The fan-out file in `text`, or what is wrong with it, with JSON Pointers and line:column in `path`."""
    located = read_json(text)
    if not isinstance(located, LocatedJson):
        return (fault_finding(located, text, path),)
    try:
        return Fanout.model_validate(located.value)
    except ValidationError as error:
        return findings_of(error, located, path, Shape(rule=_rule))


def _rule(pointer: str, kind: str) -> str:
    last = pointer.rpartition("/")[2]
    if last in ("risk_class", "max_diff_scope") and kind != "missing":
        return "PLN802" if last == "risk_class" else "PLN803"
    return "PLN811" if pointer.startswith("/tasks") or kind == "missing" else "PLN002"


def _child(task: Task, given: _Inherited) -> FanoutTask:
    defaults = given.plan.contract_defaults
    return FanoutTask(
        key=task.id,
        title=task.title,
        role=task.role,
        summary=task.objective,
        labels=_labels(task),
        acceptance=task.acceptance,
        risk_class=task.risk_class,
        max_diff_scope=task.max_diff_scope,
        invariants=task.invariants or defaults.invariants,
        depends_on=tuple(sorted(set(task.depends_on), key=natural)),
        allowed_paths=task.allowed_paths or tuple(dict.fromkeys(change.path for change in task.files)),
        denied_paths=task.denied_paths,
        notes=_notes(task, given.plan),
        milestone=task.milestone,
        kind=task.kind,
        effort=task.effort,
        commands=task.commands or defaults.acceptance_tests,
        wave=given.waves[task.id],
    )


def _labels(task: Task) -> tuple[str, ...]:
    area = re.sub(r"[^a-z0-9]+", "-", task.track.lower()).strip("-")[:40]
    risk = ("risk/high",) if task.risk_class in ("high", "critical") else ()
    return ("type/task", *((f"area/{area}",) if area else ()), "priority/p1", *risk)


def _notes(task: Task, plan: Plan) -> str:
    lines = [*task.user_instructions, *task.gotchas]
    if task.rollback.kind != "safe":
        lines.append(f"Rollback ({task.rollback.kind}): {task.rollback.note or 'not described'}")
    lines.append(f"Plan of issue #{plan.issue}: specs/{plan.issue}-{plan.slug}/tasks.md, task {task.id}")
    return "\n".join(lines)
