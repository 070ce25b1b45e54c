"""The verdict on a pull request that closes tasks: every path, the number of files, and what it shows.

Lock files and generated files count like any other, since somebody has to look at them and they can do harm;
they are only named apart, so that people see when nothing else goes beyond the number. A pull request that
closes several tasks may do what any one of them allows: a path is fine when one task allows it and does not
deny it, and the numbers of files add up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from bot.boundary.answered import lacking_evidence, unanswered
from bot.boundary.facts import ADVISORY, BoundarySettings, ChangedFile, PullFacts, TaskBoundary
from bot.boundary.matching import is_like, is_within, name_fault
from bot.effects import Annotation
from bot.recon.kinds import kind_of
from bot.recon.suggest import Nearby
from bot.render import render

CHECK_NAME = "groundplan / boundary"
BY_MACHINES = ("lock", "generated")  # kinds of `bot.recon.kinds`, where the names are listed
MOST_ANNOTATIONS, MOST_FOR_A_FORK = 400, 50
MOST_ROWS, MAX_SUMMARY = 60, 58_000
_TAKE_OUT = "Take it out of this pull request, or have the plan allow it"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the check run says. `ok`: nothing goes beyond; `offending` are the paths that do, old names of
    renames included."""

    ok: bool
    conclusion: Literal["success", "neutral", "failure"]
    title: str
    summary: str
    annotations: tuple[Annotation, ...]
    offending: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offence:
    """A path that may not change, shown at a file of the pull request, with why, and what to do."""

    path: str
    file: str
    why: str
    do: str


