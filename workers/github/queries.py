"""The GraphQL texts beside this module, read once. No values are ever put into them but as variables."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

from bot.branches import ROUNDS

_FIRST_ROUND = re.compile(r"\b(branch|ref|pulls|head)1\b")


@lru_cache
def query(name: str) -> str:
    """The text of `<name>.graphql`."""
    return (files("workers.github") / f"{name}.graphql").read_text(encoding="utf-8")


@lru_cache
def situation_query() -> str:
    """`situation.graphql` with each line about the first round's branch repeated for every round."""
    return "\n".join(line for first in query("situation").splitlines() for line in _each_round(first))


def _each_round(line: str) -> list[str]:
    if not _FIRST_ROUND.search(line):
        return [line]
    return [_FIRST_ROUND.sub(rf"\g<1>{round_}", line) for round_ in ROUNDS]
