"""Which unfinished tasks cite what pushes have moved, deleted, made or changed, and where it is now."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from bot.boundary.matching import is_within
from bot.drift.changes import Course, PathChange
from bot.drift.cited import Citation, Use, citations
from bot.drift.whereabouts import Whereabouts
from bot.plan.graph import writes
from bot.plan.model import Plan, Task

Why = Literal["moved", "gone", "replaced", "exists", "quote gone", "quote moved", "done", "changed"]
TextOf = Callable[[str], str | None]
_NOTES: frozenset[Why] = frozenset({"quote gone", "quote moved", "done", "changed"})
_ORDER: tuple[Why, ...] = (
    "done", "replaced", "moved", "gone", "exists", "quote gone", "quote moved", "changed"
)  # fmt: skip
_WORDS_ONLY: frozenset[Use] = frozenset({"test", "named"})
_PLACES: frozenset[Use] = frozenset({"may touch", "must not touch"})


@dataclass(frozen=True, slots=True)
class Stale:
    """One path of a task that is not what the plan takes it for.

    `why` "moved": it has another path now; "replaced": so, and another file stands at the old one; "gone":
    deleted, or nobody knows where to; "exists": it was to be made and is there; "done": what the task was to
    do to it is done. "quote gone" and "quote moved" are of the words cited at `line`, which are at `now_line`
    now; "changed" is of contents. `now` are the paths where it is or may be, best first, `known` when a push
    itself says so. `uses` is what the task cites it for.
    """

    task: str
    path: str
    why: Why
    uses: tuple[Use, ...] = ()
    now: tuple[str, ...] = ()
    known: bool = False
    line: int = 0
    now_line: int = 0

    @property
    def is_note(self) -> bool:
        """Whether the task can be carried out as it stands, and people should only know."""
        return self.why in _NOTES


def no_text(_path: str) -> str | None:
    """For whoever has no contents at hand: quotes are then not looked up."""
    return None


def drifted(
    plan: Plan,
    unfinished: Collection[str],
    changes: Sequence[PathChange],
    paths_now: Collection[str],
    text_of: TextOf = no_text,
) -> tuple[Stale, ...]:
    """What is stale of the tasks with these ids, in the plan's order; one entry for each path of a task.

    `changes` are those of the default branch since the plan's commit (or later ones, in order), `paths_now`
    all of its files after them. `text_of` gives a file's text as it is now, None when it cannot be had. A
    path that none of the changes touched is never stale, for a task may cite what an earlier one makes; and
    what finished tasks were to write is expected to have changed.
    """
    finished = (task for task in plan.tasks if task.id not in unfinished)
    expected = frozenset(path for task in finished for path in writes(task))
    planned = frozenset(one.path for task in plan.tasks for one in task.files if one.change == "new")
    course = Course(changes, frozenset(paths_now))
    look = _Look(course, Whereabouts(course, planned), text_of, expected)
    return tuple(
        one
        for task in plan.tasks
        if task.id in unfinished
        for one in _merged(task, (found for each in citations(plan, task) for found in look.at(each, task)))
    )


def _merged(task: Task, found: Iterable[Stale]) -> Iterator[Stale]:
    """One entry for a path: the gravest, with everything it is cited for."""
    by_path: dict[str, list[Stale]] = {}
    for one in found:
        by_path.setdefault(one.path, []).append(one)
    for some in by_path.values():
        first = min(some, key=lambda one: _ORDER.index(one.why))
        uses = tuple(dict.fromkeys(use for one in some for use in one.uses))
        yield Stale(task.id, first.path, first.why, uses, first.now, first.known, first.line, first.now_line)


@dataclass(frozen=True)
class _Look:
    course: Course
    whereabouts: Whereabouts
    text_of: TextOf
    expected: frozenset[str]

    def at(self, cited: Citation, task: Task) -> Iterator[Stale]:
        """What is stale about one citation: one thing, or nothing."""
        if cited.use == "to make":
            yield from self._to_make(cited, task)
        elif cited.use in _PLACES and self._is_place(cited.path):
            yield from self._place(cited)
        else:
            yield from self._file(cited, task)

    def _to_make(self, cited: Citation, task: Task) -> Iterator[Stale]:
        if cited.path not in self.course.taken:
            return
        source = next((one.source for one in task.files if one.path == cited.path), "")
        is_done = bool(source) and self.course.fate(source) == ("moved", cited.path)
        yield Stale("", cited.path, "done" if is_done else "exists", (cited.use,), (cited.path,), known=True)

    def _file(self, cited: Citation, task: Task) -> Iterator[Stale]:
        fate, there = self.course.fate(cited.path)
        if fate == "moved":
            yield self._moved(cited, task, there)
        elif fate == "gone":
            yield self._gone(cited, there)
        elif fate == "changed" and cited.use not in _WORDS_ONLY | _PLACES:
            yield from self._changed(cited)

    def _moved(self, cited: Citation, task: Task, there: str) -> Stale:
        wanted = {one.source: one.path for one in task.files if one.change == "rename"}
        if cited.use == "to rename" and wanted.get(cited.path) == there:
            return Stale("", cited.path, "done", (cited.use,), (there,), known=True)
        why: Why = "replaced" if cited.path in self.course.now else "moved"
        return Stale("", cited.path, why, (cited.use,), (there,), known=True, line=cited.line)

    def _gone(self, cited: Citation, last: str) -> Stale:
        if cited.use == "to delete":
            return Stale("", cited.path, "done", (cited.use,), known=True)
        there = self.whereabouts.of(last)
        return Stale("", cited.path, "moved" if there else "gone", (cited.use,), there, line=cited.line)

    def _changed(self, cited: Citation) -> Iterator[Stale]:
        """A file that is there and has other contents; where its quoted words are known, they count."""
        if cited.path in self.expected:
            return
        text = self.text_of(cited.path) if cited.quote else None
        if text is None:
            yield Stale("", cited.path, "changed", (cited.use,), (cited.path,), known=True, line=cited.line)
            return
        lines = _lines_of(text, cited.quote)
        if not lines:
            yield Stale("", cited.path, "quote gone", (cited.use,), (cited.path,), True, cited.line)
        elif cited.line and cited.line not in lines:
            near = min(lines, key=lambda line: abs(line - cited.line))
            yield Stale("", cited.path, "quote moved", (cited.use,), (cited.path,), True, cited.line, near)

    def _is_place(self, place: str) -> bool:
        """Whether it is a folder or a pattern, and not a file that is or was there."""
        fate, _ = self.course.fate(place)
        return place not in self.course.now and fate == "same"

    def _place(self, cited: Citation) -> Iterator[Stale]:
        """A folder or pattern that held files, and holds none any more."""
        left = [path for path in self._left if is_within(path, cited.path)]
        if not left or self._holds_any(cited.path):
            return
        folder = cited.path.rstrip("/*").removeprefix("./")
        there = self.whereabouts.of_folder(folder) if "*" not in folder and "?" not in folder else ()
        known = len(there) == 1 and any(path in self.course.renamed for path in left)
        yield Stale("", cited.path, "moved" if there else "gone", (cited.use,), there, known)

    def _holds_any(self, place: str) -> bool:
        folder = place.rstrip("/*").removeprefix("./")
        if "*" in folder or "?" in folder:
            return any(is_within(path, place) for path in self.course.now)
        at = bisect_left(self._sorted, f"{folder}/")
        return at < len(self._sorted) and self._sorted[at].startswith(f"{folder}/")

    @cached_property
    def _left(self) -> Sequence[str]:
        return [path for path in (*self.course.renamed, *self.course.removed) if path not in self.course.now]

    @cached_property
    def _sorted(self) -> Sequence[str]:
        return sorted(self.course.now)


def _lines_of(text: str, quote: str) -> list[int]:
    """The lines at which a quote begins, white space aside; of a longer one its first line is looked for."""
    wanted = next((" ".join(line.split()) for line in quote.splitlines() if line.strip()), "")
    lines = text.splitlines()
    return [at for at, line in enumerate(lines, 1) if wanted and wanted in " ".join(line.split())]
