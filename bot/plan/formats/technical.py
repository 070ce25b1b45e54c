"""The format `technical`: how it is built, in phases, with files, tests, risks, rollback and deployment.

What the delivery facet does not say is computed from the tasks and milestones where they settle it; the rest
is asked for, never made up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.effects import File
from bot.plan import safe_text
from bot.plan.facets import Delivery, Phase, PlannedTest, Risk
from bot.plan.formats.companions import (
    NOWHERE_READ_BACK,
    SECTION_LEAVES,
    agree,
    contradicted,
    own_text,
    section_said,
    section_shown,
    shows,
    spec_folder,
    with_companions,
)
from bot.plan.formats.guarded import as_cell_code, bare_shown, code_shown
from bot.plan.formats.labelled import (
    after_dash,
    file_words,
    is_code,
    left_out,
    lists,
    lists_read,
    lists_shown,
    said,
)
from bot.plan.formats.shape import Data, Format
from bot.plan.graph import HOURS, natural
from bot.plan.markdown import Document
from bot.plan.model import FileChange, Plan, RiskClass, Task
from bot.plan.readers.parts import is_none, not_applicable
from bot.plan.readers.technical import read
from bot.plan.safe_text import plain
from bot.render import render

NAME = "plan.md"
# What a task says below its line. Files, with what changes in each, have a section of their own.
LABELS = ("Changes", "Acceptance", "Gotchas")
GROUPS: Mapping[str, str] = {
    "new": "New files",
    "edit": "Modified files",
    "rename": "Renamed files",
    "delete": "Deleted files",
}
# The question that would settle a section, where the plan has none of its own.
QUESTIONS: Mapping[str, str] = {
    "Architecture": "Which parts does this need, how do they work together, and in which patterns?",
    "Technology Stack": "Which languages, frameworks, libraries and tools does this use?",
    "Data Model": "Which stored data, interfaces between parts and flows of data change?",
    "Implementation Steps": "What has to be done, in which order?",
    "File Changes": "Which files are created, changed or deleted?",
    "Testing Strategy": "Which unit, integration and manual tests show that it works?",
    "Risk Assessment": "What can go wrong, how bad would it be, and what is done about it?",
    "Rollback Plan": "What has to be undone, in which order, when it fails?",
    "Dependencies": "Which libraries, services and credentials does this need, in which versions?",
    "Deployment": "How is this put in place, and how is it seen to work there?",
}
IMPACTS: Mapping[RiskClass, Literal["low", "medium", "high"]] = {
    "low": "low",
    "medium": "medium",
    "high": "high",
    "critical": "high",
}
_TEST_FILE = re.compile(
    r"(?:.*/)?(?:tests?|specs?|__tests__)/|(?:.*/)?(?=[^/]*$)(?:test_|[^/]*[._](?:test|spec)\.)"
)
_ONE_TEST = re.compile(r"`?(?P<path>[^\s:`]{1,200}\.\w{1,10})::(?P<name>[^\s`]{1,200})`?")
_PHASE = re.compile(r"P(\d{1,4}|[A-Z])$")
_PARAGRAPH = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Layout:
    """What the document says of the delivery, and which of its sections nobody wrote: they are computed."""

    delivery: Delivery
    computed: frozenset[str]


def laid_out(plan: Plan) -> Layout:
    """The delivery of a plan, its gaps filled with what the plan's tasks and milestones settle.

    Phases are the milestones; an estimate adds up the efforts of the tasks (S 0.5 h, M 2.5 h, L 6 h, the
    middle of what each stands for).
    """
    stated = plan.delivery or Delivery()
    filled: dict[str, Sequence[object]] = {
        "tests": list(_tests(plan)),
        "risks": list(_risks(plan)),
        "rollback": list(_rollback(plan)),
        "deployment": stated.rollout or list(_deployment(plan)),
    }
    computed = {name for name, items in filled.items() if items and not getattr(stated, name)}
    phases = list(_phases(plan, stated.phases))
    if not stated.phases:
        computed.add("phases")
    total = stated.total_estimate or (_hours(plan.tasks) if not stated.phases and plan.tasks else "")
    changes: dict[str, object] = {name: tuple(filled[name]) for name in computed & filled.keys()}
    changes |= {"phases": tuple(phases), "total_estimate": total}
    return Layout(stated.model_copy(update=changes), frozenset(computed))


def _phases(plan: Plan, stated: Sequence[Phase]) -> Iterator[Phase]:
    """The phases that are stated, or the milestones; a task stands in the first that names it, and the ones
    that none names come last."""
    left = {task.id: task for task in plan.tasks}
    for one in stated:
        inside = [left.pop(name) for name in dict.fromkeys(one.tasks) if name in left]
        names = tuple(task.id for task in inside)
        yield one.model_copy(update={"tasks": names, "estimate": one.estimate or _hours(inside)})
    for milestone in () if stated else plan.roadmap.milestones:
        inside = [
            left.pop(task.id) for task in plan.tasks if task.milestone == milestone.id and task.id in left
        ]
        yield _phase(milestone.title, milestone.outcome, inside)
    if left:
        yield _phase("Further tasks", "What no other phase holds is done.", list(left.values()))


def _phase(title: str, goal: str, tasks: Sequence[Task]) -> Phase:
    return Phase(
        id="-", title=title, goal=goal, tasks=tuple(task.id for task in tasks), estimate=_hours(tasks)
    )


def _hours(tasks: Iterable[Task]) -> str:
    return f"about {sum(HOURS[task.effort] for task in tasks):g} hours"


def _tests(plan: Plan) -> Iterator[PlannedTest]:
    """The test files that tasks write, and the tests they name beside those."""
    for task in plan.tasks:
        paths = [one for one in task.files if one.change != "delete" and _TEST_FILE.match(one.path)]
        for one in paths:
            yield PlannedTest(what=plain(one.summary) or f"Tests of {task.id}", path=one.path)
        known = [one.path for one in paths]
        for text in task.tests:
            one_test = _ONE_TEST.fullmatch(plain(text))
            if one_test:
                yield PlannedTest(what=f"`{one_test['name']}`", path=one_test["path"])
            elif plain(text).strip("`") not in known:
                yield PlannedTest(what=text)


def _risks(plan: Plan) -> Iterator[Risk]:
    """The risks of milestones, and tasks of high risk with what takes them back."""
    for one in plan.roadmap.milestones:
        for risk in one.risks:
            yield Risk.model_construct(risk=risk, impact=IMPACTS[one.risk_class], mitigation="")
    for task in plan.tasks:
        if task.risk_class in ("high", "critical"):
            level = " (critical)" if task.risk_class == "critical" else ""
            words = f"{task.id}{level}: {task.title}"
            yield Risk.model_construct(risk=words, impact="high", mitigation=plain(task.rollback.note))


def _rollback(plan: Plan) -> Iterator[str]:
    """What takes the tasks back, the last one first."""
    for task in reversed(plan.tasks):
        if task.rollback.kind != "safe" or task.rollback.note:
            note = plain(task.rollback.note)
            yield f"{task.id} ({task.rollback.kind}): {note}" if note else f"{task.id} ({task.rollback.kind})"
    if plan.tasks and all(task.rollback.kind == "safe" for task in plan.tasks):
        yield "Revert the commits: every task is safe to take back."


def _deployment(plan: Plan) -> Iterator[str]:
    """Release tasks and what people do by hand, then the milestones' own checks."""
    steps: list[str] = []
    for task in plan.tasks:
        if task.kind == "release":
            steps.append(f"{task.id}: {plain(task.objective)}")
        steps += [f"{task.id}, by hand: {plain(text)}" for text in task.user_instructions]
    checks = dict.fromkeys(line for one in plan.roadmap.milestones for line in one.validation)
    yield from steps
    yield from (f"Verify: `{line}` passes" for line in checks if steps and is_code(line) and "`" not in line)


