"""What GitHub knows about what a plan needs: labels, branch rules, limits. Read only when somebody asks;
what cannot be read is left open.
"""

from __future__ import annotations

from pydantic import RootModel

from bot.branches import plan_branch
from bot.errors import UserError
from bot.health import Facts
from bot.situation import Repository
from workers.github.refusals import Refusal
from workers.github.wire import Answer, Wire


class _Named(Answer):
    name: str


class _Labels(RootModel[list[_Named]]):
    pass


class _Rule(Answer):
    type: str


class _Rules(RootModel[list[_Rule]]):
    pass


class _Core(Answer):
    limit: int
    remaining: int


class _Resources(Answer):
    core: _Core


class _Limits(Answer):
    resources: _Resources


def examine(wire: Wire, repository: Repository, wanted: tuple[str, ...], number: int) -> Facts:
    """The facts that GitHub has; of the writer of plans it knows nothing."""
    limits = _limits(wire)
    return Facts(
        labels=_missing(wire, repository, wanted),
        rules=_rules(wire, repository, number),
        remaining=limits.remaining if limits else None,
        limit=limits.limit if limits else None,
    )


def _missing(wire: Wire, repository: Repository, wanted: tuple[str, ...]) -> tuple[str, ...] | None:
    try:
        pages = wire.pages(_Labels, "/repos/{full_name}/labels", {}, full_name=repository.full_name)
        there = {label.name.casefold() for page in pages for label in page.root}
    except (Refusal, UserError):
        return None
    return tuple(name for name in wanted if name.casefold() not in there)


def _rules(wire: Wire, repository: Repository, number: int) -> tuple[str, ...] | None:
    path = "/repos/{full_name}/rules/branches/{branch}"
    branch = plan_branch(number, 1)
    try:
        found = wire.get(_Rules, path, full_name=repository.full_name, branch=branch).root
    except (Refusal, UserError):
        return None
    return tuple(sorted({rule.type for rule in found}))


def _limits(wire: Wire) -> _Core | None:
    try:
        return wire.get(_Limits, "/rate_limit").resources.core
    except (Refusal, UserError):
        return None
