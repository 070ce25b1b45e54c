"""A task as it is found in a file, before it has its id and its place in the order. Data only."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from bot.plan.readers.mentions import Named

Placed = tuple[str, int, int]


@dataclass
class Stage:
    """A stretch of the plan with tasks below it. `number` is the author's, "" if none."""

    title: str
    number: str
    line: int
    col: int
    goal: Placed | None = None
    parallel: bool = False


@dataclass
class Found:
    """One task. `stage` is the position of its phase, `block` counts the headings above it, `section` is the
    line of the heading it is listed under.

    `needs` are what the file says of dependencies, as written: "3", "T012", "phase 2".
    """

    title: str
    line: int
    col: int
    number: str = ""
    stage: int = -1
    block: int = 0
    section: int = 0
    parallel: bool = False
    done: bool | None = None
    parent: str = ""
    id: str = ""
    objective: Placed | None = None
    files: list[Named] = field(default_factory=list)
    texts: dict[str, list[Placed]] = field(default_factory=lambda: defaultdict(list))
    needs: list[Placed] = field(default_factory=list)
    boxes: list[bool] = field(default_factory=list)
