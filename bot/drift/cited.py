"""Every path that a task of a plan relies on, and what for. Whether it is still there is not asked here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.plan.model import Plan, Task

Use = Literal[
    "to edit", "to delete", "to rename", "to make", "evidence", "defines its command", "test",
    "may touch", "must not touch", "named",
]  # fmt: skip
_USES: Mapping[str, Use] = {"edit": "to edit", "delete": "to delete", "new": "to make", "rename": "to make"}
_PATHISH = re.compile(r"[^\s`'\"<>|,;()*]+")
_POSITION = re.compile(r"(?::\d{1,7}){1,2}$|#L\d{1,7}$")


@dataclass(frozen=True, slots=True)
class Citation:
    """One path a task relies on. `line` and `quote` are of evidence and commands: where it was seen, and the
    words there; 0 and "" when they are not known."""

    path: str
    use: Use
    line: int = 0
    quote: str = ""


def citations(plan: Plan, task: Task) -> Iterator[Citation]:
    """The paths of a task: files, evidence, what defines its commands, its boundary, names in its texts."""
    for change in task.files:
        yield Citation(change.path, _USES[change.change])
        if change.change == "rename" and change.source:
            yield Citation(change.source, "to rename")
    for seen in task.evidence:
        if seen.path != "issue":
            yield Citation(seen.path, "evidence", seen.line, seen.quote)
    yield from _commands(plan, task)
    yield from (Citation(path, "may touch") for path in task.allowed_paths)
    yield from (Citation(path, "must not touch") for path in task.denied_paths)
    yield from (Citation(path, "test") for text in task.tests for path in _named(text))
    said = (task.objective, *task.changes, *task.acceptance, *task.gotchas, *task.user_instructions)
    yield from (Citation(path, "named") for text in (*said, *task.commands) for path in _named(text))


def _commands(plan: Plan, task: Task) -> Iterator[Citation]:
    """Where the commands stand that the task runs; without any of its own it runs the plan's."""
    lines = task.commands or plan.contract_defaults.acceptance_tests
    for command in plan.codebase.commands:
        if any(line == command.line or line.startswith(command.line + " ") for line in lines):
            seen = command.evidence
            yield Citation(seen.path, "defines its command", seen.line, seen.quote)


def _named(text: str) -> Iterator[str]:
    """The words of a text that can be paths, without what ends a sentence or says a line."""
    for word in _PATHISH.findall(text):
        if "/" in word or "." in word:
            yield _POSITION.sub("", word.rstrip(".:!?")).removeprefix("./")
