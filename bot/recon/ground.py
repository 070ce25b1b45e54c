"""A tree's answers to what the rules of a plan ask. Each is worked out when it is first asked for, and once.

Knows no rule and no plan: it has the shape of `bot.plan.rules.ground.Ground`.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bot.recon.conventions import Conventions, conventions
from bot.recon.kinds import kind_of
from bot.recon.manifests import Manifest, manifests
from bot.recon.runnable import runnable
from bot.recon.secrets import Guarded
from bot.recon.suggest import nearest
from bot.recon.symbols import outline, symbol_in
from bot.recon.tree import Evidence, Tree, name_of


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a command can be run, and what could have been meant."""

    ok: bool | None
    reason: str = ""
    available: tuple[str, ...] = ()


@dataclass(frozen=True)
class TreeGround:
    """Everything the rules ask, answered from one tree. Files that look like secrets are never read."""

    tree: Tree
    _memory: dict[str, Answer] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _guarded(self) -> Tree:
        return Guarded(self.tree)

    @property
    def sha(self) -> str:
        return self.tree.sha

    @property
    def paths(self) -> Sequence[str]:
        return self.tree.paths

    @property
    def truncated(self) -> bool:
        return self.tree.truncated

    def exists(self, path: str) -> bool:
        return self.tree.exists(path)

    def is_dir(self, path: str) -> bool:
        return self.tree.is_dir(path)

    def text(self, path: str) -> str | None:
        return self._guarded.text(path)

    def kind(self, path: str) -> str:
        return self.tree.special.get(path) or kind_of(path)

    @cached_property
    def _by_name(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for path in self.tree.paths:
            found.setdefault(name_of(path), []).append(path)
        return found

    def ending_in(self, tail: str) -> Sequence[str]:
        tail = tail.strip("/")
        return [
            one for one in self._by_name.get(name_of(tail), ()) if one == tail or one.endswith(f"/{tail}")
        ]

    def nearest(self, path: str, n: int = 3) -> Sequence[str]:
        return nearest(path, self.tree.paths, n)

    def runnable(self, command: str, near: str = "") -> Answer:
        key = f"{near}\0{command}"
        if key not in self._memory:
            self._memory[key] = self._answer(command, near)
        return self._memory[key]

    def _answer(self, command: str, near: str) -> Answer:
        found = runnable(command, self.tree, near)
        if found.verdict == "undefined":
            return Answer(False, f"available: {', '.join(found.available[:8]) or 'nothing'}", found.available)
        return Answer(True if found.verdict == "defined" else None, "it runs a program of the machine")

    def defines(self, path: str, name: str) -> bool | None:
        return symbol_in(self._guarded, path, name)

    def names_near(self, path: str, name: str, n: int = 3) -> Sequence[str]:
        text = self.text(path)
        known = {one.qualified for one in (outline(path, text) or ())} if text else set()
        return difflib.get_close_matches(name, sorted(known), n)

    @cached_property
    def _conventions(self) -> Conventions:
        return conventions(self._guarded)

    @cached_property
    def _manifests(self) -> tuple[Manifest, ...]:
        return manifests(self._guarded)

    @cached_property
    def test_frameworks(self) -> Mapping[str, str]:
        return {one.value: _where(one.evidence) for one in self._conventions.test_frameworks}

    @cached_property
    def test_names(self) -> Sequence[tuple[str, str]]:
        return [(one.pattern, ", ".join(one.examples[:2])) for one in self._conventions.test_habits]

    def fits_test_names(self, path: str) -> bool | None:
        return None

    @cached_property
    def dependencies(self) -> Mapping[str, str]:
        return {
            one.name.lower(): _where((one.evidence,))
            for manifest in self._manifests
            for one in manifest.dependencies
        }

    @cached_property
    def manifests(self) -> Sequence[str]:
        return [one.path for one in self._manifests]

    @cached_property
    def answers(self) -> Mapping[str, tuple[str, str]]:
        return {}

    @cached_property
    def settings(self) -> frozenset[str]:
        return frozenset()

    @cached_property
    def invariants(self) -> frozenset[str] | None:
        return None


def _where(evidence: Sequence[Evidence]) -> str:
    return f"{evidence[0].path}:{evidence[0].line}" if evidence else ""
