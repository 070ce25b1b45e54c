"""A repository's habits, each with the place that shows it: tests, tools, CI, migrations,
owners, rules, earlier plans.

What is counted says how often; nothing is claimed that no file shows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.recon.ci import CiJob, ci_jobs, workflows
from bot.recon.guidance import RULES, Fact, changelog, changelog_habits, plans, rules
from bot.recon.kinds import TEST_NAMES, Kind, is_example, kind_of
from bot.recon.languages import language_of, languages
from bot.recon.manifests import Manifest, manifests, unreadable
from bot.recon.owners import Owners, owners
from bot.recon.tooling import FORMATTERS, LINTERS, MIGRATORS, tools
from bot.recon.tree import LONGEST_NAME, Evidence, LeftOut, Tree, name_of, parent, quote
from bot.recon.written import Written

__all__ = ["ENV_EXAMPLE", "RULES", "Conventions", "Fact", "Habit", "Kind", "conventions", "kind_of"]

MOST = 20


@dataclass(frozen=True, slots=True)
class Habit:
    """How tests are named and placed: `pattern` like `tests/test_<module>.py`, which `count`
    of `total` tests follow.
    """

    pattern: str
    count: int
    total: int
    examples: tuple[str, ...]

    @property
    def share(self) -> float:
        return self.count / self.total if self.total else 0.0

    def to_dict(self) -> dict[str, object]:
        return {
            "pattern": self.pattern,
            "count": self.count,
            "total": self.total,
            "examples": list(self.examples),
        }


@dataclass(frozen=True, slots=True)
class Conventions:
    """Everything found out about how work is done in a repository.

    `unreadable` are manifests that could not be read and so declare nothing, each with the reason.
    """

    test_frameworks: tuple[Fact, ...] = ()
    test_habits: tuple[Habit, ...] = ()
    formatters: tuple[Fact, ...] = ()
    linters: tuple[Fact, ...] = ()
    ci_workflows: tuple[str, ...] = ()
    ci_jobs: tuple[CiJob, ...] = ()
    migrations: tuple[Fact, ...] = ()
    env_examples: tuple[str, ...] = ()
    owners: Owners = field(default_factory=Owners)
    rules: tuple[Fact, ...] = ()
    plans: tuple[Fact, ...] = ()
    protected: tuple[Fact, ...] = ()
    changelog: Fact | None = None
    kinds: tuple[tuple[Kind, int], ...] = ()
    changelog_habits: tuple[Fact, ...] = ()
    migration_tools: tuple[Fact, ...] = ()
    unreadable: tuple[LeftOut, ...] = ()

    def to_dict(self) -> dict[str, object]:
        def listed(facts: Iterable[Fact | Habit | CiJob]) -> list[dict[str, object]]:
            return [each.to_dict() for each in facts]

        return {
            "test_frameworks": listed(self.test_frameworks), "test_habits": listed(self.test_habits),
            "formatters": listed(self.formatters),
            "linters": listed(self.linters), "ci_workflows": list(self.ci_workflows),
            "ci_jobs": listed(self.ci_jobs),
            "migrations": listed(self.migrations), "env_examples": list(self.env_examples),
            "owners": [{"pattern": each.pattern, "owners": list(each.owners),
            "evidence": each.evidence.to_dict()} for each in self.owners.rules[:200]],
            "rules": listed(self.rules), "plans": listed(self.plans), "protected": listed(self.protected),
            "changelog": self.changelog.to_dict() if self.changelog else None, "kinds": dict(self.kinds),
            "changelog_habits": listed(self.changelog_habits),
            "migration_tools": listed(self.migration_tools),
            "unreadable": [{"path": each.path, "reason": each.reason} for each in self.unreadable],
        }  # fmt: skip


def conventions(tree: Tree) -> Conventions:
    """Read a repository's habits off its files."""
    declared = manifests(tree)
    kinds = Counter(kind_of(path) for path in tree.paths)
    kept = changelog(tree)
    return Conventions(
        test_frameworks=test_frameworks(tree, declared),
        test_habits=habits_of_tests(tree),
        formatters=tools(tree, declared, FORMATTERS),
        linters=tools(tree, declared, LINTERS),
        ci_workflows=workflows(tree),
        ci_jobs=ci_jobs(tree),
        migrations=_migrations(tree),
        env_examples=tuple(path for path in tree.paths if ENV_EXAMPLE.fullmatch(name_of(path)))[:MOST],
        owners=owners(tree),
        rules=rules(tree),
        plans=plans(tree),
        protected=_protected(tree),
        changelog=kept,
        changelog_habits=changelog_habits(tree, kept),
        migration_tools=tools(tree, declared, MIGRATORS),
        unreadable=unreadable(tree),
        kinds=tuple(sorted(kinds.items())),
    )


