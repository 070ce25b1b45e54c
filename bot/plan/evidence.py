"""What somebody who carried out a task reports, and what of the task it leaves open. Reads and runs nothing:
it compares what is said with what the plan asks for.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot.plan.boundary import boundary
from bot.plan.fanout import fanout
from bot.plan.model import Plan, Task
from bot.plan.safe_text import plain
from bot.secret_text import secret_in

WITHHELD = "(withheld: this seems to hold a secret)"
MOST = 1000
_DRIVE = re.compile(r"[A-Za-z]:")


def _repository_path(path: str) -> str:
    """A path from the root of the repository, without `./`; nothing that leads out of it."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith(("/", "~")) or "\\" in path or _DRIVE.match(path) or ".." in parts or not parts:
        raise ValueError("must be a path below the root of the repository, with `/` between its parts")
    if plain(path) != path:
        raise ValueError("must not hold line breaks or invisible characters")
    return "/".join(parts)


RepositoryPath = Annotated[
    str,
    Field(min_length=1, max_length=1024, description="From the root of the repository: src/app.py"),
    AfterValidator(_repository_path),
]


class _Reported(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CommandRun(_Reported):
    """One command that was run."""

    command: str = Field(min_length=1, max_length=2000, description="As it was run, on one line.")
    exit_code: int = Field(ge=-1000, le=1000, description="0 when it passed.")
    output: str = Field(default="", max_length=4000, description="The lines that matter, no more.")


class Criterion(_Reported):
    """What became of one acceptance criterion."""

    number: int = Field(gt=0, le=MOST, description="Its number under *Accepted when*, from 1.")
    met: bool
    how: str = Field(min_length=1, max_length=2000, description="How that was seen: a test, an output.")


class Evidence(_Reported):
    """All that is reported about one task."""

    commands: tuple[CommandRun, ...] = Field(default=(), max_length=100)
    changed_files: tuple[RepositoryPath, ...] = Field(default=(), max_length=MOST)
    acceptance: tuple[Criterion, ...] = Field(default=(), max_length=100)
    notes: str = Field(default="", max_length=4000, description="What is left open; what surprised.")


class Verdict(BaseModel):
    """What is missing. `complete` when nothing is."""

    model_config = ConfigDict(frozen=True)

    complete: bool
    not_covered: tuple[str, ...] = Field(description="Criteria that nobody says are met, with numbers.")
    not_run: tuple[str, ...] = Field(description="Commands of the task that were not run.")
    failed: tuple[str, ...] = Field(description="Commands that did not end with 0.")
    files: int = Field(description="Changed files that count; the plan's own documents do not.")
    max_files: int
    outside: tuple[str, ...] = Field(description="Changed files that the task may not change.")
    denied: tuple[str, ...] = Field(description="Changed files that it must never change.")
    inside_boundary: bool
    unknown_criteria: tuple[int, ...] = Field(description="Reported numbers that the task does not have.")


def verdict(plan: Plan, task: Task, given: Evidence) -> Verdict:
    """What the evidence leaves open of a task. A command or criterion told twice counts as it was told
    last."""
    crossing = boundary(plan, task).crossed(given.changed_files)
    ended = {plain(one.command): one.exit_code for one in given.commands}
    met = {one.number for one in _last_told(given) if one.met}
    wanted = next(one.commands for one in fanout(plan).tasks if one.key == task.id)
    open_ones = [f"{at}. {text}" for at, text in enumerate(task.acceptance, start=1) if at not in met]
    not_run = tuple(one for one in wanted if plain(one) not in ended)
    failed = tuple(name for name, code in ended.items() if code)
    unknown = sorted({one.number for one in given.acceptance if one.number > len(task.acceptance)})
    return Verdict(
        complete=not (open_ones or not_run or failed) and crossing.holds,
        not_covered=tuple(open_ones),
        not_run=not_run,
        failed=failed,
        files=crossing.files,
        max_files=crossing.most,
        outside=crossing.outside,
        denied=crossing.denied,
        inside_boundary=crossing.holds,
        unknown_criteria=tuple(unknown),
    )


def record(plan: Plan, task: Task, given: Evidence) -> dict[str, Any]:
    """What is kept of it, as plain data; texts that seem to hold a secret are withheld."""
    said = _without_secrets(given.model_dump(mode="json"))
    judged = verdict(plan, task, given).model_dump(mode="json")
    return {
        "schema": 1,
        "issue": plan.issue,
        "task": task.id,
        "title": task.title,
        "evidence": said,
        "verdict": _without_secrets(judged),
    }


def _last_told(given: Evidence) -> list[Criterion]:
    return list({one.number: one for one in given.acceptance}.values())


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_secrets(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_without_secrets(one) for one in value]
    return WITHHELD if isinstance(value, str) and secret_in(value) else value
