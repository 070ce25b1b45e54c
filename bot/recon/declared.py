"""What a task runner's file declares: names that can be run, and where each stands."""

from __future__ import annotations

from dataclasses import dataclass

from bot.recon.tree import Evidence


@dataclass(frozen=True, slots=True)
class Target:
    """One runnable name: who runs it, what it runs (as far as known), and where it is declared.

    `needs` are the names that run before it.
    """

    runner: str
    name: str
    body: str
    evidence: Evidence
    needs: tuple[str, ...] = ()

    @property
    def whole(self) -> str:
        """What it runs with what runs before it, as shell lines."""
        return " && ".join([*(f"{self.runner} {each}" for each in self.needs), self.body])


@dataclass(frozen=True, slots=True)
class Targets:
    """The names one file declares. `open_ended`: it may declare more than could be seen.

    `patterns` are targets whose name holds a `%` that stands for anything.
    """

    path: str
    runner: str
    found: tuple[Target, ...]
    open_ended: bool = False
    patterns: tuple[Target, ...] = ()

    def get(self, name: str) -> Target | None:
        return next((each for each in self.found if each.name == name), None)

    def like(self, name: str) -> Target | None:
        """The target of this name, else the first pattern that makes it."""
        return self.get(name) or next((each for each in self.patterns if _makes(each.name, name)), None)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.name for each in self.found))


def _makes(pattern: str, name: str) -> bool:
    before, _, after = pattern.partition("%")
    return len(name) >= len(before) + len(after) and name.startswith(before) and name.endswith(after)
