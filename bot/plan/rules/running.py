"""PLN408: commands of the plan can be run in the repository, as it is or as earlier tasks leave it.

Programs of the machine are not judged: what cannot be told is no pass.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.plan.model import Plan, Task
from bot.plan.rules.engine import Hit, Lacking, LintInput, rule
from bot.plan.rules.ground import Ground, Verdict

_RUNNER_FILE = re.compile(
    r"(?:^|/)(?:package\.json|pyproject\.toml|setup\.(?:py|cfg)|(?:GNUm|M|m)akefile|[\w.-]{1,60}\.mk"
    r"|\.?[Jj]ustfile"
    r"|[Tt]askfile(?:\.dist)?\.ya?ml|tox\.(?:ini|toml)|noxfile\.py|Rakefile|[\w.-]{1,60}\.rake"
    r"|composer\.json|Cargo\.toml"
    r"|\.cargo/config(?:\.toml)?|deno\.jsonc?|turbo\.json|nx\.json|project\.json|lerna\.json"
    r"|pnpm-workspace\.yaml|mix\.exs"
    r"|gradlew|mvnw|configure(?:\.ac)?|CMakeLists\.txt)$"
)
_FILE_WORD = re.compile(r"[\w.@+-]{1,120}(?:/[\w.@+-]{1,120}){0,24}")


@dataclass(frozen=True, slots=True)
class _Run:
    """A command at its place, the path it is about, and the tasks whose work it may rely on."""

    pointer: str
    line: str
    near: str
    after: tuple[Task, ...]


@rule(
    "PLN408",
    severity="error",
    needs=["plan", "ground"],
    formats="X,S,P,R,C,O,K",
    message="`{cmd}`: {script} not defined in {file}; available: {list}",
)
def commands_run(given: LintInput) -> Iterator[Hit]:
    """Every command is defined by the repository, or by an earlier task"""
    ground, plan = given.ground, given.plan
    assert ground is not None
    assert plan is not None
    reasons: list[str] = []
    sure = 0
    for one in (run for run in _runs(given, plan) if run.line.strip()):
        verdict = _verdict(ground, one)
        if verdict.ok is None:
            reasons.append(verdict.reason)
            continue
        sure += 1
        foreign = given.format == "foreign"
        if foreign and (not verdict.available or _is_elsewhere(one.line, verdict.available)):
            continue  # it defines nothing yet, and the plan may be about that; or one goes to a folder before
        if verdict.ok is False and not _made_by(one):
            values = {
                "cmd": one.line,
                "script": _script(one.line),
                "file": verdict.file or "the repository",
                "list": ", ".join(verdict.available[:8]) or "nothing",
            }
            yield Hit(one.pointer, values, verdict.reason, severity="warning" if foreign else None)
    if reasons and not sure:
        raise Lacking("; ".join(dict.fromkeys(reasons)))


def _verdict(ground: Ground, one: _Run) -> Verdict:
    """People run commands beside the files they work on, or at the top: in a workspace both are meant."""
    verdict = ground.runnable(one.line, one.near)
    above = ground.runnable(one.line) if verdict.ok is False and one.near else verdict
    return above if above.ok else verdict


def _runs(given: LintInput, plan: Plan) -> Iterator[_Run]:
    every = plan.tasks
    for at, task in enumerate(plan.tasks):
        before = given.graph.ancestors(task.id)
        done = tuple(one for one in every if one.id in before or one is task)
        after = every if given.format == "foreign" else done
        near = next((change.path for change in task.files if change.path), "")
        for index, line in enumerate(task.commands):
            yield _Run(f"/tasks/{at}/commands/{index}", line, near, after)
    for at, milestone in enumerate(plan.roadmap.milestones):
        for index, line in enumerate(milestone.validation):
            yield _Run(f"/roadmap/milestones/{at}/validation/{index}", line, "", every)
    if plan.delivery:
        for at, test in enumerate(plan.delivery.tests):
            yield _Run(f"/delivery/tests/{at}/command", test.command, test.path, every)
        for at, check in enumerate(plan.delivery.checks):
            yield _Run(f"/delivery/checks/{at}/command", check.command, "", every)


def _made_by(one: _Run) -> bool:
    """Whether a task changes what could define the command: a runner's file, or the very file that is run."""
    touched = [change.path for task in one.after for change in task.files if change.path]
    if any(_RUNNER_FILE.search(path) for path in touched):
        return True
    words = set(_file_words(one.line))
    return any(_is_called(path, words) for path in touched)


def _file_words(line: str) -> Iterator[str]:
    """The words of a command that may be files, modules as paths included."""
    for word in _FILE_WORD.findall(line):
        yield word.removeprefix("./")
        if re.fullmatch(r"[A-Za-z_][\w.]*", word):
            yield word.replace(".", "/") + ".py"
            yield word.replace(".", "/") + "/__main__.py"


def _is_called(path: str, words: Iterable[str]) -> bool:
    return any(path == word or path.endswith(f"/{word}") for word in words)


def _is_elsewhere(line: str, available: Iterable[str]) -> bool:
    """Whether the very file that is run stands in another folder."""
    asked = _script(line).removeprefix("./")
    return any("/" in path and path.endswith(f"/{asked}") for path in available)


def _script(line: str) -> str:
    """What a command asks its program for: `build` of `npm run build`."""
    try:
        words = [word for word in shlex.split(line) if not word.startswith("-") and "=" not in word]
    except ValueError:
        words = line.split()
    asked = [word for word in words[1:] if word not in ("run", "run-script", "exec", "-m")]
    return asked[0] if asked else words[0] if words else line
