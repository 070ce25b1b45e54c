"""What a repository's manifests declare: dependencies with their line, and the package
manager its lock file tells.

Manifests are parsed, never executed; one that does not parse declares nothing.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, cast

from bot.recon.kinds import kind_of
from bot.recon.tree import Evidence, LeftOut, Tree, joined, name_of, upward
from bot.recon.written import Written

Ecosystem = Literal["npm", "python", "rust", "go", "maven", "gradle", "ruby", "php", "elixir"]
NodeManager = Literal["npm", "pnpm", "yarn", "bun"]

LOCKS: tuple[tuple[str, NodeManager], ...] = (
    ("pnpm-lock.yaml", "pnpm"), ("pnpm-workspace.yaml", "pnpm"), ("yarn.lock", "yarn"), ("bun.lock", "bun"),
    ("bun.lockb", "bun"),
    ("package-lock.json", "npm"), ("npm-shrinkwrap.json", "npm"),
)  # fmt: skip
NOT_OWN = frozenset({"vendored", "test", "generated"})
LONGEST_WANTED = 200
MOST_FAULTS = 50
LONGEST_TOML_LINE = 10_000  # the parser takes quadratic time over one long dotted key
REQUIREMENT = re.compile(
    r"\s{0,8}([A-Za-z0-9][A-Za-z0-9._-]{0,99})\s{0,4}(\[[^\]]{0,100}\])?\s{0,4}([^;#]{0,200})"
)


@dataclass(frozen=True, slots=True)
class Dependency:
    """One declared dependency: its name as the manifest has it, the version asked for, the group it is in."""

    name: str
    wanted: str
    group: str
    evidence: Evidence

    def to_dict(self) -> dict[str, object]:
        return {
            "name": self.name,
            "wanted": self.wanted,
            "group": self.group,
            "evidence": self.evidence.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class Manifest:
    """One manifest of the repository's own code and what it depends on."""

    path: str
    ecosystem: Ecosystem
    dependencies: tuple[Dependency, ...]

    def to_dict(self) -> dict[str, object]:
        return {
            "path": self.path,
            "ecosystem": self.ecosystem,
            "dependencies": [each.to_dict() for each in self.dependencies],
        }


def manifests(tree: Tree) -> tuple[Manifest, ...]:
    """The manifests outside of vendored, test and example folders, nearest the root first."""
    out = []
    for path in sorted(tree.paths, key=lambda each: (each.count("/"), each)):
        ecosystem = ecosystem_of(path)
        if ecosystem and kind_of(path) not in NOT_OWN:
            out.append(Manifest(path, ecosystem, tuple(_dependencies(tree, path, ecosystem))))
    return tuple(out)


def ecosystem_of(path: str) -> Ecosystem | None:
    """Which ecosystem a manifest of this name belongs to."""
    name = name_of(path)
    if re.fullmatch(r"requirements[\w.-]{0,60}\.(txt|in)", name) or re.search(
        r"(^|/)requirements/[\w.-]{1,60}\.(txt|in)$", path
    ):
        return "python"
    return BY_NAME.get(name)


BY_NAME: dict[str, Ecosystem] = {
    "package.json": "npm", "pyproject.toml": "python", "setup.cfg": "python", "setup.py": "python",
    "Pipfile": "python",
    "Cargo.toml": "rust", "go.mod": "go", "pom.xml": "maven", "build.gradle": "gradle",
    "build.gradle.kts": "gradle",
    "Gemfile": "ruby", "composer.json": "php", "mix.exs": "elixir",
}  # fmt: skip


