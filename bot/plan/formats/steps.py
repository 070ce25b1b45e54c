"""The format `steps`: tracks of steps with check boxes, then the quality gates, then the release.

A step is a task, and keeps its number over revisions; boxes that people ticked stay ticked. What the plan
does not say is not made up: the gates name the plan's own commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.effects import File
from bot.plan.formats.companions import (
    NOWHERE_READ_BACK,
    SECTION_LEAVES,
    agree,
    own_text,
    section_said,
    section_shown,
    shows,
    spec_folder,
    with_companions,
)
from bot.plan.formats.labelled import (
    beside,
    file_line,
    file_read,
    file_shown,
    left_out,
    lists,
    lists_read,
    lists_shown,
    number,
    said,
    steps_named,
)
from bot.plan.formats.sections import STEPS as LAYOUT
from bot.plan.formats.shape import Data, Format
from bot.plan.graph import Graph, critical_path, natural, task_graph
from bot.plan.markdown import Document
from bot.plan.model import Plan, Rollback, Task
from bot.plan.readers.parts import name_of
from bot.plan.readers.steps import read
from bot.plan.safe_text import plain
from bot.render import render

NAME = "steps.md"
RISKS: Mapping[str, str] = {"low": "Low", "medium": "Med", "high": "High", "critical": "High"}
_BESIDE = 6
_CI_FILE = re.compile(
    r"\.github/workflows/|\.circleci/|\.buildkite/|\.ci/|"
    r"(?:.*/)?(?:\.gitlab-ci\.ya?ml|Jenkinsfile|azure-pipelines\.ya?ml|\.travis\.ya?ml|\.pre-commit-config\.yaml)$"
)
_RESERVED = {name_of(title) for one in LAYOUT.sections for title in (one.title, *one.names)}
_PREFIX = "Track: "
_PART = re.compile(r", part \d{1,3}$")


@dataclass(frozen=True, slots=True)
class Track:
    """A heading and the steps below it, in order."""

    heading: str
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """All steps of a plan, each after what it needs: tracks, then gates, then the release."""

    tracks: tuple[Track, ...]
    gates: tuple[Task, ...]
    release: tuple[Task, ...]


def arranged(plan: Plan) -> Arrangement:
    """The steps of a plan under their headings. A track goes on under a second heading where its next step
    needs one of another track; in a cycle the plan's own order is kept. Checks that are all the work there is
    are ordinary steps.
    """
    graph = task_graph(plan.tasks)
    release = _last(plan, graph, {task.id for task in plan.tasks if task.kind == "release"})
    checks = {task.id for task in plan.tasks if task.id not in release and _is_check(task)}
    rest = [task.id for task in plan.tasks if task.id not in release and task.id not in checks]
    gates = {one for one in checks if not any(graph.reaches(other, one) for other in rest)}
    ordinary = [task for task in plan.tasks if task.id not in release and task.id not in gates]
    if not ordinary:
        return Arrangement(tuple(_tracks(plan.tasks, graph)), (), ())
    return Arrangement(
        tuple(_tracks(ordinary, graph)),
        tuple(_in_order([task for task in plan.tasks if task.id in gates], graph)),
        tuple(_in_order([task for task in plan.tasks if task.id in release], graph)),
    )


def _is_check(task: Task) -> bool:
    ci = task.kind == "setup" and any(_CI_FILE.match(one.path) for one in task.files)
    return task.kind == "verification" or ci


def _last(plan: Plan, graph: Graph, wanted: set[str]) -> set[str]:
    """The release steps that no other work waits for, and the checks that follow them."""
    work = [task.id for task in plan.tasks if task.id not in wanted and not _is_check(task)]
    kept = {one for one in wanted if not any(graph.reaches(other, one) for other in work)}
    after = {
        task.id for task in plan.tasks if _is_check(task) and any(graph.reaches(task.id, x) for x in kept)
    }
    return kept | {one for one in after if not any(graph.reaches(other, one) for other in work)}


def _in_order(tasks: Sequence[Task], graph: Graph) -> list[Task]:
    rank = {name: at for at, name in enumerate(graph.order)}
    sound = all(not graph.reaches(a.id, b.id) for at, a in enumerate(tasks) for b in tasks[at + 1 :])
    return list(tasks) if sound else sorted(tasks, key=lambda task: rank[task.id])


def _tracks(tasks: Sequence[Task], graph: Graph) -> Iterator[Track]:
    """Greedy: the track of the first step that can come now, as far as its steps can follow each other."""
    left = _in_order(tasks, graph)
    used: dict[str, int] = {}
    while left:
        name, run = plain(left[0].track), [left[0]]
        waiting = left[1:]
        for task in [one for one in waiting if plain(one.track) == name]:
            before = [one for one in left if one not in run and one is not task]
            if any(graph.reaches(task.id, one.id) for one in before):
                break
            run.append(task)
        left = [one for one in left if one not in run]
        used[name] = used.get(name, 0) + 1
        yield Track(_heading(name, used[name]), tuple(run))


def _heading(track: str, part: int) -> str:
    """A track's heading, told apart from steps, from the two last sections and from its own earlier parts."""
    known = name_of(track) in _RESERVED or track.lower().startswith(("step", _PREFIX.lower()))
    return f"{_PREFIX if known else ''}{track}{f', part {part}' if part > 1 else ''}"


