"""What every plan format is: how it writes a plan, and how it reads it back. Holds no format itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.effects import PLAN_FILE, File
from bot.plan.contract import differences
from bot.plan.formats.plan_file import entries, section_of
from bot.plan.model import Plan

Data = dict[str, Any]
# What the section of an open plan says; a finished one has a line instead, which is not read back.
_IN_SECTION = ("title", "roadmap", "assumptions", "questions", "decisions")


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    `files(plan, existing)` gives the files to write; `existing` holds the present text of files by path,
    and a file that is not in it does not exist. `shown(plan)` is the part of the plan, as plain data,
    that `parse(files, issue)` reads back from them. `not_read_back` names the fields that are not shown,
    or only for people ("tasks.evidence"). `stated(files, rows)` writes the result of a lint run (label, what
    holds) into the files, for a format whose document states it. `whole(plan)` is the plan with what its
    contract has to say and follows from the rest; doing it twice changes nothing. What need not be there is
    only shown, so that it follows every change by itself.
    `closing(plan)` is what to say when the files are written, as Markdown, "" for nothing.
    """

    name: str
    files: Callable[[Plan, Mapping[str, str]], tuple[File, ...]]
    shown: Callable[[Plan], Data]
    parse: Callable[[Sequence[File], int], Data]
    not_read_back: frozenset[str]
    stated: Callable[[Sequence[File], Sequence[tuple[str, str]]], tuple[File, ...]] | None = None
    whole: Callable[[Plan], Plan] = lambda plan: plan
    closing: Callable[[Plan], str] = lambda plan: ""

    def changed(self, plan: Plan, files: Sequence[File]) -> Iterator[tuple[str, object, object]]:
        """Where the files say something else than the plan: pointer, what the plan
        says, what the files say. Of a finished plan, one line in IMPLEMENTATION_PLAN.md, what only its
        section would say is not compared. UserError when that file's marks cannot be trusted.
        """
        left_out = _IN_SECTION if _is_folded(files, plan.issue) else ()
        shown, said = self.shown(plan), self.parse(files, plan.issue)
        yield from differences(_without(shown, left_out), _without(said, left_out))


def _is_folded(files: Sequence[File], issue: int) -> bool:
    text = next((one.text for one in files if one.path == PLAN_FILE), "")
    return section_of(text, issue) is None and issue in entries(text)


def _without(data: Data, names: Sequence[str]) -> Data:
    return {name: value for name, value in data.items() if name not in names}
