"""PLN510: no command that destroys what nobody meant, skips checks or trusts what nobody read.

What counts is a line somebody is told to run (`shell`); texts that name such a command to forbid it do not.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.plan.findings import Severity
from bot.plan.model import Task
from bot.plan.rules.engine import Hit, LintInput, rule
from bot.plan.rules.scope import milder
from bot.plan.rules.shell import CommandLine, command_lines
from bot.plan.rules.tasks import called, plan_of
from bot.unsafe_text import unsafe_parts

_SHOWN = 120


@rule(
    "PLN510",
    severity="error",
    needs=["plan"],
    message="Step {id} contains unsafe command `{cmd}`",
)
def commands_are_safe(given: LintInput) -> Iterator[Hit]:
    """No command destroys what is not named, runs what nobody read, or switches checks off"""
    seen = set()
    for line in command_lines(given):
        for command, advice in unsafe_parts(line.text, line.sort):
            if (line.pointer, line.at, command) not in seen and not _agreed(given, line, command):
                seen.add((line.pointer, line.at, command))
                yield _hit(given, line, command, advice)


def _hit(given: LintInput, line: CommandLine, command: str, advice: str) -> Hit:
    shown = command[:_SHOWN]
    values = {"id": line.owner or "the plan", "cmd": shown}
    severity: Severity | None = "warning" if line.quoted else milder(given)
    if line.task is not None:
        values["id"] = called(given, line.task)
        return Hit(line.pointer, values, advice, severity)
    where = line.owner or "The plan"
    message = f"{where} contains unsafe command `{shown}`"
    return Hit(line.pointer, values, advice, severity, message=message, location=line.at)


def _agreed(given: LintInput, line: CommandLine, command: str) -> bool:
    """Whether the task is declared risky and tells its people about this very command."""
    if line.task is None:
        return False
    task: Task = plan_of(given).tasks[line.task]
    words = " ".join(command.split()).lower()
    told = (" ".join(text.split()).lower() for text in task.user_instructions)
    return task.risk_class.lower() in ("high", "critical") and any(words in text for text in told)
