"""Everything that may go into a pack, in the order of its worth. The order knows no budget: a budget only
says where it ends, so that whatever is in a pack is in every larger one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from bot.recon.kinds import kind_of
from bot.recon.packing.estimate import bytes_a_token
from bot.recon.packing.model import Missing, Note
from bot.recon.packing.passages import Passage, Wanted, Why
from bot.recon.packing.reading import LONGEST_LINE, Readable, readable
from bot.recon.ranking import by_stem, paired_tests
from bot.recon.tree import Tree

SIBLINGS = 5  # sources whose tests are looked at
ALL = 1_000_000
WHOLE = 1.25  # a file that is larger than its turn by no more than this is taken whole
WEAK = 0.1  # of the best passage: what is further from the issue waits for the last turn
OUTLINE_LINES = 200


@dataclass(frozen=True, slots=True)
class Turn:
    """One round over some files: how many of them, and up to how many tokens each has after it."""

    what: Literal["named", "ranked", "tests", "outlines", "notes"]
    files: int = ALL
    tokens: int = ALL


# First a little of many files, so that the right ones are among them; then more of the best.
TURNS = (
    Turn("named", tokens=700),
    Turn("ranked", 10, 450),
    Turn("notes"),
    Turn("ranked", 2, 3_000),
    Turn("ranked", 20, 300),
    Turn("ranked", 5, 2_500),
    Turn("tests", SIBLINGS, 400),
    Turn("ranked", 3, 5_000),
    Turn("outlines", 3),
    Turn("ranked", 10, 2_000),
    Turn("ranked", ALL, 400),
    Turn("outlines", 10),
    Turn("ranked", 10, 4_000),
    Turn("tests", SIBLINGS, 1_500),
    Turn("ranked", ALL, 1_500),
    Turn("outlines"),
    Turn("ranked", ALL, 10_000),
    Turn("named"),
    Turn("ranked"),
    Turn("tests"),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines of a file that go in together or not at all."""

    path: str
    lines: frozenset[int]
    why: Why


@dataclass(frozen=True, slots=True)
class Candidates:
    """The files in question, each list best first, and why each is."""

    named: Sequence[str]
    ranked: Sequence[str]
    tests: Sequence[str]
    why: Mapping[str, str]

    @property
    def all(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.named, *self.ranked, *self.tests]))


@dataclass
class Shelf:
    """Files opened once, with what of them is in the order so far."""

    tree: Tree
    asked: Wanted
    refused: dict[str, str] = field(default_factory=dict)
    _open: dict[str, Opened] = field(default_factory=dict)

    def file(self, path: str) -> Opened | None:
        if path not in self._open and path not in self.refused:
            found = readable(self.tree, path)
            if isinstance(found, str):
                self.refused[path] = found
            else:
                self._open[path] = Opened(found, self.asked)
        return self._open.get(path)

    @property
    def missing(self) -> tuple[Missing, ...]:
        return tuple(Missing(path, why) for path, why in self.refused.items())


class Opened:
    """A file, and how far its passages were taken."""

    def __init__(self, file: Readable, asked: Wanted) -> None:
        self.file = file
        self._asked = asked
        self._taken = 0  # of the passages
        self._spent = 0.0

    @cached_property
    def _passages(self) -> tuple[Passage, ...]:
        return self.file.passages(self._asked)

    def more(self, allowance: int) -> Iterator[Piece]:
        """The best passages that are left, until the file has cost `allowance` tokens."""
        left = self._passages[self._taken :]
        whole = allowance >= ALL or self._spent + sum(map(self._cost, left)) <= allowance * WHOLE
        for passage in left:
            if not whole and self._spent and self._waits(passage, allowance):
                return
            self._spent += self._cost(passage)
            self._taken += 1
            yield self._piece(passage)

    def _waits(self, passage: Passage, allowance: int) -> bool:
        """Whether a passage is too much for this turn, or too far from the issue for any but the last."""
        too_much = self._spent + self._cost(passage) > allowance
        return too_much or passage.score <= self._passages[0].score * WEAK

    def outline(self) -> Piece:
        return Piece(self.file.path, self._short(self.file.outline[:OUTLINE_LINES]), ("outline", ()))

    def _piece(self, passage: Passage) -> Piece:
        why = passage.why if passage.score else ("the rest of the file", ())
        return Piece(self.file.path, self._short(passage.unit.lines), why)

    def _short(self, lines: Sequence[int] | frozenset[int]) -> frozenset[int]:
        return frozenset(each for each in lines if len(self.file.lines[each - 1]) <= LONGEST_LINE)

    def _cost(self, passage: Passage) -> float:
        unit, lines = passage.unit, self.file.lines
        size = sum(
            len(line.encode("utf-8", "surrogatepass")) + 6 for line in lines[unit.start - 1 : unit.end]
        )
        return size / bytes_a_token(self.file.path)


def order(candidates: Candidates, shelf: Shelf, notes: Sequence[Note]) -> Iterator[Piece | Note]:
    """Notes and pieces, what is worth most first; nothing comes twice but lines that pieces share."""
    for turn in TURNS:
        if turn.what == "notes":
            yield from notes
            continue
        paths = _paths(candidates, turn)
        for path in paths:
            opened = shelf.file(path)
            if opened is None:
                continue
            if turn.what == "outlines":
                yield opened.outline()
            else:
                yield from opened.more(turn.tokens)


def _paths(candidates: Candidates, turn: Turn) -> Sequence[str]:
    match turn.what:
        case "named":
            return candidates.named[: turn.files]
        case "tests":
            return candidates.tests[: turn.files]
        case _:
            return candidates.ranked[: turn.files]


def tests_of(tree: Tree, ranked: Sequence[str]) -> tuple[str, ...]:
    """The test that belongs to each of the first sources, without those that are ranked themselves."""
    stems = by_stem(tree)
    sources = [path for path in ranked if kind_of(path) == "source"][:SIBLINGS]
    found = (test for path in sources for test in paired_tests(path, stems)[:1])
    return tuple(dict.fromkeys(found))
