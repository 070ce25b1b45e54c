"""The texts about a decision: the issue that asks for it, and what is said there later. Pure.

They fit GitHub's limits whatever the plan holds, name nobody in a way that pings, and close nothing by a
word.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.conversation import Answer
from bot.decisions.answering import command_for, letters, told_of
from bot.decisions.timing import day_in
from bot.plan import safe_text
from bot.plan.decided import default_option
from bot.plan.model import Decision, Plan
from bot.render import render
from bot.situation import OpenDecision

READY_LABELS = ("ready", "agent-ready", "autonomous", "qa-ready")
MAJOR_LABEL = "decision/major"
ASKING_LABELS = ("decision-needed", "needs-opinion", "role/manager")
MAX_BODY = 58_000
_MAX_TITLE = 200
_WHOLE = 4_000
# How many options and tasks are shown, and how long each text may be, from everything to very little.
_FITS = ((60, _WHOLE), (40, 800), (26, 300), (12, 120))


def decisions_of(plan: Plan) -> tuple[OpenDecision, ...]:
    """The plan's decisions, made or not, each with its issue's text."""
    return tuple(_described(plan, one) for one in plan.decisions)


def open_decisions(plan: Plan) -> tuple[OpenDecision, ...]:
    """As `decisions_of`, those that nobody has made yet."""
    return tuple(_described(plan, one) for one in plan.decisions if one.made is None)


def labels_of(decision: OpenDecision, asking: Sequence[str] = ASKING_LABELS) -> tuple[str, ...]:
    """The labels of a decision's issue; `asking` are those that tell other tools to leave it to people."""
    wanted = (MAJOR_LABEL, *asking) if decision.weight == "major" else tuple(asking)
    return tuple(dict.fromkeys(one for one in wanted if one))


def closing(decision: OpenDecision, made: Answer, link: str, freed: Sequence[str] = ()) -> str:
    """What is said when the issue is closed. `link` shows where the plan has the answer, `freed` are the ids
    of the tasks that wait for nothing else."""
    return render(
        "comments/decision_made.md",
        told=told_of(made),
        link=link,
        freed=freed,
        change=_change(decision, made),
    )


def made_by_deadline(decision: OpenDecision, made: Answer) -> str:
    """What is said when a deadline made a minor decision."""
    return render(
        "comments/decision_default.md", decision=decision, option=made.option, change=_change(decision, made)
    )


def ready_among(labels: Iterable[str]) -> tuple[str, ...]:
    """The labels by which queues would pick the issue as work; it has none to offer."""
    return tuple(one for one in labels if one.casefold() in READY_LABELS)


def stripped(labels: Sequence[str]) -> str:
    """What is said when such labels are taken off."""
    return render("comments/decision_not_ready.md", labels=labels)


def _change(decision: OpenDecision, made: Answer) -> str:
    """The command for another option than the one taken; of several, the next one."""
    other = next((one for one in decision.options if one != made.option), "")
    return command_for(decision, other, because="instead because …")


def _described(plan: Plan, decision: Decision) -> OpenDecision:
    major = decision.weight == "major"
    lead = "Major decision" if major else "Decision"
    made, day = decision.made, day_in(decision.deadline)
    bare = OpenDecision(
        decision.id,
        decision.weight,
        safe_text.clipped(f"{lead}: {safe_text.title(decision.question)}", _MAX_TITLE),
        "",
        tuple(one.name for one in decision.options),
        decision.recommended,
        day.isoformat() if day else "",
        Answer(decision.id, made.option, made.reason, made.by, made.at, made.where) if made else None,
    )
    return replace(bare, body=_body(plan, decision, bare))


def _body(plan: Plan, decision: Decision, shown: OpenDecision) -> str:
    """The issue's text without its mark, shortened where it would not fit."""
    default = default_option(shown.options, shown.recommended)
    values = {
        "plan": plan,
        "decision": decision,
        "major": decision.weight == "major",
        "deadline": shown.deadline,
        "default": default,
        "options": [*zip(letters(shown.options), decision.options, strict=True)],
        "waiting": [task for task in plan.tasks if decision.id in task.decisions],
        "command": command_for(shown, default, named=False),
        "command_there": command_for(shown, default),
    }
    body = ""
    for rows, width in _FITS:
        body = render("issues/decision.md", **values, rows=rows, width=width, whole=width == _WHOLE)
        if len(body) <= MAX_BODY:
            break
    return body
