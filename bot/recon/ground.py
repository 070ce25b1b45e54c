"""A tree's answers to what the rules of a plan ask. Each is worked out when it is first asked for, and once.

Knows no rule and no plan: it has the shape of `bot.plan.rules.ground.Ground`.
"""

from __future__ import annotations

import difflib
import heapq
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bot.recon.answers import answers
from bot.recon.conventions import (
    ENV_EXAMPLE,
    Conventions,
    conventions,
    habits_of_tests,
    test_frameworks,
)
from bot.recon.ignored import Ignored
from bot.recon.kinds import generated_by_text, is_example, kind_of
from bot.recon.languages import language_of
from bot.recon.manifests import Manifest, manifests
from bot.recon.runnable import runnable
from bot.recon.secrets import Guarded
from bot.recon.suggest import Nearby
from bot.recon.symbols import Symbol, defined_in, outline
from bot.recon.tree import Evidence, Tree, in_memory, name_of

FEWEST_TESTS = 5  # tests of a language from which on they show a habit
MOST_TESTS = 0.9  # share of the tests that the known habits must explain before a name can break them
SETTING = re.compile(r"(?<![A-Za-z0-9_])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![A-Za-z0-9_])")
SETTINGS_FILE = re.compile(
    r"(?:docker-)?compose[\w.-]*\.ya?ml|Dockerfile[\w.-]*|app\.json|\w{0,40}?(?:settings|config|env)\w{0,40}\.\w{2,5}"
    r"|config\.[\w.-]+|values\.ya?ml|fly\.toml|render\.yaml|vercel\.json|wrangler\.toml|serverless\.ya?ml|Procfile",
    re.IGNORECASE,
)
REGISTRY = re.compile(r"[\w.-]{0,60}invariants?[\w.-]{0,60}\.(?:md|sh|json|ya?ml|toml|txt)", re.IGNORECASE)
TOKEN = re.compile(r"(?<![\w.$-])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![\w(=-])")
MOST_NAMES = 5_000  # names of one file that a wrong one is compared with
MOST_GUESSES = 50  # wrong names that get a guess; a plan with more is wrong as a whole
CLOSE_ENOUGH = 60  # names that share most pairs of letters, and so are worth comparing letter by letter
_NOT_BY_HAND = frozenset(["generated", "vendored", "lock"])
_WRITTEN = frozenset(["source", "test", "config", "doc"])


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a command can be run, and what could have been meant."""

    ok: bool | None
    reason: str = ""
    available: tuple[str, ...] = ()
    file: str = ""


@dataclass(frozen=True)
class _Outlined:
    """A file with its definitions; None when there is nobody to find them."""

    text: str
    symbols: tuple[Symbol, ...] | None

    @cached_property
    def names(self) -> Mapping[str, frozenset[str]]:
        """The first few thousand names, each with its pairs of letters."""
        known = dict.fromkeys(one.qualified for one in self.symbols or ())
        return {name: _pairs(name) for name in sorted(known)[:MOST_NAMES]}


@dataclass(frozen=True)
class TreeGround:
    """Everything the rules ask, answered from one tree. Files that look like secrets are never read."""

    tree: Tree
    _memory: dict[str, Answer] = field(default_factory=dict, repr=False, compare=False)
    _outlines: dict[str, _Outlined] = field(default_factory=dict, repr=False, compare=False)
    _defined: dict[tuple[str, str], bool | None] = field(default_factory=dict, repr=False, compare=False)
    _guesses: dict[tuple[str, str, int], Sequence[str]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @cached_property
    def _guarded(self) -> Tree:
        return Guarded(self.tree)

    @property
    def sha(self) -> str:
        return self.tree.sha

    @property
    def paths(self) -> Sequence[str]:
        return self.tree.paths

    @property
    def truncated(self) -> bool:
        return self.tree.truncated

    def exists(self, path: str) -> bool:
        return self.tree.exists(path)

    def is_dir(self, path: str) -> bool:
        return self.tree.is_dir(path)

    def text(self, path: str) -> str | None:
        return self._guarded.text(path)

    def kind(self, path: str) -> str:
        """What git keeps instead of a file, or else what its name, its text or .gitignore says."""
        if special := self.tree.special.get(path):
            return special
        kind = kind_of(path)
        if kind in _NOT_BY_HAND:
            return kind
        if self.tree.exists(path):
            return "generated" if kind in _WRITTEN and generated_by_text(self.text(path) or "") else kind
        return "ignored" if self._ignored.match(path) else kind

    @cached_property
    def _ignored(self) -> Ignored:
        return Ignored(self.tree)

    @cached_property
    def _by_name(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for path in self.tree.paths:
            found.setdefault(name_of(path), []).append(path)
        return found

    @cached_property
    def _nearby(self) -> Nearby:
        return Nearby(self.tree.paths)

    def ending_in(self, tail: str) -> Sequence[str]:
        tail = tail.strip("/")
        return [
            one for one in self._by_name.get(name_of(tail), ()) if one == tail or one.endswith(f"/{tail}")
        ]

    def nearest(self, path: str, n: int = 3) -> Sequence[str]:
        return self._nearby.to(path, n)

    def runnable(self, command: str, near: str = "") -> Answer:
        key = f"{near}\0{command}"
        if key not in self._memory:
            self._memory[key] = self._answer(command, near)
        return self._memory[key]

    def _answer(self, command: str, near: str) -> Answer:
        found = runnable(command, self.tree, near)
        if found.verdict == "undefined":
            shown = f"available: {', '.join(found.available[:8]) or 'nothing'}"
            return Answer(False, shown, found.available, found.where.path if found.where else "")
        return Answer(True if found.verdict == "defined" else None, "it runs a program of the machine")

    def defines(self, path: str, name: str) -> bool | None:
        key = path, name
        if key not in self._defined:
            file = self._outlined(path)
            known = file.symbols
            self._defined[key] = None if known is None else defined_in(path, file.text, known, name)
        return self._defined[key]

    def names_near(self, path: str, name: str, n: int = 3) -> Sequence[str]:
        """What could have been meant. A courtesy, so it ends before it costs much."""
        key = path, name[:200], n
        if key not in self._guesses and len(self._guesses) < MOST_GUESSES:
            self._guesses[key] = _nearest(name[:200], self._outlined(path).names, n)
        return self._guesses.get(key, ())

    def _outlined(self, path: str) -> _Outlined:
        """A file's definitions. A plan may name one file a thousand times, so it is read once."""
        if path not in self._outlines:
            text = self.text(path)
            self._outlines[path] = _Outlined(text or "", outline(path, text) if text is not None else None)
        return self._outlines[path]

    @cached_property
    def _conventions(self) -> Conventions:
        return conventions(self._guarded)

    @cached_property
    def _manifests(self) -> tuple[Manifest, ...]:
        return manifests(self._guarded)

    @cached_property
    def test_frameworks(self) -> Mapping[str, str]:
        return {one.value: _where(one.evidence) for one in test_frameworks(self._guarded, self._manifests)}

    @cached_property
    def test_names(self) -> Sequence[tuple[str, str]]:
        return [(one.pattern, ", ".join(one.examples[:2])) for one in self._conventions.test_habits]

    def fits_test_names(self, path: str) -> bool | None:
        shapes = habits_of_tests(in_memory({path: "x"}))
        known = [
            one for one in self._conventions.test_habits if language_of(one.examples[0]) == language_of(path)
        ]
        if not shapes or sum(one.count for one in known) < FEWEST_TESTS:
            return None
        if any(_same_shape(shapes[0].pattern, one.pattern) for one in known):
            return True
        all_seen = sum(one.share for one in self._conventions.test_habits) >= MOST_TESTS
        return False if all_seen else None

    @cached_property
    def dependencies(self) -> Mapping[str, str]:
        return {
            one.name.lower(): _where((one.evidence,))
            for manifest in self._manifests
            for one in manifest.dependencies
        }

    @cached_property
    def manifests(self) -> Sequence[str]:
        return [one.path for one in self._manifests]

    @cached_property
    def answers(self) -> Mapping[str, tuple[str, str]]:
        return answers(self._guarded, self._conventions)

    @cached_property
    def settings(self) -> frozenset[str]:
        texts = (self.text(path) or "" for path in self.tree.paths if _holds_settings(path))
        return frozenset(name for text in texts for name in SETTING.findall(text))

    @cached_property
    def invariants(self) -> frozenset[str] | None:
        texts = (self.text(path) or "" for path in self.tree.paths if REGISTRY.fullmatch(name_of(path)))
        return frozenset(name for text in texts for name in TOKEN.findall(text)) or None


