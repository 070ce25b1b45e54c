"""Shared by the tests of readers of other people's plans: read a text, look at tasks, check every place."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import Any

from bot.plan.loose import loosely
from bot.plan.readers import Reading
from bot.plan.readers.recognise import read_file

_MARKS = re.compile(r"[\W_]+")


def read(path: str, text: str, kind: str | None = None) -> Reading:
    """The reading of an indented text; every place of it has been checked."""
    text = dedent(text)
    reading = read_file(path, text, kind)
    assert reading is not None
    stand(reading, text)
    loosely(reading.value)
    return reading


def tasks(reading: Reading) -> dict[str, dict[str, Any]]:
    """The tasks by id; ids differ."""
    found = reading.value.get("tasks", [])
    by_id = {task["id"]: task for task in found}
    assert len(by_id) == len(found)
    return by_id


def needs(reading: Reading) -> dict[str, list[str]]:
    """What each task waits for."""
    return {name: task.get("depends_on", []) for name, task in tasks(reading).items()}


def files(task: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["path"], one["change"]) for one in task.get("files", [])]


def at(reading: Reading, pointer: str) -> tuple[int, int]:
    """Line and column of a part."""
    place = reading.place(pointer)
    assert place is not None
    return place.line, place.col


def stand(reading: Reading, text: str) -> None:
    """Every pointer resolves, and every text begins where its place says, marks aside."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    for pointer, place in reading.places.items():
        value = resolve(reading.value, pointer)
        assert 1 <= place.line <= len(lines), pointer
        if not isinstance(value, str) or "/depends_on/" in pointer or pointer.endswith("/id"):
            continue
        there = _MARKS.sub("", lines[place.line - 1][place.col - 1 :])
        assert there.startswith(_MARKS.sub("", value.split("\n")[0])[:5]), (
            pointer,
            value,
            lines[place.line - 1],
        )
    for one in reading.prose:
        assert one.text.split("\n")[0][:8] in lines[one.at.line - 1]


def resolve(value: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value
