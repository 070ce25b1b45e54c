"""The files of a tree side by side as one issue looks at them: kinds, sketches, counts of asked stems."""

from __future__ import annotations

import math
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from bot.recon.bm25 import idf
from bot.recon.kinds import Kind, is_example, kind_of
from bot.recon.languages import language_of
from bot.recon.query import Query
from bot.recon.secrets import secret_name
from bot.recon.sketch import EMPTY, LONGEST, Sketch, sketch
from bot.recon.tokens import stems_of
from bot.recon.tree import Tree

SEARCHED = 48 * 1024 * 1024  # bytes searched in all, sources first; what is beyond is ranked by name only
UNREAD: frozenset[Kind] = frozenset({"lock", "vendored", "data", "generated"})  # ranked by name only
DEMOTED: Mapping[Kind, float] = {
    "source": 1.0, "migration": 0.5, "config": 0.35, "test": 0.25, "doc": 0.22, "generated": 0.15,
    "data": 0.1, "vendored": 0.05, "lock": 0.02,
}  # fmt: skip
EXAMPLES = 0.4
ENOUGH_TESTS = 10  # to tell by them what everybody uses
DEFINING_WORDS = 8  # added to the number of names, so that a file of one name does not win by being short
ASKED: Mapping[Kind, frozenset[str]] = {
    "test": frozenset({"flaky", "coverag", "unittest"}),
    "doc": frozenset({"doc", "docs", "document", "readm", "typo", "changelog", "tutor"}),
    "config": frozenset({"ci", "workflow", "packag", "lint", "pin", "bump", "upgrad"}),
}  # fmt: skip
HINTED: Mapping[Kind, frozenset[str]] = {
    "test": frozenset({"test", "fixtur", "pytest"}),
    "config": frozenset({"build", "depend", "depends"}),
}
WISHED, POSSIBLE = 1.0, 0.6  # what a test, document or setting keeps when the title asks for one, or may


@dataclass(frozen=True)
class Corpus:
    """The paths of a tree in order, and for each place: the sketch, the share of its score a file of its kind
    keeps, and how often each asked stem stands in the text, in defined names, and in the path.
    """

    tree: Tree
    paths: tuple[str, ...]
    sketches: Sequence[Sketch]
    shares: Sequence[float]
    asked: frozenset[str] = field(repr=False)
    words: Sequence[Mapping[str, float]] = field(repr=False)
    names: Sequence[Mapping[str, float]] = field(repr=False)
    parts: Sequence[Mapping[str, float]] = field(repr=False)

    @cached_property
    def sources(self) -> tuple[int, ...]:
        """The places of the files that count in full. What is common is judged by these alone."""
        return tuple(at for at, share in enumerate(self.shares) if share >= 0.9)

    @cached_property
    def at(self) -> Mapping[str, int]:
        return {path: at for at, path in enumerate(self.paths)}

    @cached_property
    def rarity(self) -> Mapping[str, float]:
        return idf([self.words[at] for at in self.sources], self.asked)

    @cached_property
    def unusual(self) -> Mapping[str, float]:
        """How few tests use each asked stem, 1 for none: what every test needs, every reporter writes."""
        tests = [self.words[at] for at, path in enumerate(self.paths)
                 if self.sketches[at].length and kind_of(path) == "test"]  # fmt: skip
        if len(tests) < ENOUGH_TESTS:
            return dict.fromkeys(self.asked, 1.0)
        most = math.log(2 * len(tests) + 2)  # of a word in none
        return {word: value / most for word, value in idf(tests, self.asked).items()}

    @cached_property
    def own_rarity(self) -> Mapping[str, float]:
        """Rarity, less for what the project's users write all the time."""
        return {word: value * self.unusual.get(word, 1.0) for word, value in self.rarity.items()}

    @cached_property
    def path_rarity(self) -> Mapping[str, float]:
        found = idf([self.parts[at] for at in self.sources], self.asked)
        return {word: value * self.unusual[word] for word, value in found.items()}

    @cached_property
    def name_rarity(self) -> Mapping[str, float]:
        return idf([self.names[at] for at in self.sources], self.asked)

    @cached_property
    def lengths(self) -> list[float]:
        """Square roots of lengths in words: long files are not that much less likely."""
        return self._by_mean([math.sqrt(max(each.length, 1)) for each in self.sketches])

    @cached_property
    def name_lengths(self) -> list[float]:
        return self._by_mean([math.sqrt(len(each.names) + DEFINING_WORDS) for each in self.sketches])

    @cached_property
    def path_lengths(self) -> list[float]:
        return self._by_mean([float(path.count("/") + 1) for path in self.paths])

    def _by_mean(self, values: Sequence[float]) -> list[float]:
        mean = sum(values[at] for at in self.sources) / max(len(self.sources), 1) or 1.0
        return [value / mean for value in values]

    def scaled(self, values: Sequence[float]) -> list[float]:
        """The values over that of the best source; a file of another kind may be somewhat above 1."""
        top = max((values[at] for at in self.sources), default=0.0) or max(values, default=0.0)
        return [min(value / top, 1.5) for value in values] if top > 0 else [0.0] * len(values)

    def text(self, at: int) -> str:
        """A file's text as far as it is searched; "" for one that is ranked by its name only."""
        return (self.tree.text(self.paths[at]) or "")[:LONGEST] if self.sketches[at].length else ""