# --- tests -----------------------------------------------------------------------------------------------

FRAMEWORK_NAMES = (
    "pytest", "nose2", "hypothesis", "behave", "robotframework", "jest", "vitest", "mocha", "jasmine", "ava",
    "tap", "karma", "cypress",
    "@playwright/test", "playwright", "rspec", "rspec-rails", "minitest", "test-unit", "phpunit/phpunit",
    "pestphp/pest", "junit", "junit-jupiter",
    "junit-jupiter-api", "testng", "spock-core", "kotest", "mockito-core", "assertj-core",
    "github.com/stretchr/testify", "github.com/onsi/ginkgo/v2",
    "proptest", "criterion", "trycmd", "snapbox", "insta", "rstest", "assert_cmd",
)  # fmt: skip
IN_TESTS: tuple[tuple[str, str, str], ...] = (
    ("Python", "pytest", r"^(?:import pytest|from pytest\b)"),
    ("Python", "unittest",
    r"^(?:import unittest|from unittest import (?!mock))|\((?:unittest\.)?TestCase\):"),
    ("Go", "go test", r"^func Test\w+\(\w+ \*testing\.T\)"),
    ("Rust", "cargo test", r"^\s{0,8}#\[test\]"),
    ("Java", "JUnit 5", r"^import org\.junit\.jupiter"),
    ("Java", "JUnit 4", r"^import (?:static )?org\.junit\.(?!jupiter)"),
    ("Java", "TestNG", r"^import org\.testng"),
    ("Kotlin", "JUnit 5", r"^import org\.junit\.jupiter"),
    ("JavaScript", "node:test", r"(?:from|require\()\s?[\"']node:test[\"']"),
    ("TypeScript", "node:test", r"from [\"']node:test[\"']"),
    ("TypeScript", "vitest", r"from [\"']vitest[\"']"),
    ("Ruby", "RSpec", r"^(?:RSpec\.)?describe\b"),
    ("Ruby", "Minitest", r"< (?:Minitest::Test|ActiveSupport::TestCase)"),
)  # fmt: skip
LOOKED_AT = 60


