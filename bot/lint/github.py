"""A run as commands of GitHub's workflow runners: one annotation for each finding.

Nothing that a plan says reaches the log unescaped, so that no plan can give the runner a command.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TextIO

from bot.lint.outcome import Linted, Refusal, Run
from bot.lint.words import counted, visible
from bot.plan.findings import Finding

_COMMANDS: Mapping[str, str] = {"error": "error", "warning": "warning", "info": "notice"}


def write(run: Run, out: TextIO) -> None:
    """Print the run, errors first: runners show only so many annotations of a step."""
    for line in lines(run):
        print(line, file=out)


def lines(run: Run) -> Iterator[str]:
    yield from (_refusal(one) for one in run.refused)
    for severity in _COMMANDS:
        yield from (_finding(plan, one) for plan, one in run.findings() if one.severity == severity)
    numbers = ", ".join(counted(run.count(one), one) for one in _COMMANDS)
    rules = f"{counted(len(run.checked), 'rule')} checked, {len(run.not_checked):,} not checked"
    yield f"groundplan lint: {numbers} in {counted(len(run.files), 'file')}; {rules}"


def _finding(plan: Linted, finding: Finding) -> str:
    place = finding.location
    line, col = (place.line, place.col) if place else (1, 1)
    about = {"file": plan.file_of(finding), "line": str(line), "col": str(col), "title": finding.rule}
    extra = finding.suggestion if finding.suggestion not in finding.message else ""
    message = visible(finding.message) + (f"\n{visible(extra)}" if extra else "")
    return _command(_COMMANDS[finding.severity], about, message)


def _refusal(refusal: Refusal) -> str:
    return _command("error", {"file": refusal.path, "title": "could not lint"}, visible(str(refusal)))


def _command(name: str, about: Mapping[str, str], message: str) -> str:
    said = ",".join(f"{key}={_property(visible(value))}" for key, value in about.items())
    return f"::{name} {said}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
