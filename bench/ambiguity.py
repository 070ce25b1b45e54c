"""Which patterns can take more than linear time, told by their structure alone; runs no pattern on text.

A pattern is slow where one text can be read in several ways that only show at its end to be wrong. It is
drawn as a graph of characters that may follow each other, and two loops of the graph are suspect when some
word goes round the first, round the second, and from the first to the second: n such words leave n ways to
divide them. Trying every start of a search is a loop like any other. Repeats of fewer than `ENDLESS` times
count as written twice, groups that do not give back count as if they did, and references back to a group as
nothing: what these cost is measured by `bench.regexes`.
"""

from __future__ import annotations

import re
import string
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from re import _compiler as compiler  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Literal

ENDLESS = 1000
SIGNS = string.printable + "\0é中ß٣　"
ALL = -1  # as a set of signs: any
Way = Literal["search", "match", "fullmatch"]


@dataclass(frozen=True, slots=True)
class Edge:
    """Leads to a place when the sign before is among `before` and the next one among `after` (bits)."""

    to: int
    before: int = ALL
    after: int = ALL


@dataclass
class Piece:
    """A part of a pattern: the edges into it, the places it ends at with what must hold to leave there, and
    the conditions under which it is passed by without a sign."""

    first: list[Edge] = field(default_factory=list)
    last: list[Edge] = field(default_factory=list)
    empty: list[tuple[int, int]] = field(default_factory=list)