def test_frameworks(tree: Tree, declared: tuple[Manifest, ...]) -> tuple[Fact, ...]:
    """Frameworks the manifests ask for and those the tests import, most shown first."""
    found: dict[str, list[Evidence]] = {}
    for manifest in declared:
        for each in manifest.dependencies:
            if each.name.lower() in FRAMEWORK_NAMES:
                found.setdefault(each.name.lower(), []).append(each.evidence)
    tests = [path for path in tree.paths if kind_of(path) == "test" and _may_test(path)]
    for path in tests[:: max(1, len(tests) // LOOKED_AT)][:LOOKED_AT]:
        for name, line in _imported(path, tree.text(path) or ""):
            found.setdefault(name, []).append(line)
    if "cargo test" not in found and tree.exists("Cargo.toml"):
        found.update(_inline_rust_tests(tree))
    order = sorted(found, key=lambda name: (-len(found[name]), name))
    return tuple(Fact(name, tuple(found[name][:3])) for name in order)


def _may_test(path: str) -> bool:
    """Named like a test, or Rust, whose integration tests may have any name."""
    return bool(TEST_NAMES.search(name_of(path))) or path.endswith(".rs")


def _imported(path: str, text: str) -> Iterator[tuple[str, Evidence]]:
    language = language_of(path)
    for wanted, name, pattern in IN_TESTS:
        hit = re.search(pattern, text[:200_000], re.MULTILINE) if wanted == language else None
        if hit:
            yield name, Written(path, text).at(hit.start())


def _inline_rust_tests(tree: Tree) -> dict[str, list[Evidence]]:
    for path in [path for path in tree.paths if path.endswith(".rs")][:200]:
        text = tree.text(path) or ""
        if "#[test]" in text:
            return {"cargo test": [Written(path, text).at(text.find("#[test]"))]}
    return {}


TESTED = re.compile(
    r"^(?P<before>test_|tests_|Test(?=[A-Z]))?(?P<stem>.+?)"
    r"(?P<after>_tests?|_spec|[.-](?:test|spec|e2e|cy)|Tests?|IT|TestCase|Spec)?(?P<suffix>\.[\w.]+)$"
)


def habits_of_tests(tree: Tree) -> tuple[Habit, ...]:
    """The shapes of test paths, commonest first, at most five; fixtures and helpers do not count."""
    shapes: dict[str, list[str]] = {}
    own = {each.name for each in languages(tree) if each.share >= 0.03}
    for path in tree.paths:
        shape = _shape(path) if kind_of(path) == "test" and language_of(path) in own else None
        if shape:
            shapes.setdefault(shape, []).append(path)
    total = sum(len(each) for each in shapes.values())
    order = sorted(shapes, key=lambda shape: (-len(shapes[shape]), shape))[:5]
    return tuple(Habit(shape, len(shapes[shape]), total, tuple(shapes[shape][:3])) for shape in order)


def _shape(path: str) -> str | None:
    """`tests/a/test_b.py` as `tests/…/test_<module>.py`; None for what is not named like a test."""
    name = name_of(path)
    hit = TESTED.match(name) if len(name) <= LONGEST_NAME else None
    if hit is None or not (hit["before"] or hit["after"]) or language_of(path) is None:
        return None
    name = f"{hit['before'] or ''}<module>{hit['after'] or ''}{hit['suffix']}"
    folders = path.split("/")[:-1]
    at = next(
        (
            i
            for i, folder in enumerate(folders)
            if folder.lower() in {"test", "tests", "__tests__", "spec", "specs", "testing", "e2e"}
        ),
        None,
    )
    if at is None:
        return f"<folder of the module>/{name}" if folders else name
    before = "/".join(folders[: at + 1]) if at <= 1 or folders[:2] == ["src", "test"] else f"…/{folders[at]}"
    return f"{before}/{'…/' if len(folders) > at + 1 else ''}{name}"


# --- files by name ---------------------------------------------------------------------------------------

ENV_EXAMPLE = re.compile(
    r"(\.env|env)[._-](example|sample|template|dist|defaults?|test)|example\.env|sample\.env"
    r"|\.env\.[\w-]+\.(example|sample)"
)
PROTECTED = re.compile(
    r"(\.github/(workflows/.*|CODEOWNERS)|CODEOWNERS|docs/CODEOWNERS|LICENSE(\.\w+)?|COPYING|SECURITY\.md"
    r"|(.*/)?(auth|authentication|authorization|crypto|security|secrets)/.*)",
    re.DOTALL,
)
NESTED_MIGRATION = re.compile(
    r"(?:.{0,3000}/)?migrations?/\d{8,14}\w{0,200}/(?:migration|up|down)\.sql", re.DOTALL
)


def _migrations(tree: Tree) -> tuple[Fact, ...]:
    """Folders of migrations with their newest file by name, the fullest folder first."""
    folders: dict[str, list[str]] = {}
    for path in tree.paths:
        nested = path.endswith(".sql") and NESTED_MIGRATION.fullmatch(path[:4_000])
        if (kind_of(path) == "migration" or nested) and not is_example(path):
            folders.setdefault(parent(parent(path)) if nested else parent(path), []).append(path)
    order = sorted(folders, key=lambda folder: (-len(folders[folder]), folder))[:MOST]
    return tuple(Fact(folder, (quote(tree, max(folders[folder]), 1),)) for folder in order)


def _protected(tree: Tree) -> tuple[Fact, ...]:
    """Paths whose change wants a person's eye: workflows, owners, licence, and what
    their names call security.
    """
    found = [
        path
        for path in tree.paths
        if PROTECTED.fullmatch(path) and kind_of(path) not in {"test", "vendored", "generated", "data"}
    ]
    places = {
        parent(path) if language_of(path) or "workflows/" in path else path: path for path in reversed(found)
    }
    return tuple(
        Fact(place or path, (quote(tree, path, 1),)) for place, path in sorted(places.items())[:MOST]
    )
