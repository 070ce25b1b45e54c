"""PLN501-505: a task is one piece of work of sensible size."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from os.path import commonpath
from pathlib import PurePosixPath

from bot.plan.findings import Severity
from bot.plan.model import Task
from bot.plan.rules.engine import Hit, LintInput, rule
from bot.plan.rules.scope import bare
from bot.plan.rules.tasks import called, migrations, paths, plan_of, task_texts

_MOST = 20
_MANY = 8
_FEW = 5
_TRACKS = 2


@rule(
    "PLN501",
    severity="error",
    needs=["plan"],
    formats="S,X,O,K",
    message="Step {id} touches {n} files (max 20); split by {dirs}",
)
def tasks_touch_at_most_twenty_files(given: LintInput) -> Iterator[Hit]:
    """A task touches at most 20 files"""
    for at, task in enumerate(plan_of(given).tasks):
        touched = paths(task)
        if len(touched) > _MOST:
            dirs = _places(touched)
            # What others wrote knows nothing of this limit.
            severity: Severity | None = "warning" if given.format == "foreign" else None
            values = {"id": called(given, at), "n": len(touched), "dirs": dirs}
            yield Hit(f"/tasks/{at}/files", values, f"one task each: {dirs}", severity)


def _places(touched: Sequence[str]) -> str:
    """The three folders that most of the paths are in, below the folder that all of them are in."""
    relative = [path for path in touched if not path.startswith("/")]
    above = commonpath([str(PurePosixPath(path).parent) for path in relative]) if relative else ""
    start = len(PurePosixPath(above).parts) if above != "." else 0
    below = [PurePosixPath(path).parts for path in touched]
    count = Counter("/".join(parts[: start + 1]) for parts in below if len(parts) > start + 1)
    if len(count) < 2:
        return f"what belongs together in {above or 'the root'}"
    return ", ".join(f"{n} in {name}" for name, n in count.most_common(3))


@rule(
    "PLN502",
    severity="warning",
    tier="extended",
    needs=["plan"],
    formats="S,X,O",
    message="Step {id} touches {n} files",
)
def tasks_touch_few_files(given: LintInput) -> Iterator[Hit]:
    """A task touches at most 8 files"""
    for at, task in enumerate(plan_of(given).tasks):
        n = len(paths(task))
        if _MANY < n <= _MOST:
            advice = f"tasks of up to {_MANY} files are reviewed in one go: {_places(paths(task))}"
            yield Hit(f"/tasks/{at}/files", {"id": called(given, at), "n": n}, advice)


@rule(
    "PLN503",
    severity="error",
    needs=["plan"],
    formats="S,X",
    message="Step {id} changes nothing",
)
def tasks_do_something(given: LintInput) -> Iterator[Hit]:
    """A task names a file, an edit, a command, a test or something for people to do"""
    for at, task in enumerate(plan_of(given).tasks):
        changes = any(not _TALK.match(text) for text in task.changes)
        if not (paths(task) or changes or task.commands or task.tests or task.user_instructions):
            advice = "name the files it edits, the command it runs, or what people have to do"
            yield Hit(f"/tasks/{at}", {"id": called(given, at)}, advice)


# What leaves nothing behind.
_TALK = re.compile(
    r"\W{0,5}(?:talk (?:\w+ ){0,4}over|talk (?:to|with) (?:the |our )?(?:team|owners?|users?"
    r"|stakeholders?|maintainers?)"
    r"|discuss|think about|brainstorm|reflect on|agree on|hold a meeting|have a (?:chat|talk|meeting|think))"
    r"\b[^`\n/]{0,200}$",
    re.IGNORECASE,
)

# Verbs that are hardly ever nouns in a title, and verbs that often are: those need an article after them.
_VERB = (
    r"(?:add|implement|introduce|extract|refactor|migrate|configure|integrate|replace|remove|expose"
    r"|ensure|wire"
    r"|extend|generate|convert|rewrite|verify|validate|deprecate|write|create|enable|disable)"
)
_MAYBE = (
    r"(?:update|fix|build|test|deploy|install|upgrade|rename|delete|drop|move|publish|document|set|run"
    r"|load|store"
    r"|show|support|define|register|use|change|clean|merge|split|import|export|design|review|check"
    r"|render|send)"
)
_FIRST = re.compile(rf"^(?:[\w.]+:\s+)?(?P<a>{_VERB}|{_MAYBE})\s+(?!and\b|or\b|&|,|plus\b)", re.IGNORECASE)
_SECOND = re.compile(
    rf"(?P<before>(?<![\w-])[\w-]{{1,40}})[)\"']?(?:,?\sand(?:\sthen)?\s|\s&\s|;\s|,?\splus\s|,?\sthen\s)"
    rf"(?P<b>{_VERB}\s+(?!and\b|or\b|,)(?=\S)|{_MAYBE}\s+(?:the|a|an|all|its|their|our|each|every"
    rf"|existing|new)\s)",
    re.IGNORECASE,
)
_ANY_VERB = re.compile(
    rf"(?:{_VERB}|{_MAYBE}|read|list|view|edit|copy|search|start|stop|get|put)", re.IGNORECASE
)


@rule(
    "PLN504",
    severity="warning",
    tier="extended",
    needs=["plan"],
    formats="S,X,O",
    message="Step {id} seems to do two things: {a} / {b}",
)
def tasks_do_one_thing(given: LintInput) -> Iterator[Hit]:
    """A task's title says one thing, and its files belong to at most two tracks"""
    for at, one in task_texts(given, "title"):
        if two := _two_things(" ".join(bare(one.text).split())):
            yield Hit(one.pointer, {"id": called(given, at), "a": two[0], "b": two[1]}, "make it two tasks")
    tracks = _tracks_by_folder(plan_of(given).tasks)
    for at, task in enumerate(plan_of(given).tasks):
        mine = sorted({name for folder in _folders(task) for name in _others(tracks[folder], task)})
        if len(mine) > _TRACKS:
            yield Hit(
                f"/tasks/{at}/files",
                {"id": called(given, at), "a": mine[0], "b": mine[1]},
                "one task a track",
            )


