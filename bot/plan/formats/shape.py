"""What every plan format is: how it writes a plan, and how it reads it back. Holds no format itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.effects import File
from bot.plan.contract import differences
from bot.plan.model import Plan

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    `files(plan, existing)` gives the files to write; `existing` holds the present text of files by path,
    and a file that is not in it does not exist. `shown(plan)` is the part of the plan, as plain data,
    that `parse(files, issue)` reads back from them. `not_read_back` names the fields that are not shown,
    or only for people ("tasks.evidence"). `stated(files, rows)` writes the result of a lint run (label, what
    holds) into the files, for a format whose document states it.
    """

    name: str
    files: Callable[[Plan, Mapping[str, str]], tuple[File, ...]]
    shown: Callable[[Plan], Data]
    parse: Callable[[Sequence[File], int], Data]
    not_read_back: frozenset[str]
    stated: Callable[[Sequence[File], Sequence[tuple[str, str]]], tuple[File, ...]] | None = None

    def changed(self, plan: Plan, files: Sequence[File]) -> Iterator[tuple[str, object, object]]:
        """Where the files say something else than the plan: pointer, what the plan
        says, what the files say.
        """
        yield from differences(self.shown(plan), self.parse(files, plan.issue))
