"""Where a defect can be put into a clean plan: its steps, sentences and tables, by the format's own shape.
Knows how plans are written, and nothing of the rules.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.plan.model import Milestone, Task
from bot.plan.rules import LintInput
from tests.plan.mutants.harness import Base, Mutant, replan

_STEP = {
    "steps": re.compile(r"- \[.\] \*\*Step (\d+)\b"),
    "export": re.compile(r"### Step (\d+)\b"),
    "technical": re.compile(r"\d+\. \*\*T(\d+)\b"),
    "foreign": re.compile(r"- \[.\] T0*(\d+)\b"),
}
# Lines that hold a whole sentence of the plan's own, to which another one can be added.
_SENTENCE = {
    "steps": re.compile(r"  - \*\*Task\*\*: "),
    "export": re.compile(r"- \*\*(?:Purpose|Notes)\*\*: "),
    "functional": re.compile(r"\*\*Description\*\*: "),
    "technical": re.compile(r"\d+\. \*\*T\d+ "),
    "foreign": re.compile(r"- \[.\] T\d+ (?!.*\uff08)"),
}


@dataclass(frozen=True)
class Step:
    """A step of a document: its place in the plan, its number, its first line and the one after its last."""

    at: int
    number: int
    start: int
    end: int


def lines_of(base: Base) -> list[str]:
    """The lines of the base's Markdown."""
    return base.text.split("\n")


def steps_of(base: Base) -> list[Step]:
    """The steps of a document, in order."""
    lines = lines_of(base)
    pattern = _STEP[base.format]
    starts = [(at, found) for at, line in enumerate(lines) if (found := pattern.match(line))]
    heads = [at for at, line in enumerate(lines) if line.startswith("## ")] + [len(lines)]
    out = []
    for index, (start, found) in enumerate(starts):
        following = starts[index + 1][0] if index + 1 < len(starts) else len(lines)
        end = min(following, next(at for at in heads if at > start))
        out.append(Step(index, int(found[1]), start, end))
    return out


def written(base: Base, lines: Sequence[str]) -> LintInput:
    """The base with these lines in the place of its Markdown."""
    return base.given(files={**base.files, base.path: "\n".join(lines)})


def at_line(base: Base, lines: Sequence[str], index: int, pointer: str | None = None) -> Mutant:
    """The base with changed lines, broken on the one with this index (from 0)."""
    return Mutant(written(base, lines), pointer, (base.path, index + 1))


def changed_line(base: Base, index: int, new: str, pointer: str | None = None) -> Mutant:
    """The base with one line written differently, which is where it is broken then."""
    lines = lines_of(base)
    assert lines[index] != new, f"{base.name}: nothing changes in {new!r}"
    lines[index] = new
    return at_line(base, lines, index, pointer)


def matching(base: Base, pattern: str, start: int = 0, end: int | None = None) -> list[int]:
    """The indices of lines that begin with this pattern."""
    found = re.compile(pattern)
    last = len(lines_of(base)) if end is None else end
    return [at for at, line in enumerate(lines_of(base)) if start <= at < last and found.match(line)]


def label(base: Base, step: Step, name: str) -> int | None:
    """The index of a step's line with this label."""
    return next(iter(matching(base, rf"\s*- \*\*{name}\*\*:", step.start, step.end)), None)


def sentence_added(base: Base, dice: random.Random, text: str) -> Mutant:
    """The base with one more sentence in some step, requirement or task."""
    if base.plan is not None:
        at = dice.randrange(len(base.plan.tasks))
        objective = _joined(base.plan.tasks[at].objective, text)
        return Mutant(with_task(base, at, objective=objective), f"/tasks/{at}/objective")
    pattern = _SENTENCE[base.format]
    index = dice.choice([at for at, line in enumerate(lines_of(base)) if pattern.match(line)])
    return changed_line(base, index, _joined(lines_of(base)[index], text))


def _joined(before: str, text: str) -> str:
    return f"{before} {text}" if before.endswith((".", "。")) else f"{before}. {text}"


def some_task(base: Base, dice: random.Random) -> tuple[int, Task]:
    """A task of a roadmap, with its place."""
    assert base.plan is not None
    return dice.choice(list(enumerate(base.plan.tasks)))


def with_task(base: Base, at: int, **changes: Any) -> LintInput:
    """A roadmap with one task changed."""
    assert base.plan is not None
    tasks = list(base.plan.tasks)
    tasks[at] = tasks[at].model_copy(update=changes)
    return replan(base, tasks=tuple(tasks))


def with_milestone(base: Base, at: int, **changes: Any) -> LintInput:
    """A roadmap with one milestone changed."""
    assert base.plan is not None
    milestones: list[Milestone] = list(base.plan.roadmap.milestones)
    milestones[at] = milestones[at].model_copy(update=changes)
    return replan(base, roadmap=base.plan.roadmap.model_copy(update={"milestones": tuple(milestones)}))


def section(base: Base, title: str) -> tuple[int, int]:
    """The first line of a section and the one after its last."""
    lines = lines_of(base)
    start = next(at for at, line in enumerate(lines) if re.fullmatch(rf"#+ {re.escape(title)}", line))
    level = len(lines[start]) - len(lines[start].lstrip("#"))
    ends = (
        at
        for at in range(start + 1, len(lines))
        if lines[at].startswith("#") and len(lines[at]) - len(lines[at].lstrip("#")) <= level
    )
    return start, next(ends, len(lines))


def titles(base: Base, level: int = 2) -> list[str]:
    """The titles of all sections of this level."""
    mark = "#" * level + " "
    return [line.removeprefix(mark) for line in lines_of(base) if line.startswith(mark)]


def rows(base: Base, title: str) -> list[int]:
    """The indices of the rows of a section's tables, heads left out."""
    start, end = section(base, title)
    return [
        at
        for at in range(start, end)
        if lines_of(base)[at].startswith("|")
        and not lines_of(base)[at].startswith("|---")
        and not lines_of(base)[at + 1].startswith("|---")
    ]


def cells(line: str) -> list[str]:
    """The cells of a table row."""
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def row(*texts: str) -> str:
    """A table row."""
    return f"| {' | '.join(texts)} |"


def recelled(base: Base, index: int, at: int, text: str, pointer: str | None = None) -> Mutant:
    """The base with another text in one cell."""
    found = cells(lines_of(base)[index])
    found[at] = text
    return changed_line(base, index, row(*found), pointer)