def corpus(tree: Tree, asked: Query, known: MutableMapping[str, Sketch]) -> Corpus:
    """The files of a tree for an issue. Sketches that are not known are made and put into `known`."""
    searched, wanted = _within_budget(tree), asked.weights.keys()
    sketches = [_sketch(tree, path, known) if path in searched else EMPTY for path in tree.paths]
    parts = [dict.fromkeys(wanted & path_stems(path), 1.0) for path in tree.paths]
    return Corpus(
        tree=tree,
        paths=tree.paths,
        sketches=sketches,
        shares=[_share(path, each, asked) for path, each in zip(tree.paths, sketches, strict=True)],
        asked=frozenset(wanted),
        words=[{word: each.stems[word] for word in wanted & each.stems.keys()} for each in sketches],
        names=[_with_path(each, part, asked) for each, part in zip(sketches, parts, strict=True)],
        parts=parts,
    )


def _sketch(tree: Tree, path: str, known: MutableMapping[str, Sketch]) -> Sketch:
    entry = tree.entry(path)
    found = known.get(entry.sha) if entry and entry.sha else None
    if found is None:
        found = sketch(path, tree.text(path) or "")
        if entry and entry.sha:
            known[entry.sha] = found
    return found


def _with_path(each: Sketch, part: Mapping[str, float], asked: Query) -> dict[str, float]:
    """Counts of asked stems among the names a file defines, its own path being one of them."""
    out: dict[str, float] = {word: each.name_stems[word] for word in asked.weights.keys() & each.name_stems}
    for word in part:
        out[word] = out.get(word, 0.0) + 1
    return out


@lru_cache(maxsize=100_000)
def path_stems(path: str) -> frozenset[str]:
    return frozenset(word for part in path.split("/") for word in stems_of(part.partition(".")[0]))


def _within_budget(tree: Tree) -> frozenset[str]:
    """The files whose content is searched: sources before tests before prose; no data, lock,
    vendored or secret files.

    Content is not looked through for secrets here: nothing of it leaves but counts and
    names the issue itself holds.
    """
    by_kind: dict[Kind, list[str]] = {}
    for path in tree.paths:
        by_kind.setdefault(kind_of(path), []).append(path)
    out, used = set[str](), 0
    for kind in sorted(by_kind.keys() - UNREAD, key=lambda each: -DEMOTED[each]):
        for path in by_kind[kind]:
            entry = tree.entry(path)
            if entry and used + entry.size <= SEARCHED and not secret_name(path):
                used += min(entry.size, LONGEST)
                out.add(path)
    return frozenset(out)


def _share(path: str, found: Sketch, asked: Query) -> float:
    """How much of its score a file keeps: all for code, little for what fixes seldom change."""
    kind = kind_of(path)
    if kind == "source":
        kind = "generated" if found.generated else "source" if language_of(path) else "config"
    nothing = frozenset[str]()
    if ASKED.get(kind, nothing) & asked.title:
        share = WISHED
    else:
        share = POSSIBLE if HINTED.get(kind, nothing) & asked.title else DEMOTED[kind]
    return share * (EXAMPLES if is_example(path) else 1.0)
