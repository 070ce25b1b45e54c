"""The names by which a child is known for ever: ours, and the one by which other tools look for it. Titles
are in none of ours, so that a task that is renamed stays the same child."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

_KEY = re.compile(r"task:([1-9][0-9]{0,9}):([^\s:]{1,400})")
_OTHERS = re.compile(r"[^a-z0-9]+")
_SLUG = 48


def key_of(issue: int, task: str) -> str:
    """The key of a plan's task: the planned issue and the task's id, which survive every revision."""
    return f"task:{issue}:{quote(task, safe='')}"


def task_in(key: str) -> tuple[int, str]:
    """The planned issue and the task's id in a key; (0, "") when it is none."""
    found = _KEY.fullmatch(key)
    return (int(found[1]), unquote(found[2])) if found else (0, "")


def header_id(issue: int, task: str) -> str:
    """The id in an issue's header: one word without commas, the same in `depends_on` of others."""
    return f"{issue}-{quote(task, safe='')}"


def published_marker(issue: int, role: str, title: str) -> str:
    """The last line by which the published fan-out script finds that a task is filed already. It is cut to
    48 characters, so it tells two long titles apart no better than that script does; ours is the key."""
    words = "".join(one.lower() if one.isascii() else "-" for one in f"{role}-{title}")
    return f"[planner-fanout-{issue}-{_OTHERS.sub('-', words).strip('-')[:_SLUG]}]"
