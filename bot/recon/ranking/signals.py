"""What all families of signals are given, and what they give back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from bot.recon.history import History
from bot.recon.mentions import LONGEST, Mention, mentions
from bot.recon.query import Query, query
from bot.recon.ranking.moved import followed
from bot.recon.tree import Tree

Signals = dict[str, list[float]]  # a value for each file, by the signal's name; 0 says nothing


@dataclass(frozen=True)
class Asked:
    """What an issue says: its text as far as it is looked at, its weighted words, and what it names; and the
    commits before.
    """

    text: str
    query: Query
    named: tuple[Mention, ...]
    history: History

    @cached_property
    def quoted(self) -> frozenset[str]:
        """Names of symbols that the issue writes as code, or that look like code."""
        return frozenset(each.text for each in self.named if each.kind == "symbol")

    @cached_property
    def title(self) -> Mapping[str, float]:
        return dict.fromkeys(self.query.title, 1.0)


def asked(title: str, body: str, tree: Tree, history: History | None = None) -> Asked:
    """What an issue's title and body say about a tree."""
    text = f"{title}\n{body}"
    past = followed(history or History(), tree.paths)
    return Asked(text[:LONGEST], query(title, body), mentions(text, tree), past)
