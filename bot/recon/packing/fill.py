"""Takes what is worth most until the budget is spent, and writes down what went in and what did not.

Pure: it reads nothing but the tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.recon.packing.estimate import usable
from bot.recon.packing.held import Held
from bot.recon.packing.model import Excerpt, Missing, Note, Pack
from bot.recon.packing.notes import demands, working
from bot.recon.packing.order import Candidates, Piece, Shelf, order, tests_of
from bot.recon.packing.passages import Why, wanted
from bot.recon.report import Recon
from bot.recon.tree import Tree

NO_ROOM = "no room left in the budget"
NAMED, SHOWN_NAMES = 16, 6


def pack(tree: Tree, recon: Recon, budget: int, *, first: Sequence[str] = (), notes: bool = True) -> Pack:
    """What fits into `budget` tokens, less a reserve. Demands are in it whatever the budget; `notes=False`
    leaves them and the repository's habits to the caller, so that only files are packed. `first` are files
    that somebody asked for, which come before those that the issue names.
    """
    candidates = _candidates(tree, recon, first)
    shelf = Shelf(tree, wanted(recon.words, recon.mentions))
    filling = _Filling(usable(budget), shelf, candidates)
    offered = working(recon) if notes else ()
    for each in demands(recon) if notes else ():
        filling.put(each)
    filling.fill(order(candidates, shelf, offered))
    return Pack(
        budget=max(budget, 0),
        usable=filling.room,
        tokens=filling.spent,
        notes=tuple(filling.notes),
        excerpts=tuple(filling.excerpts()),
        missing=(*shelf.missing, *filling.left_over(offered)),
    )


def _candidates(tree: Tree, recon: Recon, first: Sequence[str]) -> Candidates:
    why = {each.path: "; ".join(each.reasons[:2]) for each in recon.ranked}
    ranked = [each.path for each in recon.ranked]
    sure = [each.path for each in recon.ranked if each.confidence == "A"]
    named = [each.paths[0] for each in recon.mentions if len(each.paths) == 1 and each.how != "unresolved"]
    tests = [test for test in tests_of(tree, ranked) if test not in why]
    said = list(dict.fromkeys([*first, *sure, *named]))[: max(NAMED, len(first))]
    reasons = {
        **dict.fromkeys(tests, "the tests of a ranked file"),
        **dict.fromkeys(said, "named in the issue"),
        **dict.fromkeys(first, "asked for"),
    }
    return Candidates(said, ranked, tests, reasons | why)


@dataclass
class _Filling:
    """A pack while it is being filled. `room` are the tokens that may be spent, `spent` those that are."""

    room: int
    shelf: Shelf
    candidates: Candidates
    spent: int = 0
    notes: list[Note] = field(default_factory=list)
    held: dict[str, Held] = field(default_factory=dict)
    whys: dict[str, list[Why]] = field(default_factory=dict)

    def put(self, note: Note) -> None:
        self.notes.append(note)
        self.spent += note.tokens

    def fill(self, offered: Iterable[Piece | Note]) -> None:
        """Take what is offered up to the first thing that does not fit. Going on would make a small pack hold
        what a larger one does not.
        """
        for each in offered:
            if isinstance(each, Note):
                if self.spent + each.tokens > self.room:
                    return
                self.put(each)
            elif not self._take(each):
                return

    def _take(self, piece: Piece) -> bool:
        opened = self.shelf.file(piece.path)
        if opened is None or not piece.lines:
            return True
        held = self.held.get(piece.path) or Held(piece.path, opened.file.lines)
        spent = self.spent - held.tokens + held.price(piece.lines)
        if spent > self.room:
            return False
        held.take(piece.lines)
        self.spent, self.held[piece.path] = spent, held
        self.whys.setdefault(piece.path, []).append(piece.why)
        return True

    def excerpts(self) -> Iterable[Excerpt]:
        """In the order of worth."""
        for path in (each for each in self.candidates.all if each in self.held):
            held, why = self.held[path], tuple(_told(self.whys[path]))
            yield Excerpt(path, held.numbered, len(held.lines), held.tokens, self.candidates.why[path], why)

    def left_over(self, offered: Iterable[Note]) -> Iterable[Missing]:
        taken = {each.name for each in self.notes}
        yield from (Missing(each.name, NO_ROOM) for each in offered if each.name not in taken)
        out = {*self.held, *self.shelf.refused}
        for path in self.candidates.all:
            if path not in out:
                yield Missing(path, self._why_not(path))

    def _why_not(self, path: str) -> str:
        self.shelf.file(path)
        return self.shelf.refused.get(path, NO_ROOM)


def _told(whys: Iterable[Why]) -> Iterable[str]:
    """The same reason with several names once: "defines `a`, `b`"."""
    names: dict[str, dict[str, None]] = {}
    for what, which in whys:
        names.setdefault(what, {}).update(dict.fromkeys(which))
    for what, found in names.items():
        more = ", …" if len(found) > SHOWN_NAMES else ""
        yield f"{what} {', '.join(list(found)[:SHOWN_NAMES])}{more}".strip()