class Shape:
    """The graph of one pattern. Place 0 is a search that has not begun, place 1 the end."""

    def __init__(self, pattern: re.Pattern[str], way: Way) -> None:
        self.signs = sorted({*SIGNS, *pattern.pattern})
        self.masks = [(1 << len(self.signs)) - 1, 0]
        self.edges: list[list[Edge]] = [[], []]
        self._known: dict[str, int] = {}
        self._kept: dict[tuple[int, int], list[Edge]] = {}
        self._state = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
        whole = self._sequence(self._state, pattern.flags)
        if way == "search":
            self.edges[0] = [Edge(0), *whole.first]
        self.ends = {one.to for one in whole.last if way != "fullmatch" and one.before == one.after == ALL}
        at_end = (ALL, 0, self._of("\n"))  # nothing, `\Z`, `$`
        self.ends |= self._sure({one.to for one in whole.last if one.before == ALL and one.after in at_end})

    def _sure(self, leaving: set[int]) -> set[int]:
        """Of the places where a match may end with the text, those where every sign leads to such a place, or
        to one where it may end at once: there it cannot fail."""
        sure = set(leaving)
        while True:
            on = sure | self.ends
            kept = {at for at in sure if self._covers(at, on)}
            if kept == sure:
                return sure
            sure = kept

    def _covers(self, at: int, places: set[int]) -> bool:
        signs = 0
        for edge in self.edges[at]:
            if edge.to in places and edge.before == edge.after == ALL:
                signs |= self.masks[edge.to]
        return signs == self.masks[0]

    # --- drawing -------------------------------------------------------------------------------------------

    def _sequence(self, tokens: Iterable[Any], flags: int) -> Piece:
        whole = Piece(empty=[(ALL, ALL)])
        for name, value in tokens:
            whole = self._joined(whole, self._piece(str(name), value, flags))
        return whole

    def _joined(self, one: Piece, two: Piece) -> Piece:
        self._link(one.last, two.first)
        first = one.first + [
            Edge(edge.to, edge.before & before, edge.after & after)
            for edge in two.first
            for before, after in one.empty
        ]
        last = two.last + [
            Edge(edge.to, edge.before & before, edge.after & after)
            for edge in one.last
            for before, after in two.empty
        ]
        empty = [(a & c, b & d) for a, b in one.empty for c, d in two.empty]
        return Piece(first, last, list(dict.fromkeys(empty)))

    def _link(self, last: Sequence[Edge], first: Sequence[Edge]) -> None:
        for one in last:
            for two in first:
                edge = Edge(two.to, one.before & two.before, one.after & two.after)
                if edge.before and edge.after:
                    self.edges[one.to].append(edge)

    def _piece(self, name: str, value: Any, flags: int) -> Piece:
        match name:
            case "LITERAL" | "NOT_LITERAL" | "IN" | "ANY":
                return self._place(self._mask(name, value, flags))
            case "SUBPATTERN":
                _, added, removed, inner = value
                return self._sequence(inner, (flags | added) & ~removed)
            case "ATOMIC_GROUP":
                return self._sequence(value, flags)
            case "BRANCH":
                return self._either(self._sequence(one, flags) for one in value[1])
            case "GROUPREF_EXISTS":
                return self._either(self._sequence(one or [], flags) for one in value[1:])
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                low, high, body = value
                return self._repeat(low, high, body, flags, gives_back=name != "POSSESSIVE_REPEAT")
            case "AT":
                return Piece(empty=self._at(str(value), flags))
            case "ASSERT" | "ASSERT_NOT":
                way, body = value
                return self._look(way, body, flags, wanted=name == "ASSERT")
            case _:  # a group again
                return Piece(empty=[(ALL, ALL)])

    def _place(self, mask: int) -> Piece:
        at = len(self.masks)
        self.masks.append(mask)
        self.edges.append([])
        return Piece([Edge(at)], [Edge(at)])

    def _either(self, pieces: Iterable[Piece]) -> Piece:
        whole = Piece()
        for one in pieces:
            whole.first += one.first
            whole.last += one.last
            whole.empty += [each for each in one.empty if each not in whole.empty]
        return whole

    def _repeat(self, low: int, high: Any, body: Any, flags: int, *, gives_back: bool) -> Piece:
        one = self._sequence(body, flags)
        if int(high) >= ENDLESS:
            self._link(one.last, one.first)
        elif int(high) > 1:
            more = self._sequence(body, flags)
            more.empty = [(ALL, ALL)]
            one = self._joined(one, more)
        if not low:
            one.empty = [(ALL, ALL)]
        if not gives_back and len(body) == 1 and str(body[0][0]) in ("LITERAL", "NOT_LITERAL", "IN", "ANY"):
            others = ~self._mask(str(body[0][0]), body[0][1], flags)
            one.last = [Edge(edge.to, edge.before, edge.after & others) for edge in one.last]
            one.empty = [(before, after & others) for before, after in one.empty]
        return one

    def _at(self, value: str, flags: int) -> list[tuple[int, int]]:
        line, word = (
            self._of("\n"),
            self._of("".join(one for one in self.signs if one.isalnum() or one == "_")),
        )
        match value:
            case "AT_BEGINNING" if flags & re.MULTILINE:
                return [(line, ALL)]
            case "AT_BEGINNING" | "AT_BEGINNING_STRING":
                return [(0, ALL)]
            case "AT_END_STRING":
                return [(ALL, 0)]
            case "AT_END":
                return [(ALL, line)]
            case "AT_BOUNDARY":
                return [(word, ~word), (~word, word)]
            case _:
                return [(word, word), (~word, ~word)]

    def _look(self, way: int, body: Any, flags: int, *, wanted: bool) -> Piece:
        """What is only looked at costs time as well; it leads nowhere."""
        inner = self._sequence(body, flags)
        single = len(body) == 1 and str(body[0][0]) in ("LITERAL", "NOT_LITERAL", "IN", "ANY")
        ends = inner.first if way > 0 else inner.last
        mask = 0
        for edge in ends:
            mask |= self.masks[edge.to]
        if not wanted:
            mask = ~mask if single else ALL
        elif inner.empty:
            mask = ALL
        return Piece(inner.first if way > 0 else [], [], [(ALL, mask) if way > 0 else (mask, ALL)])

    def _mask(self, name: str, value: Any, flags: int) -> int:
        key = f"{name} {value} {flags}"
        if key not in self._known:
            token = getattr(re._constants, name)  # type: ignore[attr-defined]
            part = parser.SubPattern(self._state.state, [(token, value)])
            matches = compiler.compile(part, flags).fullmatch
            self._known[key] = self._of("".join(one for one in self.signs if matches(one)))
        return self._known[key]

    def _of(self, signs: str) -> int:
        return sum(1 << self.signs.index(one) for one in set(signs))

    # --- looking -------------------------------------------------------------------------------------------

    @cached_property
    def kinds(self) -> list[int]:
        """Signs that are alike as the sign before."""
        masks = {edge.before for out in self.edges for edge in out} - {ALL}
        kinds: dict[tuple[int, ...], int] = {}
        for at in range(len(self.signs)):
            key = tuple(mask >> at & 1 for mask in masks)
            kinds[key] = kinds.get(key, 0) | 1 << at
        return list(kinds.values())

    @cached_property
    def reach(self) -> list[frozenset[int]]:
        """For each place the places that are reached from it."""
        return [self._reached(at) for at in range(len(self.edges))]

    def _reached(self, at: int) -> frozenset[int]:
        seen, waiting = set[int](), [at]
        while waiting:
            for edge in self.edges[waiting.pop()]:
                if edge.to not in seen:
                    seen.add(edge.to)
                    waiting.append(edge.to)
        return frozenset(seen)

    def word(self, one: int, two: int) -> str:
        """A word that leads from `one` to `one`, from `one` to `two` and from `two` to `two`; for the same
        place twice, one that leads back to it in two ways. "" when there is none."""
        ends = {one, two} & self.ends
        return next((word for kind in self.kinds if not ends and (word := self._word(one, two, kind))), "")

    def _word(self, one: int, two: int, kind: int) -> str:
        start = (one, one, two, kind, False)
        waiting, seen = deque([(start, "")]), {start}
        while waiting:
            here, word = waiting.popleft()
            for state, sign in self._next(one, two, here):
                if state == (one, two, two, kind, one == two):
                    return word + sign
                if state not in seen:
                    seen.add(state)
                    waiting.append((state, word + sign))
        return ""

    def _next(self, one: int, two: int, here: State) -> Iterator[tuple[State, str]]:
        first, between, second, before, parted = here
        for a, b, c in product(self._ways(first, one), self._ways(between, two), self._ways(second, two)):
            if one == two and a is not c:
                continue
            if not a.before & b.before & c.before & before:
                continue
            signs = a.after & b.after & c.after
            for at in (a.to, b.to, c.to):
                signs &= self.masks[at]
            for kind in self.kinds if signs else ():
                if signs & kind:
                    sign = self.signs[(signs & kind).bit_length() - 1]
                    yield (a.to, b.to, c.to, kind, parted or (one == two and a is not b)), sign

    def _ways(self, at: int, goal: int) -> list[Edge]:
        key = at, goal
        if key not in self._kept:
            near = [edge for edge in self.edges[at] if edge.to not in self.ends]
            self._kept[key] = [edge for edge in near if edge.to == goal or goal in self.reach[edge.to]]
        return self._kept[key]


State = tuple[int, int, int, int, bool]


def ambiguity(pattern: re.Pattern[str], way: Way) -> str:
    """A word of which many, with what does not match behind them, take a time that grows faster than their
    number; "" when there is none. `way` is how the pattern is asked for."""
    shape = Shape(pattern, way)
    loops = [at for at, reached in enumerate(shape.reach) if at in reached]
    pairs = ((one, two) for one in loops for two in loops if two in shape.reach[one])
    return next((word for one, two in pairs if (word := shape.word(one, two))), "")
