"""One definition in a file, as every way of finding them gives it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Symbol:
    """One definition: `qualified` is dotted from the file's top, lines are 1-based and inclusive.

    Decorators and annotations before a definition are not part of its lines.
    """

    name: str
    qualified: str
    kind: str
    path: str
    line: int
    end_line: int

    def to_dict(self) -> dict[str, object]:
        return {"name": self.qualified, "kind": self.kind, "line": self.line, "end_line": self.end_line}