def _track_of(heading: str) -> str:
    return _PART.sub("", heading).removeprefix(_PREFIX)


def files(plan: Plan, existing: Mapping[str, str]) -> tuple[File, ...]:
    """All files of the plan; UserError when IMPLEMENTATION_PLAN.md cannot take its section."""
    path = f"{spec_folder(plan)}/{NAME}"
    anywhere = own_text([File(name, text) for name, text in existing.items()], plan.issue, NAME)
    before = existing.get(path, anywhere)
    text = render("formats/steps/steps.md", **_values(plan, ticked(before)))
    return with_companions(plan, existing, [File(path, text)], [("Steps", path)])


def ticked(text: str) -> frozenset[str]:
    """The ids of the tasks whose boxes are ticked in the text of a steps document."""
    tasks = read([Document(NAME, text)]).value.get("tasks", [])
    return frozenset(task["id"] for task in tasks if task.get("done"))


def _values(plan: Plan, done: frozenset[str]) -> dict[str, Any]:
    way, hours = critical_path(plan)
    closed = {one.id for one in plan.roadmap.milestones if one.status == "done"}
    together = beside(plan)
    return {
        "plan": plan,
        "arranged": arranged(plan),
        "done": lambda task: task.id in done or task.milestone in closed,
        "number": number,
        "risks": RISKS,
        "lists": lists,
        "said": said,
        "file_line": file_line,
        "needs": steps_named,
        "remarks": lambda task: list(_remarks(task, together[task.id])),
        "way": [f"Step {number(name)}" for name in way] if len(way) > 1 else [],
        "hours": f"{hours:g}",
        "folder": spec_folder(plan),
    }


def _remarks(task: Task, together: Sequence[str]) -> Iterator[str]:
    """What people should know and no reader needs, as Markdown without emphasis."""
    if together:
        more = f" and {len(together) - _BESIDE} more" if len(together) > _BESIDE else ""
        yield f"Can run beside {steps_named(together[:_BESIDE])}{more}."
    if shows(task.origin):
        yield f"Made without a model: {task.origin}."
    yield from left_out(task)


def shown(plan: Plan) -> Data:
    """What the documents say, as `parse` reads it; the steps by number."""
    where = {task.id: _track_of(track.heading) for track in arranged(plan).tracks for task in track.tasks}
    tasks = sorted(plan.tasks, key=lambda task: natural(task.id))
    return {**section_shown(plan), "tasks": [_task(task, where.get(task.id)) for task in tasks]}


def _task(task: Task, track: str | None) -> Data:
    return {
        "id": task.id,
        "title": plain(task.title),
        **({} if track is None else {"track": track}),
        "objective": plain(task.objective),
        "files": [file_shown(one) for one in task.files],
        "depends_on": list(task.depends_on),
        "effort": task.effort,
        "risk_class": task.risk_class,
        "rollback": _rollback(task.rollback),
        "user_instructions": said(task.user_instructions),
        "decisions": list(task.decisions),
        **lists_shown(task),
    }


def _rollback(rollback: Rollback) -> Data:
    return {"kind": rollback.kind, "note": plain(rollback.note)}


_LAST_SECTIONS = {name_of(one.title) for one in LAYOUT.sections}


def parse(given: Sequence[File], issue: int) -> Data:
    """What the documents of an issue say. Ticked boxes are progress, not part of the plan: see `ticked`."""
    said_there = read([Document(NAME, own_text(given, issue, NAME))]).value.get("tasks", [])
    tasks = sorted(map(_read_task, said_there), key=lambda task: natural(task["id"]))
    agree(tasks, given, issue)
    return {**section_said(given, issue), "tasks": tasks}


def _read_task(data: Mapping[str, Any]) -> Data:
    track = data.get("track", "")
    rollback = data.get("rollback", {})
    return {
        **{name: data.get(name, "") for name in ("id", "title", "objective", "effort", "risk_class")},
        **({} if name_of(track) in _LAST_SECTIONS else {"track": _track_of(track)}),
        "files": [file_read(one) for one in data.get("files", [])],
        **{name: data.get(name, []) for name in ("depends_on", "user_instructions", "decisions")},
        "rollback": {name: rollback.get(name, "") for name in ("kind", "note")},
        **lists_read(data),
    }


_NOT_READ_BACK = NOWHERE_READ_BACK | SECTION_LEAVES | frozenset({
    "summary", "goals", "non_goals", "constraints", "obligations", "codebase", "requirements", "streams",
    "delivery", "tasks.milestone", "tasks.role", "tasks.kind", "tasks.max_diff_scope", "tasks.covers",
    "tasks.origin", "tasks.evidence",
})  # fmt: skip

STEPS = Format("steps", files, shown, parse, _NOT_READ_BACK)
