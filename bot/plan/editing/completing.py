"""What a person who adds something to a document cannot say there: the fields its format does not show. Only
what follows from the rest of the plan is filled in; what is missing after that is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from bot.plan.editing.patch import Way
from bot.plan.formats.shape import Data
from bot.plan.model import Plan
from bot.plan.safe_text import plain

_HAVE_ORIGIN = frozenset({"tasks", "roadmap.milestones", "decisions", "assumptions", "questions"})
_WHY = "A person added it to the plan."


def completed(plan: Plan, read: Mapping[str, Any], way: Way, item: Any) -> Any:
    """A new item of the list at `way`: what it says, and what follows from `plan` and from all that was
    `read`. Blank fields are left to the model's defaults."""
    if not isinstance(item, dict):
        return item
    said = _filled(item)
    if ".".join(way) in _HAVE_ORIGIN:
        said["origin"] = "person"
    if way == ("tasks",):
        said = _task(plan, read, said)
    if way[:1] == ("tasks",) and way[-1] == "files":
        said = _added_file(plan, read, said)
    if way == ("questions",):
        said.setdefault("why", _WHY)
    return said


def _filled(item: Data) -> Data:
    filled = {name: _filled(one) if isinstance(one, dict) else one for name, one in item.items()}
    return {name: one for name, one in filled.items() if one not in ("", None, {})}


def _task(plan: Plan, read: Mapping[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    files = said.get("files", ())
    return {
        "max_diff_scope": max(plan.contract_defaults.max_diff_scope, len(files)),
        "milestone": _milestone(plan, read, str(said.get("id", ""))),
        **said,
        "files": [_added_file(plan, read, one) for one in files],
    }


def _added_file(plan: Plan, read: Mapping[str, Any], said: Data) -> Data:
    """A file that another task has already is edited once more; another one does what the list says."""
    known = any(plain(file.path) == said.get("path") for task in plan.tasks for file in task.files)
    change = "edit" if known else _rows(read).get(said.get("path", ""), {}).get("change")
    return {"change": change, **said} if change else said


def _milestone(plan: Plan, read: Mapping[str, Any], name: str) -> str:
    """That of the tasks beside it: in its phase, else above it; else the active one."""
    known = {task.id: task.milestone for task in plan.tasks}
    phases = read.get("delivery", {}).get("phases", []) if isinstance(read.get("delivery"), dict) else []
    phase: Sequence[str] = next((one["tasks"] for one in phases if name in one.get("tasks", [])), [])
    order = [one.get("id", "") for one in read.get("tasks", [])]
    above = order[: order.index(name)] if name in order else []
    beside = [known[one] for one in (*phase, *reversed(above)) if one in known]
    active = [one.id for one in plan.roadmap.milestones if one.status == "active"]
    return next(iter((*beside, *active, plan.roadmap.milestones[0].id)))


def apart(read: Data) -> Data:
    """A reading in which each field says its own, where a document says two in one place: how files change,
    in the list of all files; how bad it is when an assumption is wrong, before what happens then."""
    read = _with_changes(read)
    assumptions = [_without_impact(one) for one in read.get("assumptions", [])]
    return {**read, "assumptions": assumptions} if assumptions else read


def _without_impact(one: Data) -> Data:
    if "if_wrong" not in one or "impact" not in one:
        return one
    said = "" if one["if_wrong"] == one["impact"] else one["if_wrong"].removeprefix(f"{one['impact']}: ")
    return {**one, "if_wrong": said}


def _with_changes(read: Data) -> Data:
    """The files of tasks say how they change, for each path that one task alone has."""
    rows = _rows(read)
    tasks = read.get("tasks", [])
    paths = Counter(file["path"] for task in tasks for file in task.get("files", []))
    alone = {path: row for path, row in rows.items() if paths[path] == 1}
    told = [{**task, "files": [_file(alone, one) for one in task.get("files", [])]} for task in tasks]
    return {**read, "tasks": told} if tasks and "files" in tasks[0] else read


def _rows(read: Mapping[str, Any]) -> dict[str, Data]:
    """The list of all files, by their paths."""
    codebase = read.get("codebase")
    return {one["path"]: one for one in codebase.get("impact", [])} if isinstance(codebase, dict) else {}


def _file(rows: Mapping[str, Data], said: Data) -> Data:
    row = rows.get(said["path"])
    return {"change": row["change"], "summary": row["why"], **said} if row else said
