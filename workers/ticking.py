"""What is written while a plan is worked through: ticks in its documents, and evidence. Plans themselves are
never changed, and whatever happens half-way, every file is whole.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bot.effects import File
from bot.errors import UserError
from bot.plan.contract import contract_path
from bot.plan.digest import canonical_json
from bot.plan.evidence import Evidence, Verdict, record, verdict
from bot.plan.model import Task
from bot.plan.progress import progress
from bot.plan.safe_text import plain
from bot.plan.task_boxes import ticked_tasks, with_ticked
from workers.folder import write_files
from workers.tasks import AGENT, Found, brief, find_task, inside, plans_of, standing, texts

EVIDENCE = f"{AGENT}/evidence"
_TRIES, _PAUSE = 100, 0.1  # how long another process may hold the folder: ten seconds


@dataclass(frozen=True, slots=True)
class Ticked:
    """What ticking a task did: the documents written, and whether it was done before."""

    found: Found
    written: tuple[str, ...]
    before: bool
    freed: tuple[Task, ...]


def tick(root: Path, name: str, issue: int = 0, *, force: bool = False) -> Ticked:
    """Tick a task in every document of its plan; one that is ticked already stays so. UserError when it
    cannot be started yet (unless `force`), when no document has a box for it, or nothing can be written."""
    with _alone(root):
        found = find_task(root, name, issue)
        before = found.task.id in found.progress.done
        if found.progress.state(found.task.id) in ("waiting", "held") and not force:
            reason = f"{found.task.id} is not done: {standing(found)[:1].lower()}{standing(found)[1:]}"
            raise UserError("not-ready", reason, "Do that first, or tick it all the same with --force.")
        there = texts(root, found.plan)
        changed = with_ticked(found.plan, there, {found.task.id})
        if not before and not changed:
            raise _no_box(found)
        _write(root, changed)
        after = progress(found.plan, ticked_tasks(found.plan, there | changed))
    freed = tuple(one for one in after.ready if one not in found.progress.ready)
    return Ticked(Found(found.plan, found.task, after), tuple(sorted(changed)), before, freed)


def _no_box(found: Found) -> UserError:
    path = contract_path(found.plan.issue)
    return UserError(
        "no-box",
        f"No document of the plan of #{found.plan.issue} has a box for {found.task.id}.",
        f"Write them again: `groundplan render {path} --as FORMAT`.",
    )


def ticked_data(ticked: Ticked) -> dict[str, Any]:
    """What ticking did, and what is ready now, as plain data."""
    one = ticked.found.progress
    return {
        "issue": ticked.found.plan.issue,
        "task": ticked.found.task.id,
        "was_done": ticked.before,
        "written": list(ticked.written),
        "freed": [task.id for task in ticked.freed],
        "ready": [brief(task) for task in one.ready],
        "finished": one.finished,
    }


def ticked_text(ticked: Ticked) -> str:
    """`ticked_data` for people."""
    one, name = ticked.found.progress, ticked.found.task.id
    lines = [f"{name} {'was done already' if ticked.before else 'is done'}: {plain(ticked.found.task.title)}"]
    lines += [f"ticked in {path}" for path in ticked.written]
    lines += [f"Ready now: {task.id}  {plain(task.title)}" for task in one.ready]
    if one.finished:
        lines.append(f"The plan of #{one.plan.issue} is finished.")
    return "".join(f"{line}\n" for line in lines)


def keep_evidence(root: Path, found: Found, given: Evidence) -> tuple[Verdict, str]:
    """What a report leaves open, and the path it is kept at; a later report takes its place."""
    path = f"{EVIDENCE}/{found.plan.issue}-{quote(found.task.id, safe='')}.json"
    text = canonical_json(record(found.plan, found.task, given))
    with _alone(root):
        inside(root, path)
        with _told():
            _put(root / path, text)
    return verdict(found.plan, found.task, given), path


def _write(root: Path, changed: Mapping[str, str]) -> None:
    with _told():
        write_files(tuple(File(path, text) for path, text in sorted(changed.items())), root)


def _put(place: Path, text: str) -> None:
    """The whole text or none of it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".groundplan-", dir=place.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(place)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = f"{error.filename or 'The folder'} cannot be written: {error.strerror}."
        raise UserError(
            "not-writable", reason, "Check its rights and the room on its disk, then try again."
        ) from None


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """No other process of ours writes here meanwhile. The lock is on the folder itself, goes with the
    process, and leaves no file behind. UserError when somebody holds it for long."""
    plans_there = root / AGENT
    if not plans_there.is_dir():
        plans_of(root)
    folder = os.open(plans_there, os.O_RDONLY)
    try:
        if not any(_taken(folder) for _ in range(_TRIES)):
            reason = f"Another process is writing in {root}."
            raise UserError("busy", reason, "Try again when it is through.")
        yield
    finally:
        os.close(folder)


def _taken(folder: int) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    time.sleep(_PAUSE)
    return False