def json_table(tree: Tree, path: str) -> dict[str, Any]:
    """A JSON file's top object; empty when it is absent or is no JSON object."""
    try:
        found = json.loads(tree.text(path) or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def toml_table(tree: Tree, path: str) -> dict[str, Any]:
    """A TOML file's top table; empty when it is absent or does not parse."""
    text = tree.text(path) or ""
    if any(len(line) > LONGEST_TOML_LINE for line in text.split("\n")):
        return {}
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return {}


def table(value: object, *keys: str) -> dict[str, Any]:
    """The table under these keys, empty wherever something else stands."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def strings(value: object) -> list[str]:
    """The strings of a list; empty for anything that is no list."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def nearest_manifest(tree: Tree, near: str, *names: str) -> str | None:
    """The first of these file names found in the folder `near` or above it."""
    for folder in upward(near):
        for name in names:
            path = joined(folder, name)
            if tree.exists(path):
                return path
    return None


def node_manager(tree: Tree, folder: str = "") -> NodeManager:
    """Which package manager a folder uses.

    `packageManager` of its package.json, else the nearest lock file, else npm.
    """
    for each in upward(folder):
        named = json_table(tree, joined(each, "package.json")).get("packageManager")
        manager = named.partition("@")[0] if isinstance(named, str) else ""
        if manager in {"npm", "pnpm", "yarn", "bun"}:
            return cast("NodeManager", manager)
        for name, found in LOCKS:
            if tree.exists(joined(each, name)):
                return found
    return "npm"


# --- dependencies ----------------------------------------------------------------------------------------

JSON_GROUPS = (
    "dependencies",
    "devDependencies",
    "peerDependencies",
    "optionalDependencies",
    "require",
    "require-dev",
)


def _dependencies(tree: Tree, path: str, ecosystem: Ecosystem) -> Iterator[Dependency]:
    written = Written(path, tree.text(path) or "")
    name = name_of(path)
    if name in {"package.json", "composer.json"}:
        yield from _from_json(tree, written)
    elif name in {"pyproject.toml", "Cargo.toml", "Pipfile"}:
        yield from _from_toml(tree, written)
    elif ecosystem == "python":
        yield from _from_lines(written) if name.endswith((".txt", ".in")) else ()
    else:
        yield from _from_patterns(written, ecosystem)


def _from_json(tree: Tree, written: Written) -> Iterator[Dependency]:
    top = json_table(tree, written.path)
    for group in JSON_GROUPS:
        for name, wanted in table(top, group).items():
            yield Dependency(name, str(wanted)[:LONGEST_WANTED], group, written.key(name, group))


def _from_toml(tree: Tree, written: Written) -> Iterator[Dependency]:
    top = toml_table(tree, written.path)
    yield from _requirements(written, strings(table(top, "project").get("dependencies")), "dependencies")
    for group, listed in {
        **table(top, "project", "optional-dependencies"),
        **table(top, "dependency-groups"),
    }.items():
        yield from _requirements(written, strings(listed), group)
    groups = {
        "dependencies": table(top, "dependencies"), "dev-dependencies": table(top, "dev-dependencies"),
        "build-dependencies": table(top, "build-dependencies"), "workspace": table(top, "workspace",
        "dependencies"),
        "poetry": table(top, "tool", "poetry", "dependencies"), "packages": table(top, "packages"),
        "dev-packages": table(top, "dev-packages"),
    }  # fmt: skip
    for group, each in table(top, "tool", "poetry", "group").items():
        groups[group] = table(each, "dependencies")
    for group, listed in groups.items():
        for name, wanted in listed.items():
            shown = wanted if isinstance(wanted, str) else str(table(wanted).get("version", ""))
            yield Dependency(name, shown[:LONGEST_WANTED], group, written.key(name))


def _requirements(written: Written, listed: list[str], group: str) -> Iterator[Dependency]:
    for each in listed:
        found = REQUIREMENT.match(each)
        if found:
            yield Dependency(found.group(1), found.group(3).strip(), group, written.key(each))


def _from_lines(written: Written) -> Iterator[Dependency]:
    for number, line in enumerate(written.lines, 1):
        found = REQUIREMENT.match(line) if not line.lstrip().startswith(("#", "-")) else None
        if found:
            yield Dependency(
                found.group(1), found.group(3).strip(" \\"), name_of(written.path), written.evidence(number)
            )


PATTERNS: dict[Ecosystem, re.Pattern[str]] = {
    "go": re.compile(r"^(?:require[ \t]++)?[ \t]*+([\w.-][\w-]*+\.[\w.-]++/[\w./~-]{1,200})"
                     r"[ \t]+(v[\w.+-]{1,80})", re.MULTILINE),
    "maven": re.compile(r"<artifactId>([\w.-]{1,100})</artifactId>\s{0,200}"
                        r"(?:<version>([^<]{1,60})</version>)?"),
    "gradle": re.compile(r"(?:mplementation|api|compileOnly|untimeOnly"
                         r"|plugin)[ \t(]{1,4}[\"']([\w.-]{1,80}:[\w.-]{1,80}):?([\w.+$-]{0,60})[\"']"),
    "ruby": re.compile(r"^[ \t]{0,8}gem[ \t(]{1,4}[\"']([\w-]{1,80})[\"'](?:,[ "
                       r"\t]{0,4}[\"']([^\"']{1,60})[\"'])?", re.MULTILINE),
    "elixir": re.compile(r"^[ \t]{0,12}\{:(\w{1,80}),[ \t]{0,4}(?:\"([^\"\n]{1,60})\")?", re.MULTILINE),
}  # fmt: skip


def _from_patterns(written: Written, ecosystem: Ecosystem) -> Iterator[Dependency]:
    pattern = PATTERNS.get(ecosystem)
    for found in pattern.finditer(written.text) if pattern else ():
        yield Dependency(found.group(1), found.group(2) or "", "dependencies", written.at(found.start(1)))


# --- what could not be read ------------------------------------------------------------------------------

DATA_FILES = frozenset({"package.json", "composer.json", "deno.json", "CMakePresets.json", "pyproject.toml",
"Cargo.toml",
                        "Pipfile", "tox.toml", "ruff.toml"})  # fmt: skip
LINE_FILES = frozenset({
    "Makefile", "GNUmakefile", "justfile", "Justfile", "Taskfile.yml", "tox.ini", "noxfile.py", "Rakefile",
    "setup.cfg", "mix.exs", ".gitlab-ci.yml",
})  # fmt: skip


def unreadable(tree: Tree) -> tuple[LeftOut, ...]:
    """Manifests that are there but declare nothing because they cannot be read, each with the reason."""
    own = (path for path in tree.paths if _declares(path) and kind_of(path) not in NOT_OWN)
    found = ((path, _fault(tree, path)) for path in own)
    return tuple(LeftOut(path, fault) for path, fault in found if fault)[:MOST_FAULTS]


def _declares(path: str) -> bool:
    name = name_of(path)
    return name in DATA_FILES or name in LINE_FILES or path.startswith(".github/workflows/")


def _fault(tree: Tree, path: str) -> str:
    text = tree.text(path)
    if text is None:
        return "cannot be read as text: too large, binary, not UTF-8, or withheld"
    if name_of(path) not in DATA_FILES:
        return ""
    if path.endswith(".json"):
        return _json_fault(text)
    if any(len(line) > LONGEST_TOML_LINE for line in text.split("\n")):
        return f"has a line of more than {LONGEST_TOML_LINE:,} characters"
    try:
        tomllib.loads(text)
    except ValueError as error:
        return f"is no valid TOML: {error}"[:200]
    except RecursionError:
        return "is nested too deeply"
    return ""


def _json_fault(text: str) -> str:
    try:
        found = json.loads(text)
    except ValueError as error:
        return f"is no valid JSON: {error}"[:200]
    except RecursionError:
        return "is nested too deeply"
    return "" if isinstance(found, dict) else "is no JSON object"
