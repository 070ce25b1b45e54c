"""The GraphQL texts beside this module, read once. No values are ever put into them but as variables."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

from bot.branches import ROUNDS

_FIRST_ROUND = re.compile(r"\b(branch|ref|pulls|head)1\b")
_SPREAD = re.compile(r"\.\.\.([a-z]+)")
_FRAGMENT = re.compile(r"^fragment ([a-z]+) on ", re.MULTILINE)


@lru_cache
def query(name: str) -> str:
    """The text of `<name>.graphql`, with the shared fragments that it uses."""
    text = _text(name)
    while missing := set(_SPREAD.findall(text)) - set(_FRAGMENT.findall(text)):
        text += "".join(f"\n{_text(f'{one}.fragment')}" for one in sorted(missing))
    return text


@lru_cache
def situation_query() -> str:
    """`situation.graphql` with each line about the first round's branch repeated for every round."""
    return "\n".join(line for first in query("situation").splitlines() for line in _each_round(first))


def _text(name: str) -> str:
    return (files("workers.github") / f"{name}.graphql").read_text(encoding="utf-8")


def _each_round(line: str) -> list[str]:
    if not _FIRST_ROUND.search(line):
        return [line]
    return [_FIRST_ROUND.sub(rf"\g<1>{round_}", line) for round_ in ROUNDS]