def files(plan: Plan, existing: Mapping[str, str]) -> tuple[File, ...]:
    """All files of the plan; UserError when IMPLEMENTATION_PLAN.md cannot take its section."""
    path = f"{spec_folder(plan)}/{NAME}"
    text = render("formats/technical/plan.md", **_values(plan))
    return with_companions(plan, existing, [File(path, text)], [("Technical plan", path)])


def _values(plan: Plan) -> dict[str, Any]:
    layout = laid_out(plan)
    impact = list(_impact(plan))
    return {
        "plan": plan,
        "delivery": layout.delivery,
        "stated": plan.delivery,
        "computed": sorted(layout.computed),
        "tasks": {task.id: task for task in plan.tasks},
        "phases": list(zip(_numbers(layout.delivery.phases), layout.delivery.phases, strict=True)),
        "groups": [(GROUPS[kind], [one for one in impact if one.change == kind]) for kind in GROUPS],
        "summary": _paragraphs(plan.summary),
        "lists": lambda task: list(lists(task, LABELS)),
        "remarks": lambda task: list(_remarks(task)),
        "listed": _listed,
        "impact_line": _impact_line,
        "after_dash": after_dash,
        "ask": lambda section: _question(plan, section),
        "waits": _waits,
        "paths": _paths,
        "code": as_cell_code,
    }


