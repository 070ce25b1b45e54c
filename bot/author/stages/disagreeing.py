"""Where drafts or coders read one issue in ways that cannot both be done: about what is seen, or about the
form of data and interfaces. By comparing values and paths only; whatever else differs is told or asked
elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.author.risk import signals
from bot.author.stages.quoting import Quotable
from bot.author.stages.scoring import OpenPoint
from bot.plan.model import Plan, Task
from bot.plan.similarity import similarity
from bot.recon.kinds import is_migration

SAME_WORDS = 0.8  # of two lines without their values
MOST = 3
# What software shows or takes: code, what stands in quotes, numbers.
_VALUE = re.compile(
    r"`(?P<code>[^`\n]{1,200})`|\"(?P<quoted>[^\"\n]{1,200})\"|(?<![\w.])(?P<number>\d{1,12}(?:\.\d{1,12})?)(?![\w.])"
)
_INTERFACE = re.compile(
    r"(^|/)(openapi|swagger)[^/]{0,80}\.(ya?ml|json)$|\.(proto|graphqls?|thrift|avsc|wsdl)$", re.IGNORECASE
)
_LARGE = frozenset({"a public interface changes"})  # beside every sign of high risk


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the issue: its name, and what it means in a sentence."""

    name: str
    means: str


@dataclass(frozen=True, slots=True)
class Dispute:
    """What is read in several ways. The first reading is the one that is planned; `tasks` depend on the
    answer, and `large` says that a wrong one touches what is hard to take back. `rule` is the coders' point
    it comes from, "" between drafts.
    """

    question: str
    context: str
    readings: tuple[Reading, ...]
    tasks: tuple[str, ...]
    large: bool
    rule: str = ""


# --- between drafts ---------------------------------------------------------------------------------------


def between(mine: Plan, others: Sequence[Plan]) -> tuple[Dispute, ...]:
    """What a plan and other drafts do differently for the same demands, the large ones first."""
    found = [*_shapes(mine, others), *_values(mine, others)]
    return tuple(sorted(found, key=lambda each: not each.large)[:MOST])


def _values(mine: Plan, others: Sequence[Plan]) -> Iterator[Dispute]:
    """Lines of acceptance that say the same but for one value."""
    for task in mine.tasks:
        for line in task.acceptance:
            theirs = dict.fromkeys(
                other
                for plan in others
                for other in _acceptance(plan, task.covers)
                if _are_rivals(line, other, _mentioned([mine, plan]))
            )
            if theirs:
                readings = (Reading(line, "It stays as it is planned."), *map(_instead, theirs))
                said = " / ".join(f"\u201c{each.name}\u201d" for each in readings)
                yield Dispute(
                    f"What is to be seen when {task.id} is done: {_differing(line, theirs)}?",
                    f"Drafts that were written apart read the issue in different ways: {said}.",
                    readings,
                    (task.id,),
                    _is_large([task], " ".join([line, *theirs])),
                )


def _instead(line: str) -> Reading:
    return Reading(line, f"The task and its tests are planned again so that this holds: {line}")


def _acceptance(plan: Plan, demands: Sequence[str]) -> Iterator[str]:
    for task in plan.tasks:
        if set(demands) & set(task.covers):
            yield from task.acceptance


def _are_rivals(line: str, other: str, names: frozenset[str]) -> bool:
    """Whether two lines are the same but for exactly one value, which is no name of a file or command."""
    ours, theirs = _values_of(line) - names, _values_of(other) - names
    if len(ours - theirs) != 1 or len(theirs - ours) != 1:
        return False
    return similarity(_VALUE.sub(" ", line), _VALUE.sub(" ", other)) >= SAME_WORDS


def _differing(line: str, theirs: Iterable[str]) -> str:
    """The values on which lines differ, the first one's first."""
    of_others = [_values_of(each) for each in theirs]
    ours = _values_of(line) - frozenset.intersection(*of_others)
    rest = dict.fromkeys(value for each in of_others for value in sorted(each - _values_of(line)))
    return " or ".join(f"`{value}`" for value in [*sorted(ours), *rest])


def _values_of(line: str) -> frozenset[str]:
    return frozenset(found[found.lastgroup or 0].strip() for found in _VALUE.finditer(line))


