"""Whether a plan meets the issue's demands, runs what must be run, asks what only the owner knows, and sees
what would mislead it.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.evaluation.expectation import Demanded, Expectation, Sought, Trap
from bot.evaluation.metrics.grounding import commands
from bot.evaluation.metrics.localisation import recall
from bot.evaluation.metrics.metric import Metric, share, without_plan
from bot.evaluation.trial import Trial, matches
from bot.plan.model import Plan, Task
from bot.plan.rules.fields import strings

UNPRODUCED = "not produced"  # how an author without a model begins what it leaves open
NOT_THE_PLANNERS = ("obligations", "codebase", "title", "provenance")


def _obligations(trial: Trial, expected: Expectation) -> float | None:
    if trial.plan is None and expected.obligations:
        return without_plan(trial, expected)
    met = [_is_met(each, trial.plan) for each in expected.obligations if trial.plan]
    return share(sum(met), len(met))


def _is_met(demanded: Demanded, plan: Plan) -> bool:
    wanted, tasks = _plain(demanded.text), {task.id for task in plan.tasks}
    same = [one for one in plan.obligations if wanted in _plain(one.text) or _plain(one.text) in wanted]
    return any(
        one.disposition in demanded.becomes and (one.disposition != "task" or tasks.intersection(one.by))
        for one in same
    )


def _traced(trial: Trial, _: Expectation) -> float | None:
    if trial.plan is None:
        return None
    proven = {task.id for task in trial.plan.tasks if task.tests or task.commands}
    asked = [set(one.by) for one in trial.plan.obligations if one.disposition == "task"]
    return share(sum(bool(tasks & proven) for tasks in asked), len(asked))


def _must_run(trial: Trial, expected: Expectation) -> float | None:
    if trial.plan is None and expected.must_run:
        return without_plan(trial, expected)
    said = commands(trial.plan) if trial.plan else frozenset()
    met = [_is_run(each, said) for each in expected.must_run]
    return share(sum(met), len(met))


def _is_run(wanted: str, said: Iterable[str]) -> bool:
    ways = [way.strip() for way in wanted.split(" | ")]
    return any(line == way or line.startswith(f"{way} ") for line in said for way in ways)


def _decisions(trial: Trial, expected: Expectation) -> float | None:
    if trial.plan is None and expected.expected_decisions:
        return without_plan(trial, expected)
    return _asked_of(expected.expected_decisions, trial.decisions)


def _questions(trial: Trial, expected: Expectation) -> float | None:
    return _asked_of(expected.expected_questions, trial.questions)


def _asked_of(sought: tuple[Sought, ...], texts: Iterable[str]) -> float | None:
    texts = tuple(texts)
    return share(sum(_stand_in(each.words, texts) for each in sought), len(sought))


def _traps(trial: Trial, expected: Expectation) -> float | None:
    return share(sum(is_seen(each, trial, expected) for each in expected.traps), len(expected.traps))


def is_seen(trap: Trap, trial: Trial, expected: Expectation) -> bool:
    """Whether a trap was not walked into: planning ended as it may, and all that the trap wants holds."""
    return trial.ended_as(expected) and all(
        (
            not any(matches(path, trap.untouched) for path in trial.touched),
            not any(text in shown for text in trap.unsaid for shown in (*trial.shown, trial.body)),
            not trap.said or _stand_in(trap.said, (*_own_words(trial.plan), *trial.asks)),
            not trap.asked or _stand_in(trap.asked, trial.questions),
            trial.plan is None or not trap.undo or _can_be_undone(trial.plan, trap.undo),
            trial.plan is None or not trap.works or all(task.files for task in trial.plan.tasks),
            100 * (recall(trial, expected) or 0) >= trap.finds or trial.plan is None,
        )
    )


def _own_words(plan: Plan | None) -> list[str]:
    """What the planner says itself: no quotes of the issue and no lists of what was read off the tree."""
    leaves = strings(plan) if plan else ()
    return [each.text for each in leaves if not each.quoted and not each.way.startswith(NOT_THE_PLANNERS)]


def _stand_in(words: tuple[str, ...], texts: Iterable[str]) -> bool:
    """Whether one text has all the words; `a|b` is either."""
    return any(
        all(any(way.casefold() in text for way in word.split("|")) for word in words)
        for text in map(str.casefold, texts)
    )


def _can_be_undone(plan: Plan, patterns: tuple[str, ...]) -> bool:
    tasks = [task for task in plan.tasks if any(matches(each.path, patterns) for each in task.files)]
    return bool(tasks) and all(map(_says_how, tasks))


def _says_how(task: Task) -> bool:
    note = task.rollback.note.strip().casefold()
    return task.rollback.kind != "safe" and bool(note) and not note.startswith(UNPRODUCED)


def _plain(text: str) -> str:
    return " ".join(text.replace("`", "").replace("*", "").casefold().split())


METRICS = (
    Metric(
        "obligations_met",
        "demands of the issue that a task meets, or that became what they may",
        "up",
        _obligations,
    ),
    Metric("demands_tested", "demands met by a task that names a test or a command", "up", _traced),
    Metric("commands_run", "commands that must be run and are", "up", _must_run),
    Metric("decisions_found", "decisions of the owner that the plan leaves to the owner", "up", _decisions),
    Metric("questions_asked", "questions that had to be asked and were", "up", _questions),
    Metric("traps_seen", "traps that were not walked into", "up", _traps),
)
