"""How much of what a plan says about the repository is so, at the commit it was made for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.evaluation.expectation import Expectation
from bot.evaluation.metrics.metric import Metric, share
from bot.evaluation.trial import Trial
from bot.plan.model import Evidence, FileChange, Plan
from bot.plan.rules.fields import strings
from bot.plan.rules.grounding import is_there, old_path

_PATH = r"(?P<path>[\w.@+/-]{1,200}\.[A-Za-z]\w{0,9})"
_NAME = r"(?P<name>[A-Za-z_]\w{1,80}(?:\.[A-Za-z_]\w{0,80}){0,3})(?:\(\))?"
_CITED = (re.compile(rf"`{_PATH}:{{1,2}}{_NAME}`"), re.compile(rf"`{_NAME}` (?:in|from|of) `{_PATH}`"))


def _changes(plan: Plan) -> Iterator[FileChange]:
    for task in plan.tasks:
        yield from task.files


def _old_paths(trial: Trial, _: Expectation) -> float | None:
    plan = trial.plan
    if plan is None:
        return None
    made = {each.path for each in _changes(plan) if each.change in ("new", "rename")}
    old = {path for each in _changes(plan) if (path := old_path(each)[0])} - made
    return share(sum(is_there(trial.ground, path) for path in old), len(old))


def _new_paths(trial: Trial, _: Expectation) -> float | None:
    new = {each.path for each in _changes(trial.plan) if each.change == "new"} if trial.plan else set()
    return share(sum(not trial.ground.exists(path) for path in new), len(new))


def _symbols(trial: Trial, _: Expectation) -> float | None:
    cited = set(_names(trial.plan)) if trial.plan else set()
    known = [said for path, name in cited if (said := trial.ground.defines(path, name)) is not None]
    return share(sum(known), len(known))


def _names(plan: Plan) -> Iterator[tuple[str, str]]:
    """Path and name of every function, class and the like that a sentence of the plan places in a file."""
    for leaf in strings(plan):
        if not leaf.quoted:
            for pattern in _CITED:
                yield from ((found["path"], found["name"]) for found in pattern.finditer(leaf.text))


def _commands(trial: Trial, _: Expectation) -> float | None:
    if trial.plan is None:
        return None
    verdicts = [trial.ground.runnable(each).ok for each in commands(trial.plan)]
    known = [each for each in verdicts if each is not None]
    return share(sum(known), len(known))


def commands(plan: Plan) -> frozenset[str]:
    """Every command that the plan wants to be run."""
    tasks = (line for task in plan.tasks for line in task.commands)
    milestones = (line for each in plan.roadmap.milestones for line in each.validation)
    return frozenset([*tasks, *milestones, *plan.contract_defaults.acceptance_tests])


def _quotes(trial: Trial, _: Expectation) -> float | None:
    given = [each for task in trial.plan.tasks for each in task.evidence if each.quote] if trial.plan else []
    return share(sum(_stands(each, trial) for each in given), len(given))


def _stands(evidence: Evidence, trial: Trial) -> bool:
    """Whether a quote can be found where it is said to be, white space aside."""
    brief = trial.brief
    text = f"{brief.title}\n{brief.body}" if evidence.path == "issue" else brief.tree.text(evidence.path)
    return " ".join(evidence.quote.split()) in " ".join((text or "").split())


METRICS = (
    Metric("edited_paths_exist", "files to edit, delete or rename that are there", "up", _old_paths),
    Metric("new_paths_are_new", "files to create that are not there yet", "up", _new_paths),
    Metric("cited_names_exist", "functions and classes found in the file they are placed in", "up", _symbols),
    Metric(
        "commands_are_defined",
        "commands that the repository defines, of those it could define",
        "up",
        _commands,
    ),
    Metric("quotes_stand", "quotes that stand where they are said to", "up", _quotes),
)