def judged(
    tasks: Sequence[TaskBoundary], pull: PullFacts, settings: BoundarySettings = ADVISORY
) -> Judgement:
    """The verdict on `pull` by the tasks it closes, in whatever order they and its files come.

    Raises ValueError without a task: a pull request that closes none has no boundary.
    """
    if not tasks:
        raise ValueError("no task to judge by")
    ordered = sorted(tasks, key=lambda one: (one.number, one.key))
    files = sorted(set(pull.files), key=lambda one: (one.path, one.previous, one.status))
    own = {file.path for file in files if _is_own(file, ordered)}
    work = [file for file in files if file.path not in own]
    found = _Found(
        offences=tuple(each for file in work for each in _offences(file, ordered, settings)),
        count=pull.count - len(own),
        limit=sum(one.max_diff_scope for one in ordered),
        unseen=pull.unseen,
        evidence=_evidence(ordered, pull, settings),
        open_criteria=_open_criteria(ordered, pull, settings),
    )
    return Judgement(
        ok=found.ok,
        conclusion="success" if found.ok else "failure" if settings.required else "neutral",
        title=_title(found, ordered),
        summary=_summary(found, ordered, pull, settings),
        annotations=_annotations(found, pull, settings),
        offending=tuple(dict.fromkeys(one.path for one in found.offences)),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    offences: tuple[Offence, ...]
    count: int
    limit: int
    unseen: int
    evidence: str
    open_criteria: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not (
            self.offences or self.count > self.limit or self.unseen or self.evidence or self.open_criteria
        )


# --- paths ------------------------------------------------------------------------------------------------


def _is_own(file: ChangedFile, tasks: Sequence[TaskBoundary]) -> bool:
    """Whether it is a document of the plan: whoever finishes a task ticks it there."""
    places = [place for task in tasks for place in task.own_paths]
    is_plain = file.sort == "file" and not name_fault(file.path)
    return is_plain and all(any(is_within(side, place) for place in places) for side in file.sides)


def _offences(
    file: ChangedFile, tasks: Sequence[TaskBoundary], settings: BoundarySettings
) -> Iterator[Offence]:
    """What is wrong with each side of a changed file, one thing a side."""
    for side in file.sides:
        stays = side == file.path and file.status != "removed"
        told = (_name_offence(side, file) if stays else None) or _place_offence(side, tasks, settings)
        if not told and stays:
            told = _sort_offence(file, tasks)
        if told:
            was = f"its old name {side} " if side != file.path else "it "
            yield Offence(side, file.path, was + told[0], told[1])


_Told = tuple[str, str]


def _name_offence(path: str, file: ChangedFile) -> _Told | None:
    fault = name_fault(path)
    return (fault, "Give the file a plain name, as it is typed") if fault else None


def _place_offence(path: str, tasks: Sequence[TaskBoundary], settings: BoundarySettings) -> _Told | None:
    if place := _denies(path, settings.denied_paths):
        return f"is within {place}, which no task of this repository may change", _TAKE_OUT
    if any(_allows(task, path, settings) for task in tasks):
        return None
    for task in tasks:
        if place := _denies(path, task.denied_paths):
            return f"is within {place}, which {_called(task)} may not change", _TAKE_OUT
    whose = " and ".join(map(_called, tasks[:3])) + (" and others" if len(tasks) > 3 else "")
    return f"is outside what {whose} may change{_hint(path, tasks)}", f"{_TAKE_OUT}{_on_locks(path)}"


def _allows(task: TaskBoundary, path: str, settings: BoundarySettings) -> bool:
    allowed = (*task.allowed_paths, *settings.allowed_paths) if task.allowed_paths else ()
    within = not allowed or any(is_within(path, place) for place in allowed)
    return within and not _denies(path, task.denied_paths)


def _denies(path: str, places: Sequence[str]) -> str:
    return next((place for place in places if is_like(path, place)), "")


def _hint(path: str, tasks: Sequence[TaskBoundary]) -> str:
    """What could have been meant: a place that only looks the same, or the nearest one."""
    places = [place for task in tasks for place in task.allowed_paths]
    if twin := _denies(path, places):
        return f" (only case or look-alike letters tell it from {twin})"
    near = _nearby(tuple(places)).to(path, 1)
    return f" (nearest: {near[0]})" if near else ""


@lru_cache(maxsize=8)
def _nearby(places: tuple[str, ...]) -> Nearby:
    return Nearby(places)


def _on_locks(path: str) -> str:
    return ", beside the manifest it belongs to" if kind_of(path) == "lock" else ""


def _sort_offence(file: ChangedFile, tasks: Sequence[TaskBoundary]) -> _Told | None:
    """A link or submodule brings in what lies elsewhere, so a folder that is allowed does not cover it."""
    if file.sort == "file" or any(file.path in task.allowed_paths for task in tasks):
        return None
    return f"is a {file.sort}, which can lead out of the boundary", "Name it in the plan, or add plain files"


def _called(task: TaskBoundary) -> str:
    return f"{task.key} (#{task.number})"


# --- what the pull request shows --------------------------------------------------------------------------


def _evidence(tasks: Sequence[TaskBoundary], pull: PullFacts, settings: BoundarySettings) -> str:
    wanted = settings.evidence and any(task.evidence_required for task in tasks)
    return lacking_evidence(pull.body) if wanted else ""


def _open_criteria(
    tasks: Sequence[TaskBoundary], pull: PullFacts, settings: BoundarySettings
) -> tuple[str, ...]:
    if not settings.acceptance:
        return ()
    lists = (unanswered(task.acceptance, (pull.body, task.issue_body)) for task in tasks)
    return tuple(dict.fromkeys(each for some in lists for each in some))


# --- words ------------------------------------------------------------------------------------------------


def _title(found: _Found, tasks: Sequence[TaskBoundary]) -> str:
    if found.ok:
        whose = tasks[0].key if len(tasks) == 1 else f"{len(tasks)} tasks"
        return f"Within the boundary of {whose}: {found.count} of {_files(found.limit)}"
    paths = len({one.path for one in found.offences})
    wrong = (
        (paths, f"{_count(paths, 'path')} outside the boundary"),
        (found.count > found.limit, f"{_files(found.count)} where {found.limit} may change"),
        (found.unseen, f"{_files(found.unseen)} not listed"),
        (found.evidence, "no evidence"),
        (found.open_criteria, f"{_count(len(found.open_criteria), 'criterion', 'criteria')} open"),
    )
    said = ", ".join(words for holds, words in wrong if holds)
    return said[0].upper() + said[1:]


def _summary(
    found: _Found, tasks: Sequence[TaskBoundary], pull: PullFacts, settings: BoundarySettings
) -> str:
    machine = sorted({one.path for one in pull.files if kind_of(one.path) in BY_MACHINES})
    text = ""
    for rows in (MOST_ROWS, 20, 5):
        text = render(
            "pulls/boundary.md",
            found=found,
            tasks=tasks,
            machine=machine,
            rows=rows,
            required=settings.required,
        )
        if len(text) <= MAX_SUMMARY:
            break
    return text


def _annotations(found: _Found, pull: PullFacts, settings: BoundarySettings) -> tuple[Annotation, ...]:
    most = MOST_FOR_A_FORK if pull.fork else MOST_ANNOTATIONS
    level: Literal["failure", "warning"] = "failure" if settings.required else "warning"
    return tuple(
        Annotation(one.file, 1, level, "Outside the boundary", f"{one.file}: {one.why}. {one.do}.")
        for one in found.offences[:most]
    )


def _files(number: int) -> str:
    return _count(number, "file")


def _count(number: int, word: str, many: str = "") -> str:
    return f"{number} {word}" if number == 1 else f"{number} {many or word + 's'}"