def _nearest(name: str, known: Mapping[str, frozenset[str]], n: int) -> Sequence[str]:
    """Comparing letter by letter is slow, so only names with most pairs of letters in common are."""
    pairs = _pairs(name)
    alike = heapq.nlargest(CLOSE_ENOUGH, known, key=lambda one: 2 * len(known[one] & pairs) - len(known[one]))
    return difflib.get_close_matches(name, sorted(alike), n)


def _pairs(name: str) -> frozenset[str]:
    return frozenset(name[at : at + 2] for at in range(len(name) - 1))


def _holds_settings(path: str) -> bool:
    name = name_of(path)
    named = ENV_EXAMPLE.fullmatch(name) or SETTINGS_FILE.fullmatch(name)
    return bool(named) and not is_example(path) and kind_of(path) not in _NOT_BY_HAND | {"test"}


def _same_shape(one: str, other: str) -> bool:
    """Folders between the top one and the name do not count, nor whether a script has markup in it."""

    def plain(pattern: str) -> str:
        return re.sub(r"\.([cm]?[jt]s)x$", r".\1", pattern.replace("…/", ""))

    return plain(one) == plain(other)


def _where(evidence: Sequence[Evidence]) -> str:
    return f"{evidence[0].path}:{evidence[0].line}" if evidence else ""
