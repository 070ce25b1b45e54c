"""A fan-out file read loosely: its tasks as tasks of a plan, with places, even when its shape is broken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.plan.fanout import FanoutTask
from bot.plan.findings import Location
from bot.plan.located_json import LocatedJson, child
from bot.plan.readers.contract import read_object
from bot.plan.readers.reading import Data, Prose, Reading

# A task's field in the plan, and the keys it may have in the file; the first that is there counts.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "id": ("key",),
    "title": ("title",),
    "role": ("role",),
    "objective": ("summary", "objective"),
    "acceptance": ("acceptance", "acceptance_criteria"),
    "changes": ("in_scope",),
    **{
        name: (name,)
        for name in ("decisions", "origin", "milestone", "kind", "effort", "risk_class", "max_diff_scope")
    },
    **{name: (name,) for name in ("invariants", "depends_on", "allowed_paths", "denied_paths", "commands")},
}
_READ = {*FanoutTask.model_fields, *(key for keys in _KEYS.values() for key in keys), "chain", "chains"}


def read_fanout_file(path: str, text: str) -> Reading:
    """The fan-out file in `text`. A text that is not one JSON object gives an empty reading that says why."""
    located = read_object(path, text)
    if isinstance(located, str):
        return Reading("fanout", "roadmap", {}, not_read=(located,))
    theirs = located.value.get("tasks")
    if not isinstance(theirs, list):
        return Reading("fanout", "roadmap", {}, not_read=(f"{path}: it has no list of tasks",))
    value: Data = {"tasks": [_task(one) for one in theirs]}
    if isinstance(issue := _dict(located.value.get("groundplan")).get("issue"), int):
        value["issue"] = issue
    return Reading(
        "fanout", "roadmap", value, dict(_places(theirs, value, located, path)), (),
        tuple(_notes(theirs, located, path)), tuple(_unknown(theirs, path)),
    )  # fmt: skip


def _dict(value: object) -> Data:
    return value if isinstance(value, dict) else {}


def _keys(task: Data) -> Iterator[tuple[str, str]]:
    """Each field that a task of the file says, with the key it says it under."""
    for name, keys in _KEYS.items():
        key = next((key for key in keys if key in task), None)
        if key:
            yield name, key


def _task(one: Any) -> Data:
    return {name: _said(name, one[key]) for name, key in _keys(_dict(one))}


def _said(name: str, value: Any) -> Any:
    """Decisions are whole lines in the file, "D-1: question", and ids in the plan."""
    if name == "decisions" and isinstance(value, list):
        return [one.partition(":")[0] if isinstance(one, str) else one for one in value]
    return value


def _places(
    theirs: list[Any], value: Data, located: LocatedJson, path: str
) -> Iterator[tuple[str, Location]]:
    def at(pointer: str) -> Location:
        return Location(path, *located.line_and_column(pointer))

    yield "/tasks", at("/tasks")
    if "issue" in value:
        yield "/issue", at("/groundplan/issue")
    for number, one in enumerate(theirs):
        yield f"/tasks/{number}", at(f"/tasks/{number}")
        for name, key in _keys(_dict(one)):
            for mine, there in _below(one[key], f"/tasks/{number}/{name}", child(f"/tasks/{number}", key)):
                yield mine, at(there)


def _below(value: Any, mine: str, theirs: str) -> Iterator[tuple[str, str]]:
    yield mine, theirs
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from _below(one, child(mine, key), child(theirs, key))


def _notes(theirs: list[Any], located: LocatedJson, path: str) -> Iterator[Prose]:
    for number, one in enumerate(theirs):
        notes = _dict(one).get("notes")
        if isinstance(notes, str) and notes.strip():
            where = located.line_and_column(f"/tasks/{number}/notes")
            title = _dict(one).get("title")
            yield Prose(notes, title if isinstance(title, str) else "", Location(path, *where))


def _unknown(theirs: list[Any], path: str) -> Iterator[str]:
    for number, one in enumerate(theirs):
        if not isinstance(one, dict):
            yield f"{path}: /tasks/{number} is not an object"
        for key in _dict(one):
            if key not in _READ:
                yield f"{path}: unknown key '{key[:80]}' in /tasks/{number}"
