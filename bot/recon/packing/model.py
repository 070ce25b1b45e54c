"""What a pack is: notes on issue and repository, excerpts of files, and what is missing. Types only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

GAP = "…"  # stands where lines are left out


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some lines of one file: `lines` are (1-based number, text) in order, of `of` lines in all. `reason`
    says why this file, `why` why these lines.
    """

    path: str
    lines: tuple[tuple[int, str], ...]
    of: int
    tokens: int
    reason: str
    why: tuple[str, ...]

    @property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """First and last line of each run of lines."""
        return tuple(runs(number for number, _ in self.lines))

    @property
    def whole(self) -> bool:
        return len(self.lines) == self.of

    @property
    def text(self) -> str:
        return shown(self.path, self.lines, self.of)

    def to_dict(self) -> dict[str, object]:
        return {"path": self.path, "lines": [list(each) for each in self.ranges], "of": self.of,
                "whole": self.whole, "tokens": self.tokens, "reason": self.reason,
                "why": list(self.why), "text": self.text}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Note:
    """Lines that stand in no file: the issue's demands, the repository's commands and habits."""

    name: str
    text: str
    tokens: int

    def to_dict(self) -> dict[str, object]:
        return {"name": self.name, "tokens": self.tokens, "text": self.text}


@dataclass(frozen=True, slots=True)
class Missing:
    """A file or note that might have helped and is not in the pack, and why, in words for a person."""

    name: str
    why: str

    def to_dict(self) -> dict[str, object]:
        return {"name": self.name, "why": self.why}


@dataclass(frozen=True, slots=True)
class Pack:
    """What fits into `usable` tokens of the `budget`. `tokens` is larger only when the demands alone are."""

    budget: int
    usable: int
    tokens: int
    notes: tuple[Note, ...]
    excerpts: tuple[Excerpt, ...]
    missing: tuple[Missing, ...]

    @property
    def text(self) -> str:
        """All of it, a blank line between two parts."""
        notes = (f"{each.name}\n{each.text}" for each in self.notes)
        return "\n\n".join([*notes, *(each.text for each in self.excerpts)])

    def to_dict(self) -> dict[str, object]:
        return {"budget": self.budget, "usable": self.usable, "tokens": self.tokens,
                "notes": [each.to_dict() for each in self.notes],
                "excerpts": [each.to_dict() for each in self.excerpts],
                "missing": [each.to_dict() for each in self.missing]}  # fmt: skip


def runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of neighbouring numbers, which come in order."""
    first = last = 0
    for number in numbers:
        if number != last + 1 or not first:
            if first:
                yield first, last
            first = number
        last = number
    if first:
        yield first, last


def shown(path: str, lines: Iterable[tuple[int, str]], of: int) -> str:
    """The path, then each line as `12: text`; a mark stands where lines are left out."""
    out, last = [path], 0
    for number, text in lines:
        if number != last + 1:
            out.append(GAP)
        out.append(f"{number}: {text}")
        last = number
    if last < of:
        out.append(GAP)
    return "\n".join(out)
