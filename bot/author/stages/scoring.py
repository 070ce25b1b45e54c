"""How three coders who read a plan alone understood it, by counting: no judge, no model.

Comprehension is how much of what is planned they found again; agreement is how much they said the same;
questions are what they had to ask.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from bot.plan.model import Plan, Task
from bot.plan.similarity import jaccard, similarity

SAME_QUESTION = 0.8
UNDERSTOOD, AGREED = 0.9, 0.8


@dataclass(frozen=True, slots=True)
class Told:
    """What one coder would do for one task."""

    task: str
    files: frozenset[str] = frozenset()
    symbols: frozenset[str] = frozenset()
    commands: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of one coder: the task it is about ("" for the plan), the plan's words that raise it, and
    what the coder would take for granted without an answer."""

    task: str
    quote: str
    question: str
    blocking: bool
    default: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """One coder's reading of the plan."""

    told: tuple[Told, ...]
    asked: tuple[Asked, ...]
    contradictions: tuple[tuple[str, str], ...] = ()
    would_start: bool = True


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """A question that stays, with how many coders asked it; what most of them would take for granted stands
    first."""

    task: str
    question: str
    blocking: bool
    coders: int
    defaults: tuple[str, ...]
    quote: str

    @property
    def must_be_settled(self) -> bool:
        """One coder cannot go on without an answer, or two want to know."""
        return self.blocking or self.coders >= 2


@dataclass(frozen=True, slots=True)
class Scores:
    """Comprehension and agreement from 0 to 1, and the open points, those that block first."""

    coders: int
    comprehension: float
    agreement: float
    points: tuple[OpenPoint, ...]
    unclear: tuple[str, ...]  # tasks on which the coders do not agree, though nobody may have asked

    @property
    def passed(self) -> bool:
        """Nothing must be settled, and the plan was understood, and in one way."""
        settled = not any(each.must_be_settled for each in self.points)
        return settled and self.comprehension >= UNDERSTOOD and self.agreement >= AGREED


def scored(plan: Plan, probes: Sequence[Probe], is_answered: Callable[[str], bool]) -> Scores:
    """The probes counted out. `is_answered` tells whether the repository or the issue answers a question."""
    told = [{each.task: each for each in probe.told} for probe in probes]
    by_task = {task.id: _agreement([each.get(task.id) for each in told]) for task in plan.tasks}
    return Scores(
        coders=len(probes),
        comprehension=mean(_found_again(task, each.get(task.id)) for task in plan.tasks for each in told),
        agreement=mean([*by_task.values(), *_same_defaults(probes)]),
        points=_points(probes, is_answered),
        unclear=tuple(task for task, value in by_task.items() if value < AGREED),
    )


def _found_again(task: Task, told: Told | None) -> float:
    planned = frozenset(each.path for each in task.files) | frozenset(task.commands)
    return jaccard(planned, told.files | told.commands if told else frozenset())


def _agreement(told: Sequence[Told | None]) -> float:
    """The mean likeness of every two coders on one task; one coder agrees with himself."""
    return mean(_both(one, other) for one, other in combinations(told, 2))


def _both(one: Told | None, other: Told | None) -> float:
    if one is None or other is None:
        return float(one is other)
    return mean(
        [
            jaccard(one.files, other.files),
            jaccard(one.symbols, other.symbols),
            jaccard(one.commands, other.commands),
        ]
    )


def _same_defaults(probes: Sequence[Probe]) -> list[float]:
    """For each question that several asked: whether they would take the same for granted."""
    groups = _groups([each for probe in probes for each in probe.asked])
    several = [[each.default for each in group if each.default] for group in groups if len(group) > 1]
    return [
        mean(float(similarity(one, other) >= SAME_QUESTION) for one, other in combinations(defaults, 2))
        for defaults in several
        if len(defaults) > 1
    ]


def _points(probes: Sequence[Probe], is_answered: Callable[[str], bool]) -> tuple[OpenPoint, ...]:
    coder: Mapping[int, int] = {id(each): at for at, probe in enumerate(probes) for each in probe.asked}
    groups = _groups([each for probe in probes for each in probe.asked if not is_answered(each.question)])
    points = [
        OpenPoint(
            task=group[0].task,
            question=group[0].question,
            blocking=any(each.blocking for each in group),
            coders=len({coder[id(each)] for each in group}),
            defaults=_most_common(each.default for each in group if each.default),
            quote=group[0].quote,
        )
        for group in groups
    ]
    return tuple(
        sorted(points, key=lambda each: (not each.must_be_settled, -each.coders, each.task, each.question))
    )


def _most_common(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(each for each, _ in Counter(texts).most_common())


def _groups(asked: Iterable[Asked]) -> list[list[Asked]]:
    """Questions about the same task that ask the same, in order of their first."""
    out: list[list[Asked]] = []
    for each in asked:
        same = (
            group
            for group in out
            if group[0].task == each.task and similarity(group[0].question, each.question) >= SAME_QUESTION
        )
        group = next(same, None)
        if group is None:
            out.append([each])
        else:
            group.append(each)
    return out


def mean(values: Iterable[float]) -> float:
    """The mean, 1 of nothing: where nothing is to be found, nothing is missing."""
    listed = list(values)
    return sum(listed) / len(listed) if listed else 1.0
