"""What people are told of a plan that drifted: a note on an issue, the check of the plan's pull request."""

from __future__ import annotations

from collections.abc import Sequence

from bot.drift.issue_edit import DemandChange
from bot.drift.stale import Stale
from bot.plan.safe_text import clipped, code, inline
from bot.render import render

MOST_ROWS, MOST_WORDS = 40, 300
MAX_TEXT = 58_000


def drift_note(stale: Sequence[Stale], demands: Sequence[DemandChange] = (), number: int = 0) -> str:
    """The note for a child issue or the plan's own, without mark. `number` is the plan's pull request or
    issue, where the next step is to be taken; 0 when that is here."""
    return _told(stale, demands, number)


def drift_check(stale: Sequence[Stale], demands: Sequence[DemandChange] = ()) -> tuple[str, str]:
    """Title and summary for the plan pull request's check, which is neutral while anything is stale."""
    tasks = len({one.task for one in stale if not one.is_note})
    notes = sum(one.is_note for one in stale)
    said = [
        f"{_count(tasks, 'task')} stale" if tasks else "",
        f"{_count(len(demands), 'demand')} of the issue changed" if demands else "",
        _count(notes, "note") if notes else "",
    ]
    title = ", ".join(filter(None, said)) or "Everything the plan cites stands"
    return title, _told(stale, demands, 0)


def is_stale(stale: Sequence[Stale], demands: Sequence[DemandChange] = ()) -> bool:
    """Whether anything has to be planned anew; notes alone ask for nothing."""
    return bool(demands) or any(not one.is_note for one in stale)


def _told(stale: Sequence[Stale], demands: Sequence[DemandChange], number: int) -> str:
    text = ""
    for rows in (MOST_ROWS, 15, 5):
        text = render(
            "comments/drift.md",
            stale=[(one.task, _line(one)) for one in stale if not one.is_note],
            notes=[(one.task, _line(one)) for one in stale if one.is_note],
            demands=[(one.id, _demand(one)) for one in demands],
            urgent=is_stale(stale, demands),
            number=number,
            rows=rows,
        )
        if len(text) <= MAX_TEXT:
            break
    return text


def _line(one: Stale) -> str:
    uses = f" ({', '.join(one.uses)})" if one.uses else ""
    return f"{_code(one.path)}{uses} {_what(one)}"


def _what(one: Stale) -> str:
    there = " or ".join(map(_code, one.now))
    match one.why:
        case "moved" if one.known:
            return f"was renamed to {there}"
        case "moved":
            return f"is gone; it looks like {there} now"
        case "replaced":
            return f"was renamed to {there}, and something else stands at the old path"
        case "gone":
            return "is gone, and nothing new looks like it"
        case "exists":
            return "was to be made, and is there"
        case "done":
            return f"is {there} already" if one.now and one.now[0] != one.path else "is as wanted already"
        case "quote gone":
            return f"does not say any more what the plan quotes{_of_line(one)}"
        case "quote moved":
            return f"says on line {one.now_line} what the plan quotes{_of_line(one)}"
        case "changed":
            return "has changed since the plan was made"


def _of_line(one: Stale) -> str:
    return f" from line {one.line}" if one.line else ""


def _demand(one: DemandChange) -> str:
    became = f"reads now: {inline(clipped(one.now, MOST_WORDS))}" if one.now else "is not there any more"
    by = f" ({inline(', '.join(one.by[:8]))})" if one.by else ""
    return f"“{inline(clipped(one.text, MOST_WORDS))}”{by} {became}"


def _code(path: str) -> str:
    return code(clipped(path, 200))


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
