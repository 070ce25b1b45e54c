"""The fan-out file `.agent/planner-fanout-<n>.json`: the plan's tasks as other tools read
them, each standing alone.

A task's inherited risk boundary, invariants and paths are written out, and what its words refer to goes with
it. All tasks are in the file; what is not to be filed yet says `queued`. Creates no issue.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.plan.contract import FileCount, Words, decision_line
from bot.plan.digest import canonical_json
from bot.plan.findings import Finding
from bot.plan.graph import Graph, natural, task_graph
from bot.plan.json_findings import Shape, fault_finding, findings_of
from bot.plan.located_json import LocatedJson, read_json
from bot.plan.model import Decision, Effort, FileChange, Origin, Plan, RiskClass, Role, Task, TaskKind

Strings = Annotated[tuple[str, ...], Field()]

AT_ONCE = 8
RISKY: tuple[RiskClass, ...] = ("high", "critical")


class FanoutTask(BaseModel):
    """One child task. `key` is the plan's task id and stays the same over revisions;
    other tools may add keys.
    """

    model_config = ConfigDict(extra="allow", frozen=True, defer_build=True)

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
    in_scope: Strings = Field(default=(), description="What to change, in words.")
    out_of_scope: Strings = Field(default=(), description="What not to do.")
    notes: str = ""
    decisions: Strings = Field(
        default=(), description="Open major decisions, as in the contract; the task waits for their answers."
    )
    queued: bool = Field(
        default=False,
        description="Not to be filed yet: another milestone is active, or enough tasks are filed at once.",
    )
    milestone: str = ""
    kind: TaskKind = "feature"
    effort: Effort = "M"
    commands: Strings = ()
    evidence_required: bool = Field(default=True, description="Whether proof that it passes has to be left.")
    origin: Origin = "model"
    wave: int = Field(default=1, gt=0, description="Tasks of one wave can run at the same time, from 1.")


class FanoutOrigin(BaseModel):
    """Which plan the tasks come from."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    schema_version: Literal[1] = Field(alias="schema")
    issue: int = Field(gt=0)
    base_sha: str


class Fanout(BaseModel):
    """A fan-out file. Files of other tools have no `groundplan`."""

    model_config = ConfigDict(extra="allow", frozen=True, defer_build=True)

    tasks: tuple[FanoutTask, ...]
    groundplan: FanoutOrigin | None = None


@dataclass(frozen=True, slots=True)
class _Inherited:
    plan: Plan
    waves: Mapping[str, int]
    filed: frozenset[str]
    terms: Mapping[str, str]
    titles: Mapping[str, str]


def fanout_path(issue: int) -> str:
    """Where the fan-out file of an issue stands."""
    return f".agent/planner-fanout-{issue}.json"


