"""PLN406: functions and classes that the plan says are there can be found where it says.

What a task, or one before it, adds is not cited as existing.
Absence is claimed only when the whole file was read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.plan.model import Task
from bot.plan.rules.engine import Hit, Lacking, LintInput, rule
from bot.plan.rules.fields import TextField
from bot.plan.rules.graph import made_names
from bot.plan.rules.ground import Ground
from bot.plan.rules.grounding import file_changes

_PATH = r"(?P<path>[\w.@+\[\]/-]{1,200}\.[A-Za-z]\w{0,9})"
_NAME = r"(?P<name>[A-Za-z_$][\w$]{1,80}(?:(?:\.|::|#)[A-Za-z_$][\w$]{1,80}){0,3})(?:\([^`\n]{0,80}\))?"
_CITED = (
    re.compile(
        rf"`{_NAME}`\s+(?:\w+\s+){{0,2}}?(?:in|from|of|inside|within)\s+(?:the\s+)?(?:file\s+|module\s+)?`{_PATH}`"
    ),
    re.compile(rf"`{_PATH}`?(?:::|#)`?{_NAME}`"),
    re.compile(
        rf"`{_NAME}`\s{{0,2}}\(\s{{0,2}}(?:in\s+)?`?{_PATH}(?::\d{{1,6}}(?:-\d{{1,6}})?)?`?\s{{0,2}}\)"
    ),
)
_MADE = re.compile(
    r"\b(?:add|creat|introduc|defin|implement|writ|export|declar|register|extract|new\b|renam|mov|generat"
    r"|wrap|expos|provid"
    r"|build|insert|append|put|replac|delet|remov|split|call it|named|into\b|no longer|missing"
    r"|does not exist|absent)",
    re.IGNORECASE,
)
# In the line of a file that is changed: what only a name that is there can be asked.
_CHANGED = re.compile(
    r"(?:^|[;:]\s|\b(?:and|then) )"
    r"(?:chang|extend|modif(?:y|ies)|fix|refactor|renam|delet|remov|drop|split|reus)"
    rf"(?:e|es|s|ing|ting|ping)?\s(?:the\s)?(?:existing\s|function\s|method\s|class\s)?`{_NAME}`",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.;:!?]\s|\n|,\s")
_FILE_NAME = re.compile(
    r"\.(?:py|pyi|[cm]?[jt]sx?|go|rs|java|kt|rb|php|cs|swift|md|json|ya?ml|toml|css|html|sql|sh)$"
)
_QUOTED_NAME = re.compile(r"[A-Za-z_][\w.]{2,120}(?:\(\))?")


@dataclass(frozen=True, slots=True)
class _Citation:
    pointer: str
    path: str
    name: str


@rule(
    "PLN406",
    severity="error",
    needs=["plan", "ground"],
    formats="X,S,O,K",
    message="`{sym}` not found in {path}; closest: {near}",
)
def cited_names_exist(given: LintInput) -> Iterator[Hit]:
    """What the plan says a file defines is in that file"""
    ground = given.ground
    assert ground is not None
    cited = list(dict.fromkeys(_citations(given)))
    verdicts = [ground.defines(one.path, one.name) for one in cited]
    if verdicts and all(verdict is None for verdict in verdicts):
        raise Lacking("no outline can be made of the files whose names are cited")
    for one, verdict in zip(cited, verdicts, strict=True):
        if verdict is False:
            near = ", ".join(ground.names_near(one.path, one.name))
            values = {"sym": one.name, "path": one.path, "near": near or "nothing near"}
            yield Hit(one.pointer, values, near, severity="info" if given.format == "foreign" else None)


def _citations(given: LintInput) -> Iterator[_Citation]:
    """Names cited in files that are there and that no task before has changed the names of."""
    ground, plan = given.ground, given.plan
    assert ground is not None
    assert plan is not None
    made = _made(given)
    moved = {
        path
        for _, _, one in file_changes(given)
        if one.change in ("new", "rename")
        for path in (one.path, one.source)
    }
    everything = frozenset().union(*made.values())
    for one in given.texts_of_plan:
        if one.quoted or "`" not in one.text:
            continue
        known = made.get(_task_of(one), everything)
        for name, path in _cited(one.text):
            real = _real(ground, path)
            if real and real not in moved and not {name, _last(name)} & known:
                yield _Citation(one.pointer, real, name)
    for pointer, task, change in file_changes(given):
        if change.change == "edit" and change.path not in moved and ground.exists(change.path):
            for found in _CHANGED.finditer(change.summary):
                if not {found["name"], _last(found["name"])} & made[task.id]:
                    yield _Citation(f"{pointer}/summary", change.path, found["name"])
    for at, task in enumerate(plan.tasks):
        for index, seen in enumerate(task.evidence):
            if _QUOTED_NAME.fullmatch(seen.quote) and ground.exists(seen.path):
                yield _Citation(
                    f"/tasks/{at}/evidence/{index}/quote", seen.path, seen.quote.removesuffix("()")
                )


def _cited(text: str) -> Iterator[tuple[str, str]]:
    """Name and path of every citation that no word before it turns into something to be made."""
    for pattern in _CITED:
        for found in pattern.finditer(text):
            before = _SENTENCE.split(text[max(0, found.start() - 160) : found.start()])[-1]
            if (
                not _MADE.search(before)
                and not _FILE_NAME.search(found["name"])
                and not _MADE.search(re.sub(r"`[^`\n]*`", "", found[0]))
            ):
                yield found["name"], found["path"]


def _real(ground: Ground, path: str) -> str:
    """The file that is meant; "" when there is none, or several."""
    if ground.exists(path):
        return path
    found = ground.ending_in(path) if "/" in path else ()
    return found[0] if len(found) == 1 else ""


def _made(given: LintInput) -> dict[str, frozenset[str]]:
    """For each task the names that it and those before it add; in another tool's plan those of all."""
    assert given.plan is not None
    own = {task.id: _names(at, task) for at, task in enumerate(given.plan.tasks)}
    everything = frozenset().union(*own.values())
    if given.format == "foreign":
        return dict.fromkeys(own, everything)
    return {
        name: own[name].union(*(own[other] for other in given.graph.ancestors(name) if other in own))
        for name in own
    }


def _names(at: int, task: Task) -> frozenset[str]:
    return frozenset(part for name in made_names(at, task) for part in (name, _last(name)))


def _last(name: str) -> str:
    return re.split(r"\.|::|#", name)[-1]


def _task_of(one: TextField) -> str:
    return one.owner if one.pointer.startswith("/tasks/") else ""
