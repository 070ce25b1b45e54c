"""What people tend to ask about a repository and its files already say, each with the line that says it.

A topic on which files disagree, or say nothing, has no answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.recon.conventions import Conventions, Fact
from bot.recon.kinds import LOCK_FILES
from bot.recon.languages import language_of, languages
from bot.recon.tree import Evidence, Tree, line_of, name_of

_MANAGERS = {
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lock": "bun",
    "bun.lockb": "bun",
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
    "poetry.lock": "poetry",
    "uv.lock": "uv",
    "pdm.lock": "pdm",
    "Pipfile.lock": "pipenv",
    "Cargo.lock": "cargo",
    "go.sum": "go modules",
    "Gemfile.lock": "bundler",
    "composer.lock": "composer",
    "mix.lock": "mix",
    "deno.lock": "deno",
    "pixi.lock": "pixi",
    "pubspec.lock": "pub",
}
_VERSIONS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("python version", ".python-version", re.compile(r"^([0-9][\w.]{0,20})", re.MULTILINE)),
    (
        "python version",
        "pyproject.toml",
        re.compile(r"^requires-python[ ]?=[ ]?[\"']([^\"'\n]{1,40})[\"']", re.MULTILINE),
    ),
    (
        "python version",
        "pyproject.toml",
        re.compile(r"^python[ ]?=[ ]?[\"']([^\"'\n]{1,40})[\"']", re.MULTILINE),
    ),
    ("python version", "setup.cfg", re.compile(r"^python_requires[ ]?=[ ]?([^\n]{1,40})", re.MULTILINE)),
    ("node version", ".nvmrc", re.compile(r"^(v?[0-9a-z][\w./-]{0,30})", re.MULTILINE)),
    ("node version", ".node-version", re.compile(r"^(v?[0-9][\w.]{0,20})", re.MULTILINE)),
    ("node version", "package.json", re.compile(r"\"node\"[ ]?:[ ]?\"([^\"\n]{1,40})\"")),
    ("go version", "go.mod", re.compile(r"^go ([0-9][\w.]{0,20})", re.MULTILINE)),
    ("rust version", "Cargo.toml", re.compile(r"^rust-version[ ]?=[ ]?\"([^\"\n]{1,20})\"", re.MULTILINE)),
    ("ruby version", ".ruby-version", re.compile(r"^(?:ruby-)?([0-9][\w.]{0,20})", re.MULTILINE)),
)
_MOST = 0.6  # of the code that has to be in one language for it to be the answer

Answers = Mapping[str, tuple[str, str]]


def answers(tree: Tree, habits: Conventions) -> Answers:
    """Topic → answer, evidence as "path:line"."""
    found: dict[str, tuple[str, str]] = {}
    for topic, answer, seen in (*_manager(tree), *_tools(habits), *_language(tree), *_versions(tree)):
        found.setdefault(topic, (answer, f"{seen.path}:{seen.line}"))
    return found


def _manager(tree: Tree) -> Iterator[tuple[str, str, Evidence]]:
    locks = [path for path in tree.paths if "/" not in path and name_of(path) in LOCK_FILES]
    names = {_MANAGERS[path]: path for path in locks if path in _MANAGERS}
    if len(names) == 1:
        for name, path in names.items():
            yield "package manager", name, Evidence(path, 1, "")


def _tools(habits: Conventions) -> Iterator[tuple[str, str, Evidence]]:
    listed = (
        ("test framework", habits.test_frameworks),
        ("linter", habits.linters),
        ("formatter", habits.formatters),
    )
    for topic, facts in listed:
        if facts:
            yield topic, ", ".join(_values(facts)), facts[0].evidence[0]


def _values(facts: tuple[Fact, ...]) -> list[str]:
    return [fact.value for fact in facts[:3]]


def _language(tree: Tree) -> Iterator[tuple[str, str, Evidence]]:
    known = languages(tree)
    if known and known[0].share >= _MOST:
        first = next(path for path in tree.paths if language_of(path) == known[0].name)
        yield "language", known[0].name, Evidence(first, 1, "")


def _versions(tree: Tree) -> Iterator[tuple[str, str, Evidence]]:
    for topic, path, pattern in _VERSIONS:
        text = tree.text(path) if tree.exists(path) else None
        if text and (hit := pattern.search(text)):
            yield topic, hit[1].strip(), Evidence(path, line_of(text, hit[0]), hit[0])