def marker(issue: int, role: str, title: str) -> str:
    """The name by which a filed task is known again: the same for one role and title, however they are
    spaced or cased, and different for different ones.
    """
    words = " ".join(title.split()).casefold()
    digest = hashlib.sha256(f"{role}\0{words}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"planner-fanout-{issue}-{digest[:8]}"


def fanout(plan: Plan, at_once: int = AT_ONCE) -> Fanout:
    """The plan's tasks, in the plan's order. At most `at_once` of the active milestone are not queued."""
    graph = task_graph(plan.tasks)
    waves = {name: number for number, wave in enumerate(graph.waves, start=1) for name in wave}
    origin = FanoutOrigin(schema=1, issue=plan.issue, base_sha=plan.provenance.base_sha)
    filed = _filed(plan, graph, at_once)
    given = _Inherited(plan, waves, filed, dict(_terms(plan)), dict(_titles(plan)))
    return Fanout(tasks=tuple(_child(task, given) for task in plan.tasks), groundplan=origin)


def held(task: FanoutTask) -> str:
    """Why nobody may start on the task now, in words that follow "while"; "" when it can be started."""
    if task.queued:
        return "it is queued"
    if task.depends_on:
        return f"it waits for {', '.join(task.depends_on)}"
    if task.risk_class in RISKY:
        return f"its risk is {task.risk_class}"
    if task.decisions:
        return f"{task.decisions[0].partition(':')[0]} is open"
    return "it only repeats the issue's words" if task.origin == "extracted" else ""


def _titles(plan: Plan) -> Iterator[tuple[str, str]]:
    """Titles by which tasks of one role can be told apart: of two equal ones, the later has its id added."""
    taken: set[str] = set()
    for task in plan.tasks:
        known = marker(plan.issue, task.role, task.title)
        yield task.id, f"{task.title} ({task.id})" if known in taken else task.title
        taken.add(known)


def _filed(plan: Plan, graph: Graph, at_once: int) -> frozenset[str]:
    """The tasks to file first: of the active milestone, none before what it needs."""
    status = {one.id: one.status for one in plan.roadmap.milestones}
    stage = {task.id: status.get(task.milestone) for task in plan.tasks}
    filed: set[str] = set()
    for name in graph.order:
        met = all(need in filed or stage[need] == "done" for need in graph.needs[name])
        if stage[name] == "active" and met and len(filed) < at_once:
            filed.add(name)
    return frozenset(filed)


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
    allowed = task.allowed_paths or tuple(dict.fromkeys(change.path for change in task.files))
    child = FanoutTask(
        key=task.id,
        title=given.titles[task.id],
        role=task.role,
        summary=task.objective,
        acceptance=task.acceptance,
        risk_class=task.risk_class,
        max_diff_scope=task.max_diff_scope,
        invariants=task.invariants or defaults.invariants,
        depends_on=tuple(sorted(set(task.depends_on), key=natural)),
        allowed_paths=allowed,
        denied_paths=task.denied_paths,
        in_scope=tuple(_in_scope(task, allowed)),
        out_of_scope=tuple(_out_of_scope(given.plan, allowed)),
        decisions=tuple(decision_line(one) for one in _decisions(task, given.plan) if is_blocking(one)),
        queued=task.id not in given.filed,
        milestone=task.milestone,
        kind=task.kind,
        effort=task.effort,
        commands=task.commands or defaults.acceptance_tests,
        evidence_required=defaults.evidence_required,
        origin=task.origin,
        wave=given.waves[task.id],
    )
    notes = _notes(task, child, given)
    return child.model_copy(update={"labels": _labels(child, task.track), "notes": notes})


def is_blocking(decision: Decision) -> bool:
    """Whether tasks wait for the decision: major ones have no default."""
    return decision.weight == "major" and not decision.answer


def _labels(child: FanoutTask, track: str) -> tuple[str, ...]:
    area = re.sub(r"[^a-z0-9]+", "-", track.lower())[:40].strip("-")
    return (
        "type/task",
        *((f"area/{area}",) if area else ()),
        "priority/p1",
        f"role/{child.role}",
        *(("risk/high",) if child.risk_class in RISKY else ()),
        *expected_labels(child),
    )


def expected_labels(task: FanoutTask) -> tuple[str, ...]:
    """Who takes the task, and whether it may be started: the labels by which queues pick their work."""
    if task.role == "qa":
        return () if held(task) else ("qa-ready",)
    return ("autonomous",) if held(task) else ("autonomous", "ready")


def _in_scope(task: Task, allowed: Iterable[str]) -> Iterator[str]:
    yield from map(_edit, task.files)
    yield from task.changes
    if not task.files and not task.changes:
        yield from (f"`{path}`" for path in allowed)
        yield "What the acceptance criteria ask for"


def _edit(change: FileChange) -> str:
    source = f" from `{change.source}`" if change.source else ""
    return f"`{change.path}` ({change.change}{source})" + (f": {change.summary}" if change.summary else "")


def _out_of_scope(plan: Plan, allowed: Iterable[str]) -> Iterator[str]:
    yield from plan.non_goals
    yield "Changes to any other path" if any(allowed) else "Anything the acceptance criteria do not ask for"


def _notes(task: Task, child: FanoutTask, given: _Inherited) -> str:
    lines = [*task.user_instructions, *task.gotchas]
    if task.rollback.kind != "safe":
        lines.append(f"Rollback ({task.rollback.kind}): {task.rollback.note or 'not described'}")
    lines += [_told(one) for one in _decisions(task, given.plan)]
    said = (child.title, child.summary, *child.acceptance, *child.in_scope, *child.out_of_scope, *lines)
    lines += _glossary(said, given.terms, {task.id, *task.decisions})
    contract = f".agent/planning-output-{given.plan.issue}.json"
    lines.append(f"Plan of issue #{given.plan.issue}: {contract}, task {task.id}")
    return "\n".join(lines)


def background(task: Task, child: FanoutTask, plan: Plan, standing: str = "") -> list[str]:
    """What somebody who knows only this task has to be told: its decisions, and what ids mean in its texts
    and in `standing`."""
    told = [_told(one) for one in _decisions(task, plan)]
    own = (*task.changes, *task.tests, *task.user_instructions, *task.gotchas, task.rollback.note)
    shown = (child.title, child.summary, *child.acceptance, *child.in_scope, *child.out_of_scope, standing)
    said = (*shown, *own, *told)
    return [*told, *_glossary(said, dict(_terms(plan)), {task.id, *task.decisions})]


def _decisions(task: Task, plan: Plan) -> list[Decision]:
    return [one for one in plan.decisions if one.id in task.decisions]


def _told(decision: Decision) -> str:
    if decision.answer:
        follows = [f": {_line(one.consequence)}" for one in decision.options if one.name == decision.answer]
        return f"{decision_line(decision)} Decided: {decision.answer}{''.join(follows[:1])}"
    if decision.weight == "major":
        return f"{decision_line(decision)} Open; the task waits for the answer."
    default = f" Without an answer: {decision.recommended}." if decision.recommended else ""
    return f"{decision_line(decision)} Open.{default}"


# Ids as plans write them; a word that only looks like one is no id of the plan and is passed over.
ID = re.compile(r"(?<![\w`/#.-])[A-Z]{1,3}-?[0-9]{1,4}[a-z]?(?![\w/-]|\.[0-9])")


def _glossary(said: Iterable[str], terms: Mapping[str, str], known: set[str]) -> list[str]:
    """What every id in the texts stands for, and every id in those lines again."""
    found: set[str] = set()
    while new := {name for text in said for name in ID.findall(text)} & set(terms) - known - found:
        found |= new
        said = [terms[name] for name in new]
    return [f"{name}: {terms[name]}" for name in sorted(found, key=natural)]


def _terms(plan: Plan) -> Iterator[tuple[str, str]]:
    """Every id of the plan with what it stands for, in one line."""
    yield from ((one.id, one.title) for one in plan.roadmap.milestones)
    yield from ((one.id, one.title) for one in plan.tasks)
    yield from ((one.id, one.question) for one in plan.decisions)
    yield from ((one.id, _line(one.text)) for one in plan.assumptions)
    yield from ((one.id, one.text) for one in plan.questions)
    yield from ((one.id, _line(one.text)) for one in plan.obligations)
    if wanted := plan.requirements:
        yield from ((one.id, one.title) for one in wanted.functional)
        yield from ((one.id, f"{one.name}: {_line(one.target)}") for one in wanted.qualities)
        yield from ((one.id, _line(one.text)) for one in wanted.rules)
        yield from ((one.id, one.title) for one in wanted.criteria)
    if plan.streams:
        yield from ((one.id, one.name) for one in plan.streams.streams)


def _line(text: str) -> str:
    return " ".join(text.split())
