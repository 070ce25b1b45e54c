"""The GraphQL texts beside this module, read once. No values are ever put into them but as variables."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files


@lru_cache
def query(name: str) -> str:
    """The text of `<name>.graphql`."""
    return (files("workers.github") / f"{name}.graphql").read_text(encoding="utf-8")
