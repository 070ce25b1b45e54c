"""The tasks of a folder's plans, for the people and agents who work there: what is next, and what one task
asks. Reads the folder anew each time, and writes nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from bot.effects import PLAN_FILE
from bot.errors import UserError
from bot.lint.places import read_source
from bot.plan.boundary import boundary
from bot.plan.contract import Contract, contract_path, read_contract
from bot.plan.fanout import background, fanout
from bot.plan.formats.plan_file import sections
from bot.plan.model import Plan, Task
from bot.plan.progress import Progress, progress
from bot.plan.safe_text import plain
from bot.plan.task_boxes import document_paths, ticked_tasks
from bot.render import render

AGENT = ".agent"
_CONTRACT = re.compile(r"planning-output-([1-9]\d{0,9})\.json")


@dataclass(frozen=True, slots=True)
class Found:
    """A task, its plan, and how far the plan is."""

    plan: Plan
    task: Task
    progress: Progress


# --- reading


def plans_of(root: Path, issue: int = 0) -> list[Plan]:
    """The plans of a folder by issue, or the one of `issue`. Contracts of other tools are passed over.
    UserError when there is none, or one is damaged (with line and column)."""
    numbers = _issues(root)
    if issue and issue not in numbers:
        known = ", ".join(f"#{one}" for one in numbers) or "none"
        raise UserError("no-plan", f"{root} holds no plan of #{issue}.", f"Plans there: {known}.")
    found = [_plan(root, one) for one in ([issue] if issue else numbers)]
    plans = [one for one in found if one is not None]
    if not plans:
        reason = f"{root} holds no plan: no {AGENT}/planning-output-<issue>.json of Groundplan is there."
        raise UserError("no-plan", reason, "Name the folder that .agent stands in: --repo FOLDER.")
    return plans


def progress_of(root: Path, plan: Plan) -> Progress:
    """How far a plan is, by the boxes of its documents. UserError when the marks of IMPLEMENTATION_PLAN.md do
    not pair."""
    return progress(plan, ticked_tasks(plan, texts(root, plan)))


def find_task(root: Path, name: str, issue: int = 0) -> Found:
    """The task with this id. UserError with the nearest ids when there is none, or when several plans have
    it."""
    plans = plans_of(root, issue)
    wanted = name.strip().casefold()
    found = [(plan, task) for plan in plans for task in plan.tasks if task.id.casefold() == wanted]
    if not found:
        raise _unknown(name, plans)
    if len({plan.issue for plan, _ in found}) > 1:
        where = " and ".join(f"#{plan.issue}" for plan, _ in found)
        reason = f"{found[0][1].id} is a task of several plans: {where}."
        raise UserError("ambiguous-task", reason, f"Say which: --issue {found[0][0].issue}.")
    plan, task = found[0]
    return Found(plan, task, progress_of(root, plan))


def _unknown(name: str, plans: Sequence[Plan]) -> UserError:
    known = list(dict.fromkeys(task.id for plan in plans for task in plan.tasks))
    near = get_close_matches(plain(name).upper()[:40], known, n=3, cutoff=0.3) or known[:3]
    where = ", ".join(f"#{plan.issue}" for plan in plans)
    said = f"Nearest: {', '.join(near)}." if near else "It has no tasks."
    return UserError("unknown-task", f"There is no task {plain(name)[:60]!r} in the plan of {where}.", said)


def _issues(root: Path) -> list[int]:
    found = (_CONTRACT.fullmatch(place.name) for place in root.glob(f"{AGENT}/planning-output-*.json"))
    return sorted(int(one[1]) for one in found if one)


def _plan(root: Path, issue: int) -> Plan | None:
    """The plan in a contract, None in one of another tool."""
    path = contract_path(issue)
    read = read_contract(read_source(inside(root, path)).text, path)
    if not isinstance(read, Contract):
        first = read[0]
        reason = f"{first.location or path}: {first.message}."
        raise UserError("contract-broken", reason, f"`groundplan lint {path}` says more.")
    if read.plan is not None and read.plan.issue != issue:
        reason = f"{path} holds the plan of #{read.plan.issue}."
        raise UserError("contract-broken", reason, "Give the file the number of its issue.")
    return read.plan


def texts(root: Path, plan: Plan) -> dict[str, str]:
    """The documents with boxes, byte for byte; links are passed over."""
    places = [root / PLAN_FILE, *sorted(root.glob(f"specs/{plan.issue}-*/*.md"))]
    paths = [place.relative_to(root).as_posix() for place in places if place.is_file()]
    texts: dict[str, str] = {}
    for path in document_paths(plan, paths):
        if not (root / path).is_symlink():
            source = read_source(inside(root, path))
            texts[path] = source.bom + source.text
    sections(texts.get(PLAN_FILE, ""))
    return texts


def inside(root: Path, path: str) -> Path:
    """The place of a path. UserError when links lead it out of the folder."""
    place = root / path
    if not place.resolve().is_relative_to(root.resolve()):
        raise UserError("outside", f"{path} is a link that leads out of {root}.", "Replace it by a file.")
    return place


# --- telling


def next_tasks(root: Path, issue: int = 0) -> dict[str, Any]:
    """What can be started in each plan, what waits and for what, as plain data."""
    return {"plans": [_standing(progress_of(root, plan)) for plan in plans_of(root, issue)]}


def _standing(one: Progress) -> dict[str, Any]:
    tasks = one.plan.tasks
    return {
        "issue": one.plan.issue,
        "title": plain(one.plan.title),
        "tasks": len(tasks),
        "done": [task.id for task in tasks if task.id in one.done],
        "ready": [brief(task) for task in one.ready],
        "waiting": [
            {**brief(task), "needs": list(one.needs(task.id)), "decisions": list(one.decisions(task.id))}
            for task in tasks
            if one.state(task.id) in ("waiting", "held")
        ],
    }


def brief(task: Task) -> dict[str, Any]:
    return {
        "id": task.id,
        "title": plain(task.title),
        "role": task.role,
        "effort": task.effort,
        "risk": task.risk_class,
    }


def next_text(data: Mapping[str, Any]) -> str:
    """`next_tasks` for people."""
    return "\n".join("".join(f"{line}\n" for line in _next_lines(one)) for one in data["plans"])


def _next_lines(one: Mapping[str, Any]) -> Iterator[str]:
    yield f"#{one['issue']} {one['title']}: {len(one['done'])} of {one['tasks']} tasks done"
    for task in one["ready"]:
        details = f"{task['role']}, effort {task['effort']}, risk {task['risk']}"
        yield f"  {task['id']}  {task['title']} ({details})"
    if one["ready"]:
        yield f"  More: groundplan tasks show {one['ready'][0]['id']} --issue {one['issue']}"
        return
    if not one["waiting"]:
        yield "  Nothing is left to do."
    for task in one["waiting"]:
        yield f"  {task['id']} waits for {', '.join([*task['decisions'], *task['needs']])}"


def task_text(found: Found) -> str:
    """Everything that somebody who carries out the task has to know, as Markdown."""
    plan, task = found.plan, found.task
    child = next(one for one in fanout(plan).tasks if one.key == task.id)
    return render(
        "agents/task.md",
        plan=plan,
        task=task,
        child=child,
        limits=boundary(plan, task),
        background=background(task, child, plan, standing(found)),
        standing=standing(found),
    )


def task_data(found: Found) -> dict[str, Any]:
    """A task with its state and its text, as plain data."""
    name, one = found.task.id, found.progress
    return {
        **brief(found.task),
        "issue": found.plan.issue,
        "state": one.state(name),
        "needs": list(one.needs(name)),
        "decisions": list(one.decisions(name)) if one.state(name) == "held" else [],
        "text": task_text(found),
    }


def standing(found: Found) -> str:
    """Whether a task can be started, in a sentence."""
    name, one = found.task.id, found.progress
    state = one.state(name)
    if state == "done":
        return "It is done."
    if state == "ready":
        return "It can be started now."
    waits = [*(one.decisions(name) if state == "held" else ()), *one.needs(name)]
    return f"It cannot be started yet: it waits for {', '.join(map(plain, waits))}."


def json_text(data: object) -> str:
    """Plain data as JSON for programs."""
    return json.dumps(data, indent=2, ensure_ascii=True) + "\n"


def documents_of(root: Path, plan: Plan) -> dict[str, str]:
    """The paths of a plan's documents that are there, by a short name."""
    fixed = {"contract": contract_path(plan.issue), "plan-file": PLAN_FILE}
    found = {name: path for name, path in fixed.items() if (root / path).is_file()}
    places = [
        *sorted(root.glob(f"specs/{plan.issue}-{plan.slug}/*.md")),
        root / f"EXPORT/plan_{plan.slug}.md",
    ]
    return found | {place.name: place.relative_to(root).as_posix() for place in places if place.is_file()}