def _mentioned(plans: Iterable[Plan]) -> frozenset[str]:
    tasks = [task for plan in plans for task in plan.tasks]
    return frozenset(change.path for task in tasks for change in task.files) | {
        command for task in tasks for command in task.commands
    }


def _shapes(mine: Plan, others: Sequence[Plan]) -> Iterator[Dispute]:
    """Demands for which one plan changes stored data or a described interface, and another one does not."""
    for what, is_of in (("stored data", is_migration), ("described interface", _is_interface)):
        for demand in (one.id for one in mine.obligations if one.disposition == "task"):
            tasks = [task for task in mine.tasks if demand in task.covers]
            paths = [_paths(plan, demand, is_of) for plan in others if _covers(plan, demand)]
            ours = _paths(mine, demand, is_of)
            if tasks and any(bool(each) != bool(ours) for each in paths):
                changed = ours or next(each for each in paths if each)
                yield _shape(what, demand, tasks, changed, bool(ours))
                break  # once is enough to ask


def _shape(what: str, demand: str, tasks: Sequence[Task], paths: Sequence[str], ours: bool) -> Dispute:
    """The question whether the form of something changes at all."""
    names = ", ".join(f"`{path}`" for path in paths[:MOST])
    change = Reading(f"Change the {what}", f"It takes another form, for instance in {names}.")
    keep = Reading(f"Keep the {what} as it is", f"The demand {demand} is met by code alone.")
    return Dispute(
        f"Does the {what} change for {demand}?",
        f"Drafts that were written apart differ: some change the {what} ({names}), others leave it as it is.",
        (change, keep) if ours else (keep, change),
        tuple(task.id for task in tasks),
        large=True,
    )


def _covers(plan: Plan, demand: str) -> bool:
    return any(demand in task.covers for task in plan.tasks)


def _paths(plan: Plan, demand: str, is_of: Callable[[str], bool]) -> list[str]:
    found = (change.path for task in plan.tasks if demand in task.covers for change in task.files)
    return list(dict.fromkeys(path for path in found if is_of(path)))


def _is_interface(path: str) -> bool:
    return bool(_INTERFACE.search(path))


# --- between coders ---------------------------------------------------------------------------------------


def among_coders(points: Iterable[tuple[str, OpenPoint]], plan: Plan) -> tuple[Dispute, ...]:
    """Questions, by rule, that coders would answer themselves in different ways, about what a task lets
    see."""
    by_id = {task.id: task for task in plan.tasks}
    found = (
        _of_point(rule, point, by_id[point.task], readings)
        for rule, point in points
        if point.task in by_id
        and _is_of_behaviour(point, by_id[point.task])
        and len(readings := _apart(point.defaults)) > 1
    )
    return tuple(sorted(found, key=lambda each: not each.large)[:MOST])


def _is_of_behaviour(point: OpenPoint, task: Task) -> bool:
    """Whether the words that leave it open say what is seen when the task is done, or a sign of data or
    interfaces stands in the question."""
    seen = Quotable("\n".join([task.objective, *task.acceptance])).holds(point.quote)
    return seen or bool(signals(" ".join([point.question, *point.defaults]), ()))


def _apart(defaults: Sequence[str]) -> list[str]:
    """Those that do not say the same as an earlier one."""
    kept: list[str] = []
    for each in defaults:
        if all(similarity(each, one) < SAME_WORDS for one in kept):
            kept.append(each)
    return kept


def _of_point(rule: str, point: OpenPoint, task: Task, readings: Sequence[str]) -> Dispute:
    usual, *others = readings
    return Dispute(
        point.question,
        f"Coders who read the plan alone took different things for granted at \u201c{point.quote}\u201d.",
        (
            Reading(usual, f"{task.id} stays as it is planned, read in this way."),
            *(Reading(each, f"{task.id} is planned again so that this holds: {each}") for each in others),
        ),
        (task.id,),
        _is_large([task], " ".join([point.question, *readings])),
        rule,
    )


def _is_large(tasks: Sequence[Task], text: str) -> bool:
    """Whether what is read in two ways touches stored data, money, permissions or a public interface."""
    paths = [change.path for task in tasks for change in task.files]
    words = " ".join([text, *(task.objective for task in tasks)])
    return any(each.risk == "high" or each.what in _LARGE for each in signals(words, paths))
