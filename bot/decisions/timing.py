"""What time does to decisions: minor ones make themselves when their day is over, of major ones people are
reminded, a few times. Pure: today is given, dates are UTC's."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Literal

from bot.conversation import Answer
from bot.decisions.answering import command_for
from bot.plan.decided import default_option
from bot.plan.model import Decision, Plan
from bot.render import render
from bot.situation import OpenDecision

DEFAULT_DAYS = 7
REMINDED = (-1, 0, 1, 3, 7, 14)  # days after the deadline
_LATE = 3  # days for which the last one may still be given
NOBODY = "nobody answered before the deadline"
_DATE = re.compile(r"\s{0,9}([0-9]{4}-[0-9]{2}-[0-9]{2})(?![0-9-])")


def day_in(text: str) -> date | None:
    """The day that a text begins with ("2026-03-01 12:00 (UTC)"), None when it begins with none."""
    found = _DATE.match(text)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def with_deadlines(plan: Plan, today: str, days: int = DEFAULT_DAYS) -> Plan:
    """The plan whose open decisions all have a day by which an answer is wanted: `days` after `today`, an ISO
    date, where they name none. It stays the same in every later version of the plan."""
    start = day_in(today)
    day = _later(start, days) if start else None
    if day is None:
        return plan
    decisions = (
        one if one.answer or day_in(one.deadline) else one.model_copy(update={"deadline": _dated(day, one)})
        for one in plan.decisions
    )
    return plan.model_copy(update={"decisions": tuple(decisions)})


def _dated(day: date, decision: Decision) -> str:
    said = decision.deadline.strip()
    return f"{day.isoformat()} ({said})" if said else day.isoformat()


def due(decision: OpenDecision, today: str, since: str = "") -> Literal["", "remind", "default"]:
    """What is to be done now. A minor decision defaults on the day after its deadline, if it has an option; a
    major one never does. `since` is the day its issue was filed on: no reminder falls on it or before it.

    A reminder stays due until the next one is, so that none is lost while nobody looks; its key stays the
    same.
    """
    if decision.made is not None:
        return ""
    if decision.weight == "minor":
        return "default" if default_of(decision, today) else ""
    return "remind" if _occasion(decision, today, since) else ""


def default_of(decision: OpenDecision, today: str) -> Answer | None:
    """The answer that the deadline gives, None while it does not. The same on every later day."""
    deadline, now = day_in(decision.deadline), day_in(today)
    option = default_option(decision.options, decision.recommended)
    if (
        decision.weight == "major"
        or decision.made
        or not option
        or not deadline
        or not now
        or now <= deadline
    ):
        return None
    return Answer(decision.id, option, NOBODY, "", deadline.isoformat())


def reminder(decision: OpenDecision, today: str, since: str = "") -> tuple[str, str] | None:
    """What a reminder is about, one name for each occasion, and its text; None when none is due."""
    occasion = _occasion(decision, today, since)
    if occasion is None:
        return None
    day, last = occasion
    words = render(
        "comments/decision_reminder.md",
        decision=decision,
        last=last,
        command=command_for(decision, default_option(decision.options, decision.recommended), named=False),
    )
    return f"{decision.id}@{day.isoformat()}", words


def _occasion(decision: OpenDecision, today: str, since: str) -> tuple[date, bool] | None:
    """The newest day for a reminder, and whether it is the last one."""
    deadline, now, start = day_in(decision.deadline), day_in(today), day_in(since)
    if decision.weight != "major" or decision.made or not deadline or not now:
        return None
    days = [day for after in REMINDED if (day := _later(deadline, after)) is not None and day <= now]
    if not days or (start and days[-1] <= start) or (now - days[-1]).days > _most_late(len(days)):
        return None
    return days[-1], len(days) == len(REMINDED)


def _most_late(given: int) -> int:
    """How many days late a reminder may come: until the next one, which is then due instead."""
    return _LATE if given == len(REMINDED) else REMINDED[given] - REMINDED[given - 1]


def _later(day: date, days: int) -> date | None:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None