def _two_things(title: str) -> tuple[str, str] | None:
    """The two verbs of a title, each with something of its own to be done to."""
    first = _FIRST.search(title)
    second = _SECOND.search(title, first.end()) if first else None
    if first is None or second is None or _ANY_VERB.fullmatch(second["before"]):
        return None
    return first["a"].lower(), second["b"].split()[0].lower()


def _folders(task: Task) -> set[str]:
    return {path.rpartition("/")[0] for path in paths(task)} - {""}


def _tracks_by_folder(tasks: Sequence[Task]) -> Mapping[str, set[tuple[str, str]]]:
    """For each folder the tasks that write in it, with their tracks."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for task in tasks:
        for folder in _folders(task):
            found[folder].add((task.id, task.track))
    return found


def _others(writers: set[tuple[str, str]], task: Task) -> set[str]:
    """The track a folder belongs to: the only one that the other tasks in it have."""
    tracks = {track for name, track in writers if name != task.id and track}
    return tracks if len(tracks) == 1 else set()


@rule(
    "PLN505",
    severity="warning",
    tier="extended",
    needs=["plan"],
    formats="S,X",
    message="Step {id}: Effort {e} with {n} files",
)
def effort_fits_the_work(given: LintInput) -> Iterator[Hit]:
    """Effort S is a few files and no migration; effort L shows in files, edits or remarks"""
    for at, task in enumerate(plan_of(given).tasks):
        n, effort = len(paths(task)), task.effort.upper()
        values = {"id": called(given, at), "e": effort, "n": n}
        if effort == "S" and migrations(task):
            message = f"Step {values['id']}: Effort S with a migration ({migrations(task)[0]})"
            yield Hit(f"/tasks/{at}/effort", values, "make it M", message=message)
        elif effort == "S" and n > _FEW and task.kind != "docs":
            yield Hit(f"/tasks/{at}/effort", values, "make it M, or split it")
        elif effort == "L" and n and not _is_long(task):
            yield Hit(f"/tasks/{at}/effort", values, "make it M, or say under notes what takes so long")


def _is_long(task: Task) -> bool:
    """Whether a task shows why it takes long: by its files, edits, risk, or what it says beside them."""
    said = task.gotchas or task.user_instructions or task.rollback.note or migrations(task)
    risky = task.risk_class.lower() in ("high", "critical")
    return bool(said) or risky or len(paths(task)) >= _FEW or len(task.changes) >= _FEW
