"""Puts the tasks and phases that were found in a file on a sheet, with their ids and their order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from bot.plan.readers.found import Found, Placed, Stage
from bot.plan.readers.mentions import Named
from bot.plan.readers.reading import Sheet
from bot.plan.readers.taskorder import dependencies, give_ids, implied, stage_names


def write_tasks(sheet: Sheet, tasks: Sequence[Found], stages: Sequence[Stage]) -> None:
    """Put the tasks and the phases on the sheet."""
    give_ids(tasks, stages)
    said = dependencies(tasks, stages)
    for task, needs, order in zip(tasks, said, implied(tasks, said), strict=True):
        _write(sheet, task, needs, order)
    _write_phases(sheet, tasks, stages)


def _write(sheet: Sheet, task: Found, needs: Sequence[Placed], order: Iterable[str]) -> None:
    mine = sheet.add("/tasks", {"id": task.id, "title": task.title}, task.line, task.col)
    sheet.put(f"{mine}/title", task.title, task.line, task.col)
    if task.objective:
        sheet.put(f"{mine}/objective", *task.objective)
    for named in _distinct(task.files):
        entry = {"path": named.path, "change": named.change, "summary": named.note}
        sheet.add(f"{mine}/files", entry, named.line, named.col)
    for name, texts in task.texts.items():
        for text, line, col in texts:
            sheet.add(f"{mine}/{name}", text, line, col)
    said = [one for one, *_ in needs]
    for one, line, col in needs:
        sheet.add(f"{mine}/depends_on", one, line, col)
    follows = [one for one in order if one not in said]
    for one in follows:
        sheet.add(f"{mine}/depends_on", one, task.line, task.col)
    extra: dict[str, Any] = {
        "implied": follows,
        "done": task.done,
        "parallel": task.parallel,
        "parent": task.parent,
    }
    sheet.value["tasks"][-1].update(
        {name: value for name, value in extra.items() if value not in ([], None, "", False)}
    )
    if task.done is False:
        sheet.value["tasks"][-1]["done"] = False


def _distinct(files: Iterable[Named]) -> list[Named]:
    """Each path once; a declared change wins over none."""
    kept: dict[str, Named] = {}
    for named in files:
        if named.path not in kept or (named.change and not kept[named.path].change):
            kept[named.path] = named
    return list(kept.values())


def _write_phases(sheet: Sheet, tasks: Sequence[Found], stages: Sequence[Stage]) -> None:
    names = stage_names(stages)
    members: dict[int, list[str]] = defaultdict(list)
    for task in tasks:
        members[task.stage].append(task.id)
    for at, stage in enumerate(stages):
        data: dict[str, Any] = {"id": f"P{names[at]}", "title": stage.title, "tasks": members[at]}
        mine = sheet.add("/delivery/phases", data, stage.line, stage.col)
        if stage.goal:
            sheet.put(f"{mine}/goal", *stage.goal)
