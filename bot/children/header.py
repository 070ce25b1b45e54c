"""The header of a child's text: `key: value` lines ended by `---`, by which queues of other tools read it.

It stands in a code block, where nothing of it pings, links or becomes a heading. Lists are separated by
commas, so nothing in them may hold one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from bot.children.keys import header_id
from bot.children.own_part import without_copies
from bot.plan.contract import comma_free_command, contract_path
from bot.plan.fanout import FanoutTask, is_blocking
from bot.plan.model import Effort, Plan, Task
from bot.plan.safe_text import clipped, plain

COMPLEXITY: dict[Effort, str] = {"S": "low", "M": "medium", "L": "high"}
_MOST_NEEDS = 6_000
_PATTERN = re.compile(r"[*?\[,]")
_FOLDER = re.compile(r"([^*?\[,]*/)\*{1,2}")


def header(plan: Plan, task: Task, told: FanoutTask, needs: Sequence[str], room: int) -> str:
    """The lines of the header, `---` included. A list takes `room` characters; what does not fit is left out,
    but no dependency: a task with too many is blocked instead."""
    after = [header_id(plan.issue, name) for name in needs]
    allowed = [_prefix(path) for path in told.allowed_paths]
    values = {
        "id": header_id(plan.issue, task.id),
        "role": task.role,
        "status": _status(plan, task, after),
        "priority": _priority(told),
        "depends_on": _listed(after, _MOST_NEEDS),
        "title": clipped(told.title, 240),
        "complexity": COMPLEXITY[task.effort],
        "risk_class": task.risk_class,
        "max_diff_scope": str(task.max_diff_scope),
        "allowed_paths": _listed(allowed, room) if allowed and all(allowed) else "*",
        "denied_paths": _listed([one for path in task.denied_paths if (one := _denied(path))], room)
        or ".git/",
        "acceptance_tests": _listed([comma_free_command(plain(one)) for one in told.commands], room),
        "invariants": _listed([plain(one).replace(",", ";") for one in told.invariants], room),
        "non_goals": _listed([plain(one).replace(",", ";") for one in plan.non_goals], room) or "none",
        "evidence_required": "true" if told.evidence_required else "false",
        "planner_issue": str(plan.issue),
        "planner_output": contract_path(plan.issue),
    }
    lines = [f"{name}: {without_copies(value)}" for name, value in values.items()]
    return "\n".join([*lines, "---"])


def _status(plan: Plan, task: Task, after: Sequence[str]) -> str:
    """`depends_on` keeps a task that is ready waiting; a decision that nobody made is nothing other tools
    could look up."""
    waits = any(one.id in task.decisions and is_blocking(one) for one in plan.decisions)
    return "blocked" if waits or len(",".join(after)) > _MOST_NEEDS else "ready"


def _priority(told: FanoutTask) -> str:
    return next((label[9:] for label in told.labels if label.startswith("priority/")), "p1")


def _listed(items: Iterable[str], room: int) -> str:
    """The items with commas between them, whole ones only, at least the first."""
    kept: list[str] = []
    for item in dict.fromkeys(items):
        room -= len(item) + 1
        if kept and room < 0:
            break
        kept.append(item)
    return ",".join(kept)


def _prefix(path: str) -> str:
    """What a path or pattern begins with: other tools compare beginnings. "" allows everything."""
    return _word(_PATTERN.split(path, maxsplit=1)[0])


def _denied(path: str) -> str:
    """As `_prefix`, or "" when the beginning would forbid more than the pattern does."""
    folder = _FOLDER.fullmatch(path)
    return _word(folder[1]) if folder else "" if _PATTERN.search(path) else _word(path)


def _word(path: str) -> str:
    """A path on one line; white space and what nobody sees are spelled out."""
    return path if path == plain(path) else quote(path, safe="/")
