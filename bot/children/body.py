"""Our part of a child's text: all that one person or coding agent needs, within GitHub's limits whatever the
task holds. It names nobody in a way that pings and closes nothing by a word.

Nothing in it changes with every revision, as a commit would: children that a replan does not touch stay the
same to the byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from bot.children.header import header
from bot.children.keys import published_marker
from bot.children.own_part import without_copies
from bot.plan.contract import contract_path, decision_line
from bot.plan.fanout import ID, FanoutTask
from bot.plan.model import Decision, Plan, Task
from bot.plan.safe_text import INVISIBLE, clipped, plain
from bot.render import render

if TYPE_CHECKING:
    from bot.children.child import Source

MAX_PART = 50_000  # GitHub takes 65,536 characters; the rest is for people's words and our marks
# How many items of a list are shown, how long each may be, and a list of the header; the first is everything.
_FITS = ((400, 4_000, 6_000), (60, 2_000, 4_000), (30, 400, 2_000), (12, 160, 1_200), (5, 60, 400))
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]]{1,500}")
_FENCE = re.compile(r"`{3,}")


@dataclass(frozen=True, slots=True)
class Subject:
    """A task with all that its text is made of. `needs` are ids, `held` names open decisions."""

    plan: Plan
    task: Task
    told: FanoutTask
    needs: Sequence[str]
    held: str
    source: Source


def part_for(subject: Subject) -> str:
    """Our part of the issue's text, without markers, of at most MAX_PART characters."""
    part, values = "", _values(subject)
    for rows, width, room in _FITS:
        least = 2 * sum(min(len(one), width) for _, items in values["sections"] for one in items[:rows])
        if least > MAX_PART and (rows, width, room) != _FITS[-1]:
            continue  # everything stands in it twice; rendering what cannot fit takes seconds
        part = _part(subject, values, rows, width, room)
        if len(part) <= MAX_PART:
            break
    return part


def _part(subject: Subject, values: _Values, rows: int, width: int, room: int) -> str:
    task, told, plan = subject.task, subject.told, subject.plan
    prompt = _prompt(subject, values["sections"], rows, width)
    return render(
        "children/body.md",
        **values,
        rows=rows,
        width=width,
        header=header(plan, task, told, subject.needs, room),
        prompt=prompt,
        fence="`" * (1 + max([3, *map(len, _FENCE.findall(prompt))])),
        marker=published_marker(plan.issue, task.role, told.title),
    ).rstrip()


class _Values(TypedDict):
    """What the text shows at any size. `sections` are those of the hand-off: a heading and its items."""

    plan: Plan
    task: Task
    told: FanoutTask
    held: str
    needs: list[tuple[str, str]]
    decisions: list[str]
    notes: list[str]
    source: Source
    url: str
    plan_url: str
    contract: str
    sections: list[tuple[str, Sequence[str]]]


def _values(subject: Subject) -> _Values:
    plan, task, told, source = subject.plan, subject.task, subject.told, subject.source
    titles = {one.id: one.title for one in plan.tasks}
    decisions = [_decision(one) for one in plan.decisions if one.id in task.decisions]
    notes = _notes(subject)
    return {
        "plan": plan,
        "task": task,
        "told": told,
        "held": subject.held,
        "needs": [(name, titles[name]) for name in subject.needs],
        "decisions": decisions,
        "notes": notes,
        "source": source,
        "url": source.url if _ADDRESS.fullmatch(source.url) else "",
        "plan_url": source.plan_url if _ADDRESS.fullmatch(source.plan_url) else "",
        "contract": contract_path(plan.issue),
        "sections": _sections(task, told, decisions, notes),
    }


def _decision(one: Decision) -> str:
    """A decision and, when it is made, the option that holds with what follows from it."""
    if one.made:
        follows = next((plain(option.consequence) for option in one.options if option.name == one.answer), "")
        ends = f". {follows}" if follows else ""
        return f"{decision_line(one)} — decided: {one.made.words}{ends}"
    if one.weight == "major":
        return f"{decision_line(one)} — open; the task waits for the answer."
    default = f" Without an answer: {one.recommended}." if one.recommended else ""
    return f"{decision_line(one)} — open.{default}"


def _notes(subject: Subject) -> list[str]:
    """What the fan-out file notes beside what has a section here: gotchas, and what ids in the words mean."""
    task, told = subject.task, subject.told
    shown = {*map(plain, task.user_instructions), *map(plain, task.gotchas)}
    rest = [line for line in told.notes.split("\n") if _is_term(line, subject.plan) and line not in shown]
    return [*task.gotchas, *rest]


def _is_term(line: str, plan: Plan) -> bool:
    """Whether the line explains an id; decisions have a section of their own."""
    name = line.partition(": ")[0]
    return bool(ID.fullmatch(name)) and name not in {one.id for one in plan.decisions}


def _sections(
    task: Task, told: FanoutTask, decisions: Sequence[str], notes: Sequence[str]
) -> list[tuple[str, Sequence[str]]]:
    undoing = (f"{task.rollback.kind}: {task.rollback.note}" if task.rollback.note else task.rollback.kind,)
    return [
        ("What to achieve", _lines(task.objective)),
        ("What to change", told.in_scope),
        ("Leave alone", told.out_of_scope),
        ("Paths that may change (and no others)", told.allowed_paths),
        ("Paths that must not change", task.denied_paths),
        ("Keep true", told.invariants),
        ("Done when", task.acceptance),
        ("Tests", task.tests),
        ("Run before you finish; all must pass", told.commands),
        ("Decisions", decisions),
        ("Watch out", notes),
        ("For a person, not for you", task.user_instructions),
        ("How it is undone", undoing),
    ]


def _prompt(subject: Subject, sections: Iterable[tuple[str, Sequence[str]]], rows: int, width: int) -> str:
    """What to hand to a coding agent: plain lines, for a code block."""
    task, told = subject.task, subject.told
    shown = [(name, list(_listed(items, rows, width))) for name, items in sections if items]
    text = render(
        "children/prompt.md",
        title=_inert(told.title, 400),
        repository=_inert(subject.source.full_name, 200),
        sections=shown,
        most=task.max_diff_scope,
        risk=task.risk_class,
        evidence=told.evidence_required,
        held=_inert(subject.held, 800),
        issue=subject.plan.issue,
        task=_inert(task.id, 60),
        contract=contract_path(subject.plan.issue),
    )
    return text.rstrip()


def _listed(items: Sequence[str], rows: int, width: int) -> Iterator[str]:
    yield from (_inert(one, width) for one in items[:rows])
    if len(items) > rows:
        yield f"and {len(items) - rows} more in the plan"


def _lines(text: str) -> list[str]:
    return [line for line in INVISIBLE.sub("\ufffd", text).splitlines() if line.strip()]


def _inert(text: str, width: int) -> str:
    """One line for a code block, where nothing is escaped."""
    return without_copies(clipped(text, width))
