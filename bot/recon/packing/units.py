"""A file cut into units that are read as one: a function, a small class, a stretch of other lines.

A unit ends where a definition begins or ends; only what is too long for one unit is cut elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.recon.symbols import Symbol

LONGEST_UNIT = 60  # lines
WINDOW = 40  # lines of a piece of what is longer
ABOVE = ("@", "#", "//", "/*", "*", "--", '"""', "'''", "<!--")  # what belongs to the definition below it
DEFINING = frozenset({"function", "method", "macro"})


@dataclass(frozen=True, slots=True)
class Unit:
    """Lines `start` to `end`, 1-based and inclusive. `scope` are the lines that open what the unit stands in,
    `names` what is defined in it.
    """

    start: int
    end: int
    scope: tuple[int, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def lines(self) -> frozenset[int]:
        return frozenset([*self.scope, *range(self.start, self.end + 1)])


def units(lines: Sequence[str], found: Sequence[Symbol]) -> tuple[Unit, ...]:
    """The units of a file with these definitions in order. Every line that is not blank is in exactly one,
    scopes aside.
    """
    bounds = sorted({1, len(lines) + 1, *_bounds(found, lines)})
    pieces = [piece for start, after in pairwise(bounds) for piece in _cut(lines, start, after)]
    trimmed = (_trimmed(lines, start, after - 1) for start, after in _joined(pieces, found, lines))
    return tuple(_named(((start, end) for start, end in trimmed if start <= end), found))


def _bounds(found: Sequence[Symbol], lines: Sequence[str]) -> Iterator[int]:
    """Lines where a unit begins: at definitions that are not inside of one that is kept whole."""
    kept = 0
    for each in sorted(found, key=lambda one: (one.line, -one.end_line)):
        end, start = min(each.end_line, len(lines)), _with_above(lines, each.line)
        if start <= kept or (each.kind not in DEFINING and end - start < 3):
            continue
        yield from (start, end + 1)
        if end - start < LONGEST_UNIT:
            kept = end


def _with_above(lines: Sequence[str], line: int) -> int:
    """The first line of a definition with the decorators and comments right above it."""
    own = lines[line - 1]
    depth = len(own) - len(own.lstrip())
    start = line
    while start > 1 and line - start < WINDOW:
        above = lines[start - 2]
        bare = above.lstrip()
        if not bare.startswith(ABOVE) or not 0 <= len(above) - len(bare) - depth <= 1:
            break
        start -= 1
    return start


def _cut(lines: Sequence[str], start: int, after: int) -> Iterator[tuple[int, int]]:
    """A stretch as one piece, or as several of about WINDOW lines, cut at blank lines where there are any."""
    while after - start > LONGEST_UNIT:
        at = start + WINDOW
        blank = [each for each in range(at - 12, at + 12) if not lines[each - 2].strip()]
        cut = min(blank, key=lambda each: (abs(each - at), each), default=at)
        yield start, cut
        start = cut
    yield start, after


def _joined(
    pieces: Sequence[tuple[int, int]], found: Sequence[Symbol], lines: Sequence[str]
) -> Iterator[tuple[int, int]]:
    """Pieces of a line or two go with the piece before them, unless a function begins there."""
    begins = {_with_above(lines, each.line) for each in found if each.kind in DEFINING}
    held: tuple[int, int] | None = None
    for start, after in pieces:
        if held and after - start <= 2 and start not in begins and after - held[0] <= LONGEST_UNIT:
            held = held[0], after
            continue
        if held:
            yield held
        held = start, after
    if held:
        yield held


def _trimmed(lines: Sequence[str], start: int, end: int) -> tuple[int, int]:
    while start <= end and not lines[start - 1].strip():
        start += 1
    while end >= start and not lines[end - 1].strip():
        end -= 1
    return start, end


def _named(spans: Iterable[tuple[int, int]], found: Sequence[Symbol]) -> Iterator[Unit]:
    """The spans, which come in order, with the names defined in each and the definitions around it."""
    waiting = sorted(found, key=lambda each: each.line)[::-1]
    around: list[Symbol] = []
    for start, end in spans:
        names: list[str] = []
        while waiting and waiting[-1].line < start:
            around.append(waiting.pop())
        around = [each for each in around if each.end_line >= start]
        scope = [each.line for each in around]
        while waiting and waiting[-1].line <= end:
            around.append(waiting.pop())
            names.append(around[-1].name)
        yield Unit(start, end, tuple(dict.fromkeys(scope)), tuple(dict.fromkeys(names)))