def _paragraphs(text: str) -> list[str]:
    return [words for words in map(plain, _PARAGRAPH.split(text)) if words]


def _question(plan: Plan, section: str) -> str:
    """The question that would settle a section: the plan's own, or the general one."""
    own = (one.question for one in plan.not_produced if plain(one.section).lower() == section.lower())
    return next(own, QUESTIONS[section])


def _remarks(task: Task) -> Iterator[str]:
    if shows(task.origin):
        yield f"Made without a model: {task.origin}."
    yield from left_out(task, LABELS)


def _waits(task: Task) -> str:
    return ", ".join(map(safe_text.inline, task.depends_on))


def _paths(task: Task) -> str:
    """The files of a task; how each changes is said only where a name alone would say that there is none."""
    told = any(is_none(plain(one.path)) for one in task.files)
    named = (f"{safe_text.code(one.path)}{f' ({one.change})' if told else ''}" for one in task.files)
    return ", ".join(named) or "none"


def _numbers(phases: Sequence[Phase]) -> list[str]:
    """What each phase is called by: its own number where all have different ones, else its place."""
    own = [_PHASE.match(one.id) for one in phases]
    names = [one[1] for one in own if one]
    whole = len(names) == len(phases) == len(set(names))
    return names if whole else [str(at) for at in range(1, len(phases) + 1)]


def _impact(plan: Plan) -> Iterator[FileChange]:
    """Every file the tasks change, once, with what all of them do to it: one that a task creates, renames or
    deletes says so, whoever else edits it. A file that only the impact map names comes last."""
    found: dict[str, FileChange] = {}
    for change in (one for task in plan.tasks for one in task.files):
        before = found.get(plain(change.path))
        words = [plain(one.summary) for one in (before, change) if one and plain(one.summary)]
        kept = before if before and (before.change != "edit" or change.change == "edit") else change
        found[plain(change.path)] = kept.model_copy(update={"summary": "; ".join(dict.fromkeys(words))})
    for row in plan.codebase.impact:
        found.setdefault(plain(row.path), FileChange(path=row.path, change=row.change, summary=row.why))
    yield from found.values()


def _impact_line(change: FileChange) -> str:
    source = (
        f"{safe_text.code(change.source)} → " if change.change == "rename" and change.source.strip() else ""
    )
    what = f" - {file_words(change.summary)}" if change.summary.strip() else ""
    said = f"{plain(change.path)} - {plain(change.summary)}" if what else plain(change.path)
    bare = is_none(said) and not source
    return f"{source}{safe_text.code(change.path)}{f' ({change.change})' if bare else ''}{what}"


def _listed(texts: Iterable[str]) -> list[str]:
    """The items of a section that is a list, as they are read back."""
    items = said(texts)
    return [] if len(items) == 1 and not_applicable(items[0]) else items


def shown(plan: Plan) -> Data:
    """What the documents say, as `parse` reads it: tasks by number, the delivery with its computed parts."""
    delivery = laid_out(plan).delivery
    return {
        **section_shown(plan),
        "summary": "\n\n".join(_paragraphs(plan.summary)),
        "tasks": [_task(task) for task in sorted(plan.tasks, key=lambda task: natural(task.id))],
        "codebase": {
            "impact": [_impact_shown(one) for kind in GROUPS for one in _impact(plan) if one.change == kind]
        },
        "delivery": {
            **{name: _listed(getattr(delivery, name)) for name in _LISTS},
            "phases": [
                _phase_shown(number, one)
                for number, one in zip(_numbers(delivery.phases), delivery.phases, strict=True)
            ],
            "total_estimate": plain(delivery.total_estimate),
            "tests": [_test_shown(one) for one in delivery.tests],
            "risks": [_risk_shown(one) for one in delivery.risks],
            "dependencies": [_dependency_shown(one.model_dump()) for one in delivery.dependencies],
        },
    }


_LISTS = ("architecture", "stack", "data_model", "rollback", "deployment")


