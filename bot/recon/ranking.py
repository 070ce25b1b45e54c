"""Which files matter for an issue, and why, without a model.

A linear mix of lexical signals over names, definitions and content. It is deterministic, ties go by path,
and it is only lexical retrieval: confidence A means that the issue names the file, B that several signals
agree, C that it is a guess.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.recon.bm25 import idf, scaled, scores
from bot.recon.kinds import TEST_NAMES, Kind, generated_by_text, is_example, kind_of
from bot.recon.languages import language_of
from bot.recon.mentions import Mention, mentions
from bot.recon.query import Query, query
from bot.recon.secrets import secret_name
from bot.recon.symbols import defined_names
from bot.recon.tokens import IDENTIFIER, identifiers, stems_of
from bot.recon.tree import Tree, name_of, parent, stem_of

Confidence = Literal["A", "B", "C"]

WEIGHTS: Mapping[str, float] = {
    "content": 0.30, "chunk": 0.25, "symbols": 0.30, "path": 0.13, "mention": 0.35, "defines": 0.15,
    "uses": 0.30,
}  # fmt: skip
DEMOTED: Mapping[Kind, float] = {
    "source": 1.0, "migration": 0.5, "config": 0.35, "test": 0.25, "doc": 0.22, "generated": 0.15,
    "data": 0.1, "vendored": 0.05,
    "lock": 0.02,
}  # fmt: skip
EXAMPLES = 0.4
LARGE = 0.02  # a little for size: large files are changed more often
ASKED = {
    "test": ("test", {"test", "flaky", "coverag", "fixtur", "pytest", "unittest"}),
    "doc": (
        "doc",
        {"doc", "docs", "document", "docstr", "readm", "typo", "chang", "changelog", "guid", "tutor"},
    ),
    "config": (
        "config",
        {"ci", "workflow", "depend", "depends", "build", "packag", "lint", "pin", "bump", "upgrad"},
    ),
}
SENT_TO_CHUNKS, CHUNK, STRIDE = 150, 60, 30
LONGEST = 400_000  # characters of one file that are searched
SEARCHED = 48 * 1024 * 1024  # bytes searched in all, sources first; what is beyond is ranked by name only
UNREAD: frozenset[Kind] = frozenset({"lock", "vendored", "data", "generated"})  # ranked by name only


@dataclass(frozen=True, slots=True)
class RankedFile:
    """One file with its score (the best is at most about 1.9), the score's parts, its confidence,
    and reasons in words.
    """

    path: str
    score: float
    confidence: Confidence
    reasons: tuple[str, ...]
    parts: Mapping[str, float]

    def to_dict(self) -> dict[str, object]:
        return {"path": self.path, "score": round(self.score, 4), "confidence": self.confidence,
                "reasons": list(self.reasons),
                "parts": {key: round(value, 4) for key, value in sorted(self.parts.items())}}  # fmt: skip


@dataclass(slots=True)
class _Read:
    """What one pass over the files found, one place in each list a file."""

    paths: list[str] = field(default_factory=list)
    words: list[dict[str, float]] = field(default_factory=list)
    lengths: list[float] = field(default_factory=list)
    names: list[dict[str, float]] = field(default_factory=list)
    name_lengths: list[float] = field(default_factory=list)
    path_words: list[dict[str, float]] = field(default_factory=list)
    defines: list[frozenset[str]] = field(default_factory=list)
    uses: list[frozenset[str]] = field(default_factory=list)
    generated: list[bool] = field(default_factory=list)


def rank(tree: Tree, title: str, body: str, limit: int = 20) -> tuple[RankedFile, ...]:
    """The `limit` files that matter most for an issue, best first."""
    named = mentions(f"{title}\n{body}", tree)
    asked = query(title, body)
    quoted = frozenset(each.text for each in named if each.kind == "symbol")
    read = _read(tree, asked, quoted)
    parts = _parts(tree, read, asked, quoted, named)
    totals = [_total(read, parts, at, asked) for at in range(len(read.paths))]
    order = sorted(
        (at for at, total in enumerate(totals) if total > 0), key=lambda at: (-totals[at], read.paths[at])
    )
    tests = by_stem(tree)
    return tuple(_ranked(tests, read, parts, at, totals[at], named) for at in order[:limit])


def _read(tree: Tree, asked: Query, quoted: frozenset[str]) -> _Read:
    read, wanted = _Read(), frozenset(asked.weights)
    hits: dict[str, tuple[str, ...]] = {}
    searched = _within_budget(tree)
    for path in tree.paths:
        text = _searched(tree, path) if path in searched else ""
        found = identifiers(text)
        named = Counter(defined_names(text)) if text and language_of(path) else Counter()
        on_path = Counter(word for part in path.split("/") for word in stems_of(part.partition(".")[0]))
        words = _asked_words(found, wanted, hits)
        read.paths.append(path)
        read.words.append(words)
        read.lengths.append(math.sqrt(found.total()) if found else 1.0)
        names = _asked_words(named, wanted, hits)
        for word in on_path.keys() & wanted:
            names[word] = names.get(word, 0.0) + 1
        read.names.append(names)
        read.name_lengths.append(math.sqrt(len(named) + 8))
        read.path_words.append(dict.fromkeys(on_path.keys() & wanted, 1.0))
        read.defines.append(quoted & named.keys())
        read.uses.append(quoted & found.keys())
        read.generated.append(generated_by_text(text))
    return read


def _within_budget(tree: Tree) -> frozenset[str]:
    """The files whose content is searched: sources before tests before prose; no data, lock,
    vendored or secret files.

    Content is not looked through for secrets here: nothing of it leaves but counts and
    names the issue itself holds.
    """
    out, used = set[str](), 0
    for path in sorted(tree.paths, key=lambda each: (-DEMOTED[kind_of(each)], each)):
        entry = tree.entry(path)
        if kind_of(path) in UNREAD or secret_name(path) or entry is None or used + entry.size > SEARCHED:
            continue
        used += min(entry.size, LONGEST)
        out.add(path)
    return frozenset(out)


def _searched(tree: Tree, path: str) -> str:
    return (tree.text(path) or "")[:LONGEST]


def _asked_words(
    found: Counter[str], wanted: frozenset[str], hits: dict[str, tuple[str, ...]]
) -> dict[str, float]:
    """Counts of the asked stems; `hits` remembers which identifiers hold any, over all files of one call."""
    out: dict[str, float] = {}
    for name, count in found.items():
        held = hits.get(name)
        if held is None:
            held = hits[name] = tuple(word for word in stems_of(name) if word in wanted)
        for word in held:
            out[word] = out.get(word, 0.0) + count
    return out


def _parts(
    tree: Tree, read: _Read, asked: Query, quoted: frozenset[str], named: Sequence[Mention]
) -> dict[str, list[float]]:
    rarity = idf(read.words, asked.weights)
    content = scaled(scores(read.words, read.lengths, asked.weights, rarity))
    symbols = scaled(scores(read.names, read.name_lengths, asked.weights, idf(read.names, asked.weights)))
    path = scaled(
        scores(read.path_words, [1.0] * len(read.paths), asked.weights, idf(read.path_words, asked.weights))
    )
    return {
        "content": content,
        "symbols": symbols,
        "path": path,
        "chunk": _chunks(tree, read, asked, rarity, content, symbols),
        "mention": _mentioned(read.paths, named),
        "defines": scaled(_by_rarity(read.defines)),
        "uses": scaled(_by_rarity(read.uses)),
    }


def _by_rarity(sets: Sequence[frozenset[str]]) -> list[float]:
    held = Counter(name for each in sets for name in each)
    return [sum(1 / held[name] ** 0.5 for name in sorted(each)) for each in sets]


def _mentioned(paths: Sequence[str], named: Sequence[Mention]) -> list[float]:
    """How clearly the text names each file: 1 for its path, less for a share of an ambiguous name."""
    worth: dict[str, float] = {}
    for each in named:
        base = {"exact": 1.0, "suffix": 0.9, "basename": 0.7, "unresolved": 0.0}[each.how] * (
            0.6 if each.kind == "module" else 1.0
        )
        if each.how == "exact" and "/" not in each.text and kind_of(each.text) != "source":
            base = 0.5  # a manifest's bare name often only tells where the reporter wrote something
        for path in each.paths:
            worth[path] = max(worth.get(path, 0.0), base / len(each.paths) ** 0.5)
    return [worth.get(path, 0.0) for path in paths]


def _chunks(
    tree: Tree,
    read: _Read,
    asked: Query,
    rarity: Mapping[str, float],
    content: Sequence[float],
    symbols: Sequence[float],
) -> list[float]:
    """The best window of lines of the most promising files, so that one good passage
    in a long file counts.
    """
    factor = [DEMOTED[kind_of(path)] for path in read.paths]
    order = sorted(
        range(len(content)), key=lambda at: (-factor[at] * (content[at] + symbols[at]), read.paths[at])
    )
    best = [0.0] * len(content)
    hits: dict[str, tuple[str, ...]] = {}
    wanted = frozenset(asked.weights)
    for at in order[:SENT_TO_CHUNKS]:
        if read.words[at]:
            windows = _windows(_searched(tree, read.paths[at]), wanted, hits)
            best[at] = max(scores(windows, [1.0] * len(windows), asked.weights, rarity), default=0.0)
    return scaled(best)


def _windows(text: str, wanted: frozenset[str], hits: dict[str, tuple[str, ...]]) -> list[dict[str, float]]:
    """Counts of asked stems in overlapping windows of lines."""
    lines = text.split("\n")
    steps = [
        _asked_words(identifiers("\n".join(lines[at : at + STRIDE])), wanted, hits)
        for at in range(0, len(lines), STRIDE)
    ]
    out: list[dict[str, float]] = []
    for first, second in zip(steps, [*steps[1:], {}], strict=True):
        window = dict(first)
        for word, count in second.items():
            window[word] = window.get(word, 0.0) + count
        out.append(window)
    return out


def _total(read: _Read, parts: Mapping[str, list[float]], at: int, asked: Query) -> float:
    mix = sum(WEIGHTS[name] * values[at] for name, values in parts.items())
    mix += LARGE * math.log1p(read.lengths[at]) if mix else 0.0
    return mix * max(_factor(read, at, asked), parts["mention"][at] if parts["mention"][at] >= 0.85 else 0.0)


def _factor(read: _Read, at: int, asked: Query) -> float:
    path = read.paths[at]
    kind: Kind = "generated" if read.generated[at] and kind_of(path) == "source" else kind_of(path)
    wished, words = ASKED.get(kind, ("", set()))
    factor = 0.8 if wished and words & asked.title else DEMOTED[kind]
    if kind == "source" and language_of(path) is None:
        factor = DEMOTED["config"]
    return factor * (EXAMPLES if is_example(path) else 1.0)


# --- words for people ------------------------------------------------------------------------------------


def _ranked(
    tests: Mapping[str, Sequence[str]],
    read: _Read,
    parts: Mapping[str, list[float]],
    at: int,
    total: float,
    named: Sequence[Mention],
) -> RankedFile:
    path = read.paths[at]
    mine = {name: values[at] for name, values in parts.items() if values[at] > 0}
    said = [each for each in named if path in each.paths]
    reasons = [*_said_reasons(said), *_lexical_reasons(read, at, mine)]
    sibling = paired_tests(path, tests) if kind_of(path) == "source" else ()
    if sibling:
        reasons.append(f"its tests are in {sibling[0]}")
    kind = kind_of(path)
    if kind != "source":
        reasons.append(f"ranked lower as {kind} file")
    return RankedFile(path, total, _confidence(said, mine), tuple(reasons), mine)


def _confidence(said: Sequence[Mention], mine: Mapping[str, float]) -> Confidence:
    if any(len(each.paths) == 1 and each.how != "unresolved" for each in said):
        return "A"
    strong = sum(mine.get(name, 0.0) >= 0.6 for name in ("content", "chunk", "symbols", "path", "uses"))
    return "B" if strong >= 2 or mine.get("defines", 0.0) >= 0.9 else "C"


def _said_reasons(said: Sequence[Mention]) -> list[str]:
    out = []
    for each in said[:3]:
        share = "" if len(each.paths) == 1 else f" (one of {len(each.paths)} files it can mean)"
        what = {"frame": "stack trace names", "module": "issue names the module"}.get(
            each.kind, "issue names"
        )
        out.append(f"{what} `{each.text[:120]}`{share}")
    return list(dict.fromkeys(out))


def _lexical_reasons(read: _Read, at: int, mine: Mapping[str, float]) -> list[str]:
    out = []
    if read.defines[at]:
        out.append("defines " + _list(read.defines[at]) + ", which the issue quotes")
    used = frozenset(name for name in read.uses[at] - read.defines[at] if len(name) > 4)
    if used:
        out.append("uses " + _list(used))
    if mine.get("path", 0.0) >= 0.3:
        out.append(
            "its path shares words with the issue: " + _shared_words(read.paths[at], read.path_words[at])
        )
    if mine.get("chunk", 0.0) >= 0.6:
        out.append("a passage of it is close to the issue's words")
    elif mine.get("content", 0.0) >= 0.5:
        out.append("its content is close to the issue's words")
    return out or ["shares some words with the issue"]


def _list(names: frozenset[str]) -> str:
    shown = sorted(names, key=lambda name: (-len(name), name))[:4]
    return ", ".join(f"`{name}`" for name in shown) + (
        f" and {len(names) - 4} more" if len(names) > 4 else ""
    )


def _shared_words(path: str, words: Mapping[str, float]) -> str:
    """The parts of a path that share a stem with the issue, as they are written."""
    found = [name for name in IDENTIFIER.findall(path) if words.keys() & set(stems_of(name))]
    return ", ".join(dict.fromkeys(found[-5:]))


def paired_tests(path: str, tests: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Up to three tests that belong to a source file by name, nearest first; `tests` is `by_stem(tree)`.

    `a/b.py` goes with `tests/a/test_b.py`, `b.test.ts` and `b_test.go`.
    """
    found = [each for each in tests.get(_bare(path), ()) if _family(each) == _family(path)]
    return tuple(sorted(found, key=lambda each: (-_shared(each, path), each))[:3])


def _family(path: str) -> str | None:
    """The language, with JavaScript and what compiles to it taken as one."""
    language = language_of(path)
    return "JavaScript" if language in {"TypeScript", "Svelte", "Vue"} else language


def by_stem(tree: Tree) -> dict[str, list[str]]:
    """The tests of a tree by the stem of what they test."""
    out: dict[str, list[str]] = {}
    for path in tree.paths:
        if kind_of(path) == "test" and TEST_NAMES.search(name_of(path)):
            out.setdefault(_bare(path), []).append(path)
    return out


def _bare(path: str) -> str:
    """A file's stem without the marks of a test, lower case."""
    stem = stem_of(path).lower()
    for mark in ("test_", "tests_"):
        stem = stem.removeprefix(mark)
    for mark in ("_test", "_tests", "_spec", "-test", "-spec", "tests", "test", "spec"):
        if stem.endswith(mark) and len(stem) > len(mark):
            return stem.removesuffix(mark)
    return stem if stem not in {"__init__", "index", "mod", "main"} else name_of(parent(path)).lower()


def _shared(a: str, b: str) -> int:
    return len(set(parent(a).split("/")) & set(parent(b).split("/")))
