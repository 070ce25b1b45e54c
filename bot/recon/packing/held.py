"""The lines of one file that are in a pack, and what they cost as they are shown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.recon.packing.estimate import bytes_a_token
from bot.recon.packing.model import GAP, shown
from bot.recon.packing.reading import LONGEST_LINE

NARROW = 4  # lines of a gap that is closed when they are blank; of one line it is closed anyway
MARK = len(f"{GAP}\n".encode())


@dataclass
class Held:
    """Grows by sets of 1-based line numbers; `lines` are all lines of the file."""

    path: str
    lines: Sequence[str]
    taken: set[int] = field(default_factory=set)
    _bytes: int = 0

    @property
    def tokens(self) -> int:
        return self._tokens(self._bytes) if self.taken else 0

    def price(self, more: Iterable[int]) -> int:
        """The tokens that all would cost together with some more lines."""
        return self._tokens(self._bytes + self._extra(self._new(more)))

    def take(self, more: Iterable[int]) -> None:
        new = self._new(more)
        self._bytes += self._extra(new)
        self.taken |= new

    @property
    def numbered(self) -> tuple[tuple[int, str], ...]:
        return tuple((number, self.lines[number - 1]) for number in sorted(self.taken))

    @property
    def text(self) -> str:
        return shown(self.path, self.numbered, len(self.lines))

    def _tokens(self, held: int) -> int:
        """With the path above, the mark and the blank line below."""
        around = len(f"{self.path}\n\n".encode("utf-8", "surrogatepass")) + MARK
        return math.ceil((held + around) / bytes_a_token(self.path))

    def _new(self, more: Iterable[int]) -> set[int]:
        """The lines that are not held yet, and those of the gaps that they leave only narrow."""
        new = set(more) - self.taken
        both = _Either(self.taken, frozenset(new))
        for number in sorted(new):
            for gap in (self._gap(number, -1, both), self._gap(number, 1, both)):
                new.update(gap)
        return new

    def _gap(self, number: int, step: int, both: _Either) -> Sequence[int]:
        """The lines up to the next one that is held, when closing the gap costs next to nothing."""
        gap: list[int] = []
        at = number + step
        while 1 <= at <= len(self.lines) and at not in both:
            line = self.lines[at - 1]
            if len(gap) == NARROW or len(line) > LONGEST_LINE or (gap and (line.strip() or self._said(gap))):
                return ()
            gap.append(at)
            at += step
        return gap

    def _said(self, gap: Sequence[int]) -> bool:
        return any(self.lines[each - 1].strip() for each in gap)

    def _extra(self, new: set[int]) -> int:
        """The bytes of new lines with their numbers, and of the marks that come or go."""
        size = sum(
            len(self.lines[each - 1].encode("utf-8", "surrogatepass")) + len(str(each)) + 3 for each in new
        )
        near = new | {each + 1 for each in new}
        before = sum(each in self.taken and each - 1 not in self.taken for each in near if each > 1)
        both = _Either(self.taken, new)
        after = sum(each in both and each - 1 not in both for each in near if each > 1)
        return size + (after - before) * MARK


@dataclass(frozen=True, slots=True)
class _Either:
    """Two sets asked as one, without a copy of the larger."""

    one: set[int]
    other: set[int] | frozenset[int]

    def __contains__(self, number: int) -> bool:
        return number in self.one or number in self.other