def _task(task: Task) -> Data:
    return {
        "id": task.id,
        "title": plain(task.title),
        "objective": plain(task.objective),
        "files": [{"path": plain(one.path)} for one in task.files],
        "depends_on": list(task.depends_on),
        **lists_shown(task, LABELS),
    }


def _phase_shown(number: str, one: Phase) -> Data:
    return {
        "id": f"P{number}",
        "title": plain(one.title),
        "goal": plain(one.goal),
        "tasks": list(one.tasks),
        "estimate": plain(one.estimate),
    }


def _impact_shown(one: FileChange) -> Data:
    return {"path": plain(one.path), "change": one.change, "why": plain(one.summary)}


def _test_shown(one: PlannedTest) -> Data:
    codes = {name: code_shown(getattr(one, name)) for name in ("path", "command")}
    held = {name: "" if is_none(text) else text for name, text in codes.items()}
    return {"what": plain(one.what), **held, "covers": list(one.covers)}


def _risk_shown(one: Risk) -> Data:
    return {"risk": plain(one.risk), "impact": one.impact, "mitigation": plain(one.mitigation)}


def _dependency_shown(one: Mapping[str, str]) -> Data:
    version = code_shown(one["version"])
    return {
        "name": bare_shown(one["name"]),
        "version": "" if is_none(version) else version,
        "status": one["status"],
        "note": plain(one["note"]),
    }


def parse(given: Sequence[File], issue: int) -> Data:
    """What the documents of an issue say; what they do not say is empty."""
    value = read([Document(NAME, own_text(given, issue, NAME))]).value
    section = section_said(given, issue)
    tasks = sorted(map(_read_task, value.get("tasks", [])), key=lambda task: natural(task["id"]))
    agree(tasks, given, issue)
    title = contradicted(section, {"title": value["title"]} if value.get("title") else {})
    delivery = value.get("delivery", {})
    impact = value.get("codebase", {}).get("impact", [])
    return {
        **section,
        **title,
        "summary": value.get("summary", ""),
        "tasks": tasks,
        "codebase": {"impact": [_filled(one, ("path", "change", "why")) for one in impact]},
        "delivery": {
            **{name: delivery.get(name, []) for name in _LISTS},
            "phases": [_filled(one, _PHASE_FIELDS, ("tasks",)) for one in delivery.get("phases", [])],
            "total_estimate": delivery.get("total_estimate", ""),
            "tests": [
                _filled(one, ("what", "path", "command"), ("covers",)) for one in delivery.get("tests", [])
            ],
            "risks": [_filled(one, ("risk", "impact", "mitigation")) for one in delivery.get("risks", [])],
            "dependencies": [_filled(one, _DEPENDENCY) for one in delivery.get("dependencies", [])],
        },
    }


_PHASE_FIELDS = ("id", "title", "goal", "estimate")
_DEPENDENCY = ("name", "version", "status", "note")


def _filled(data: Mapping[str, Any], texts: Sequence[str], lists_too: Sequence[str] = ()) -> Data:
    return {
        **{name: data.get(name, "") for name in texts},
        **{name: data.get(name, []) for name in lists_too},
    }


def _read_task(data: Mapping[str, Any]) -> Data:
    return {
        **_filled(data, ("id", "title", "objective")),
        "files": [{"path": one.get("path", "")} for one in data.get("files", [])],
        "depends_on": data.get("depends_on", []),
        **lists_read(data, LABELS),
    }


_NOT_READ_BACK = NOWHERE_READ_BACK | SECTION_LEAVES | frozenset({
    "goals", "non_goals", "constraints", "obligations", "requirements", "streams", "delivery.rollout",
    "delivery.checks", "codebase.snapshot", "codebase.commands", "codebase.files", "codebase.interfaces",
    "tasks.milestone", "tasks.role", "tasks.kind", "tasks.track", "tasks.files.change", "tasks.files.summary",
    "tasks.files.source", "tasks.allowed_paths", "tasks.denied_paths", "tasks.max_diff_scope", "tasks.effort",
    "tasks.risk_class", "tasks.rollback", "tasks.user_instructions", "tasks.tests", "tasks.commands",
    "tasks.invariants", "tasks.covers", "tasks.decisions", "tasks.origin", "tasks.evidence",
})  # fmt: skip

TECHNICAL = Format("technical", files, shown, parse, _NOT_READ_BACK)
