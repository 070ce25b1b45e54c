"""Reads Task Master's tasks.json (plain, or one list for each tag) and the text files made of it.

A subtask of task 3 is "3.1". Numbers and texts are taken alike; the only dependencies are those that the file
names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.plan.findings import Location
from bot.plan.located_json import Fault, LocatedJson, child, read_json
from bot.plan.readers.labels import NOTHING
from bot.plan.readers.reading import Reading, Sheet

KIND = "task-master"

_FIELDS = (("title", "title"), ("description", "objective"))
_LISTS = (("details", "changes"), ("testStrategy", "tests"), ("acceptanceCriteria", "acceptance"))


def read_task_list(path: str, text: str) -> Reading:
    """tasks.json. Of several tags that hold tasks the ids begin with the tag: "auth:3.1"."""
    found = read_json(text.removeprefix("\ufeff"))
    if isinstance(found, Fault):
        return Reading(
            KIND, "foreign", {}, {"": Location(path, 1, 1)}, not_read=(f"not one JSON value: {found.reason}",)
        )
    return _List(path, found).reading()


class _List:
    def __init__(self, path: str, source: LocatedJson) -> None:
        self.sheet = Sheet(path)
        self.source = source
        self.tops: set[str] = set()

    def reading(self) -> Reading:
        lists = list(self.lists())
        for tag, pointer, tasks in lists:
            prefix = f"{tag}:" if len(lists) > 1 and tag else ""
            self.tops |= {f"{prefix}{_name(one.get('id'))}" for one in tasks if isinstance(one, Mapping)}
            for at, task in enumerate(tasks):
                self.task(task, child(pointer, at), prefix, "")
        if not lists:
            self.sheet.not_read.append("no list of tasks")
        return self.sheet.reading(KIND, "foreign")

    def lists(self) -> list[tuple[str, str, list[Any]]]:
        """Every list of tasks with its tag and pointer; empty lists are left out when another one is not."""
        value = self.source.value
        if isinstance(value, list):
            return [("", "", value)]
        if not isinstance(value, dict):
            return []
        if isinstance(value.get("tasks"), list):
            return [("", "/tasks", value["tasks"])]
        tagged = []
        for tag, one in value.items():
            if isinstance(one, dict) and isinstance(one.get("tasks"), list):
                tagged.append((tag, f"{child('', tag)}/tasks", one["tasks"]))
            elif (
                isinstance(one, list) and one and all(isinstance(task, dict) and "id" in task for task in one)
            ):
                tagged.append((tag, child("", tag), one))
        return [one for one in tagged if one[2]] or tagged

    def task(
        self, task: Any, pointer: str, prefix: str, parent: str, siblings: frozenset[str] = frozenset()
    ) -> None:
        """`siblings` are the names that the subtasks of one task call each other by."""
        if not isinstance(task, Mapping):
            self.sheet.not_read.append(f"{pointer} is no task")
            return
        own = _name(task.get("id"))
        name = f"{parent}.{own}" if parent and not own.startswith(f"{parent}.") else f"{prefix}{own}"
        if parent and own.startswith(f"{parent}."):
            name = own
        mine = self.sheet.add("/tasks", {"id": name}, *self.at(pointer))
        self.sheet.put(f"{mine}/id", name, *self.at(f"{pointer}/id"))
        data = self.sheet.value["tasks"][-1]
        for source, target in _FIELDS:
            if isinstance(task.get(source), str):
                self.sheet.put(f"{mine}/{target}", task[source], *self.at(f"{pointer}/{source}"))
        for source, target in _LISTS:
            self.texts(task.get(source), f"{pointer}/{source}", f"{mine}/{target}")
        self.needs(task, pointer, mine, prefix, parent, siblings)
        status = str(task.get("status") or "").lower()
        if status:
            data["done"] = status in ("done", "completed", "cancelled")
            data["status"] = status
        if parent:
            data["parent"] = parent
        subtasks = task.get("subtasks")
        below = subtasks if isinstance(subtasks, list) else ()
        names = frozenset(_name(one.get("id")) for one in below if isinstance(one, Mapping))
        for at, one in enumerate(below):
            self.task(one, child(f"{pointer}/subtasks", at), prefix, name, names)

    def needs(
        self,
        task: Mapping[str, Any],
        pointer: str,
        mine: str,
        prefix: str,
        parent: str,
        siblings: frozenset[str],
    ) -> None:
        found = task.get("dependencies")
        for at, one in enumerate(found if isinstance(found, list) else ()):
            name = _name(one)
            if not name:
                continue
            inner = parent and self.is_sibling(one, name, prefix, siblings)
            whole = f"{parent}.{name}" if inner else name if name.startswith(prefix) else f"{prefix}{name}"
            self.sheet.add(f"{mine}/depends_on", whole, *self.at(child(f"{pointer}/dependencies", at)))

    def is_sibling(self, value: Any, name: str, prefix: str, siblings: frozenset[str]) -> bool:
        """A number is a subtask of the same task; "39", which none of them is called, may be a task."""
        if name in siblings and "." not in name:
            return True
        return name.isdecimal() and not (isinstance(value, str) and f"{prefix}{name}" in self.tops)

    def texts(self, value: Any, pointer: str, target: str) -> None:
        if isinstance(value, str) and value.strip():
            self.sheet.add(target, value, *self.at(pointer))
        elif isinstance(value, list):
            for at, one in enumerate(value):
                if isinstance(one, str) and one.strip():
                    self.sheet.add(target, one, *self.at(child(pointer, at)))

    def at(self, pointer: str) -> tuple[int, int]:
        return self.source.line_and_column(pointer)


def _name(value: Any) -> str:
    return str(value).strip() if isinstance(value, int | str | float) and not isinstance(value, bool) else ""


_HEAD = re.compile(
    r"#\s(?P<key>Task ID|Title|Status|Dependencies|Priority|Description|Details|Test Strategy"
    r"|Subtasks)\s?:\s?(?P<rest>.*)"
)
_SUB = re.compile(r"##\s(?P<id>\d{1,4})\.\s(?P<title>.*?)(?: \[(?P<status>[\w-]{1,20})\])?$")
_SUB_HEAD = re.compile(r"###\s(?P<key>Dependencies|Description|Details)\s?:\s?(?P<rest>.*)")


def read_task_text(path: str, text: str) -> Reading:
    """One task_001.txt: the task and its subtasks. What the task depends on are other files: not read."""
    return _Text(path).reading(text)


class _Text:
    def __init__(self, path: str) -> None:
        self.sheet = Sheet(path)
        self.top = ""
        self.mine = ""
        self.key = ""
        self.held: list[tuple[str, int]] = []

    def reading(self, text: str) -> Reading:
        for number, line in enumerate(text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n"), 1):
            self.line(line, number)
        self.flush()
        return self.sheet.reading(KIND, "foreign")

    def line(self, line: str, number: int) -> None:
        if head := _HEAD.match(line):
            self.flush()
            self.head(head, number)
        elif self.top and (sub := _SUB.match(line.rstrip())):
            self.flush()
            self.subtask(sub, number)
        elif self.mine and (inner := _SUB_HEAD.match(line)):
            self.flush()
            self.field(inner["key"], inner["rest"].strip(), number, inner.start("rest") + 1)
        elif line.strip() and self.key:
            self.held.append((line.rstrip(), number))

    def head(self, head: re.Match[str], number: int) -> None:
        key, rest = head["key"], head["rest"].strip()
        if key == "Task ID":
            self.top = rest
            self.mine = self.sheet.add("/tasks", {"id": rest}, number, head.start("rest") + 1)
        elif self.mine:
            self.field(key, rest, number, head.start("rest") + 1)

    def subtask(self, sub: re.Match[str], number: int) -> None:
        data = {"id": f"{self.top}.{sub['id']}", "parent": self.top}
        self.mine = self.sheet.add("/tasks", data, number, sub.start("id") + 1)
        self.sheet.put(f"{self.mine}/title", sub["title"], number, sub.start("title") + 1)
        if sub["status"]:
            self.sheet.value["tasks"][-1]["done"] = sub["status"] == "done"
        self.key = ""

    def field(self, key: str, rest: str, number: int, col: int) -> None:
        self.key = key
        if key == "Title":
            self.sheet.put(f"{self.mine}/title", rest, number, col)
        elif key == "Status":
            self.sheet.value["tasks"][-1]["done"] = rest in ("done", "completed", "cancelled")
        elif key == "Dependencies":
            self.needs(rest, number, col)
        elif key == "Description" and rest:
            self.sheet.put(f"{self.mine}/objective", rest, number, col)
        elif rest:
            self.held.append((rest, number))

    def needs(self, rest: str, number: int, col: int) -> None:
        if NOTHING.fullmatch(rest):
            return
        inside = self.mine != "/tasks/0"
        for found in re.finditer(r"\d{1,5}(?:\.\d{1,4})?", rest):
            name = found[0] if "." in found[0] else f"{self.top}.{found[0]}"
            if inside and name.startswith(f"{self.top}."):
                self.sheet.add(f"{self.mine}/depends_on", name, number, col + found.start())
            elif "dependencies on tasks in other files" not in self.sheet.not_read:
                self.sheet.not_read.append("dependencies on tasks in other files")

    def flush(self) -> None:
        """Write the lines that stood below the last key."""
        held, self.held = self.held, []
        target = {"Details": "changes", "Test Strategy": "tests"}.get(self.key)
        if held and target and self.mine:
            first = held[0]
            text = "\n".join(line for line, _ in held)
            self.sheet.add(
                f"{self.mine}/{target}", text.strip(), first[1], 1 + len(first[0]) - len(first[0].lstrip())
            )
