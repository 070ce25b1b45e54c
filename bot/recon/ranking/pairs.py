"""Tests and the sources they belong to, by their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.recon.kinds import TEST_NAMES, kind_of
from bot.recon.languages import language_of
from bot.recon.tree import Tree, name_of, parent, stem_of


def paired_tests(path: str, tests: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Up to three tests that belong to a source file by name, nearest first; `tests` is `by_stem(tree)`.

    `a/b.py` goes with `tests/a/test_b.py`, `b.test.ts` and `b_test.go`.
    """
    found = [each for each in tests.get(_bare(path), ()) if family(each) == family(path)]
    return tuple(sorted(found, key=lambda each: (-_shared(each, path), each))[:3])


def family(path: str) -> str | None:
    """The language of a path, with JavaScript and what compiles to it taken as one."""
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
