"""What a repository's configuration means for the rules: limits, further rules, and what is set aside.
Reads no file and runs no rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.config import CONFIG_PATH, Choices
from bot.plan.findings import Finding, Location, Suppressed
from bot.plan.rules.engine import RULES, Limits
from bot.plan.rules.suppression import Suppression, remark

PROTECTING = "PLN414"  # of no use to a repository that protects nothing, so it is not a core rule


def limits(choices: Choices, today: str = "") -> Limits:
    """What plans may touch, link to and mention. `today` is an ISO date, or ""."""
    lint = choices.config.lint
    return Limits(
        links=tuple(lint.links),
        mentions=frozenset(lint.mentions),
        protected=tuple(lint.protected),
        today=today,
    )


def rules_for(choices: Choices) -> frozenset[str]:
    """The core rules, and the one that protected paths are for when there are any."""
    core = frozenset(one.id for one in RULES.values() if one.tier == "core")
    return core | protecting(choices)


def protecting(choices: Choices) -> frozenset[str]:
    """The rule that protected paths are for, when there are any."""
    return frozenset({PROTECTING}) if choices.config.lint.protected else frozenset()


def suppressions(choices: Choices, below: str = "") -> tuple[Suppression, ...]:
    """What is set aside, of the rules there are. `below` is the folder that the names of files are from
    ("shop/"), "" for the top of the repository.
    """
    every = (
        Suppression(one.rule, one.reason, _whole(one.path), below=below)
        for one in choices.config.lint.suppress
    )
    return tuple(one for one in every if one.rule in RULES)


def _whole(path: str) -> str:
    """A folder is everything in it."""
    return f"{path}**" if path.endswith("/") else path


def unknown(choices: Choices, file: str = CONFIG_PATH) -> Iterator[Finding]:
    """What sets aside a rule that there is not: no fault, for another version of Groundplan may have it."""
    for one in _written(choices, file):
        if one.rule not in RULES:
            yield remark(one, "warning", f"{one.rule} is no rule, so nothing is set aside")


def unused(
    choices: Choices, file: str, ran: Iterable[str], aside: Iterable[tuple[str, Suppressed]]
) -> Iterator[Finding]:
    """What sets nothing aside, though its rule ran. `aside` is everything that was, each with the `below` of
    its plan.
    """
    checked, hidden = frozenset(ran), tuple(aside)
    for one in _written(choices, file):
        whole = replace(one, path=_whole(one.path), at=None)
        covers = any(replace(whole, below=below).covers(each.finding) for below, each in hidden)
        if one.rule in checked and not covers:
            yield remark(one, "warning", f"Suppression of {one.rule} is unused")


def _written(choices: Choices, file: str) -> Iterator[Suppression]:
    for one, place in zip(choices.config.lint.suppress, choices.places, strict=True):
        yield Suppression(one.rule, one.reason, one.path, at=Location(file, *place))
