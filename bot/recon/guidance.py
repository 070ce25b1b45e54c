"""What a repository tells those who work on it: rules for people and agents, earlier plans, its changelog.

Only files are named and quoted; what they demand is read elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.recon.ci import ci_lines
from bot.recon.kinds import is_example, kind_of
from bot.recon.tree import Evidence, Tree, name_of, parent, stem_of
from bot.recon.written import Written

MOST = 20
AGENT_FILES = frozenset({"AGENTS.md", "CLAUDE.md", "GEMINI.md", "AGENT.md"})


@dataclass(frozen=True, slots=True)
class Fact:
    """One finding in a word or two, and the lines it was read from."""

    value: str
    evidence: tuple[Evidence, ...]

    def to_dict(self) -> dict[str, object]:
        return {"value": self.value, "evidence": [each.to_dict() for each in self.evidence]}


RULES: tuple[tuple[str, str], ...] = (
    ("README.md", "readme"), ("README.rst", "readme"), ("README.txt", "readme"), ("README", "readme"),
    ("readme.md", "readme"), ("Readme.md", "readme"), ("README.markdown", "readme"), ("README.adoc",
    "readme"),
    ("CONTRIBUTING.md", "contributing"), (".github/CONTRIBUTING.md", "contributing"),
    ("CONTRIBUTING.rst", "contributing"), ("CONTRIBUTING.adoc", "contributing"), ("CONTRIBUTING",
    "contributing"),
    ("CONTRIBUTING.txt", "contributing"), (".github/contributing.md", "contributing"),
    ("docs/CONTRIBUTING.md", "contributing"), ("docs/contributing.md", "contributing"),
    ("docs/contributing.rst", "contributing"), ("contributing.md", "contributing"), ("DEVELOPMENT.md",
    "contributing"),
    ("HACKING.md", "contributing"), ("HACKING", "contributing"), ("docs/development.md", "contributing"),
    ("DEVELOPERS.md", "contributing"), ("STYLEGUIDE.md", "contributing"),
    ("AGENTS.md", "agent rules"), ("CLAUDE.md", "agent rules"), ("GEMINI.md", "agent rules"),
    ("AGENT.md", "agent rules"), (".cursorrules", "agent rules"), (".windsurfrules", "agent rules"),
    (".clinerules", "agent rules"), (".github/copilot-instructions.md", "agent rules"),
    (".junie/guidelines.md", "agent rules"), (".rules", "agent rules"), ("CONVENTIONS.md", "agent rules"),
    (".specify/memory/constitution.md", "constitution"), ("memory/constitution.md", "constitution"),
    (".github/PULL_REQUEST_TEMPLATE.md", "pull request template"),
    (".github/pull_request_template.md", "pull request template"), ("SECURITY.md", "security policy"),
    (".github/SECURITY.md", "security policy"),
)  # fmt: skip
RULE_FOLDERS = (
    ".cursor/rules/", ".github/instructions/", ".claude/commands/", ".claude/skills/", ".claude/rules/",
    ".clinerules/", ".windsurf/rules/", ".roo/rules/", ".kiro/steering/", ".agents/", ".amazonq/rules/",
)  # fmt: skip
PLAN_FILES = ("IMPLEMENTATION_PLAN.md", "PLAN.md", "ROADMAP.md", "docs/roadmap.md", "TODO.md")
PLAN_FOLDERS = (
    "specs/", ".specify/specs/", ".agent/", "docs/plans/", "docs/specs/", "docs/adr/", "docs/adrs/", "adr/",
    "docs/decisions/", "docs/rfcs/", "docs/design/", "rfcs/", "rfc/", "openspec/", ".kiro/specs/", "plans/",
)  # fmt: skip


def rules(tree: Tree) -> tuple[Fact, ...]:
    """Files with rules for contributors and agents: the known names, then folders of rules."""
    out = [Fact(value, (first_line(tree, path),)) for path, value in RULES if tree.exists(path)]
    for folder in RULE_FOLDERS:
        own = [path for path in under(tree, folder) if path.endswith((".md", ".mdc"))]
        out += [Fact("agent rules", (first_line(tree, path),)) for path in own[:5]]
    return (*out, *_of_packages(tree))


def _of_packages(tree: Tree) -> Iterator[Fact]:
    """Rules for agents that hold for one folder only."""
    found = [
        path
        for path in tree.paths
        if "/" in path and name_of(path) in AGENT_FILES and kind_of(path) != "vendored"
        and not is_example(path) and not path.startswith(RULE_FOLDERS) and (path, "agent rules") not in RULES
    ]  # fmt: skip
    found.sort(key=lambda path: (path.count("/"), path))
    yield from (Fact(f"agent rules for {parent(path)}", (first_line(tree, path),)) for path in found[:5])


def first_line(tree: Tree, path: str) -> Evidence:
    """The first line of a document that says something."""
    lines = (tree.text(path) or "").split("\n")[:40]
    number = next(
        (
            at
            for at, line in enumerate(lines, 1)
            if line.strip() and not line.lstrip().startswith(("<", "![", "---"))
        ),
        1,
    )
    return Written(path, "\n".join(lines)).evidence(number)


def under(tree: Tree, folder: str) -> list[str]:
    """The paths below a folder, which is written with a slash at its end."""
    return [path for path in tree.paths if path.startswith(folder)]


def plans(tree: Tree) -> tuple[Fact, ...]:
    """Earlier plans, specifications and decisions."""
    found = [path for path in PLAN_FILES if tree.exists(path)]
    for folder in PLAN_FOLDERS:
        found += [path for path in under(tree, folder) if path.endswith((".md", ".json"))][:MOST]
    return tuple(Fact(path, (first_line(tree, path),)) for path in found[: 2 * MOST])


# --- changelog -------------------------------------------------------------------------------------------

CHANGELOG = re.compile(
    r"(change(s|log)?|history|news|releases?|release[-_]notes)(\.(md|rst|txt|adoc|markdown))?", re.IGNORECASE
)
CHANGELOG_FOLDERS = (
    "changelog.d/", ".changeset/", "newsfragments/", "news/", "changes/", "changelog/", ".changes/",
    "doc/whatsnew/",
    "docs/releases/", "upcoming_changes/", "docs/changelog/",
)  # fmt: skip
UNRELEASED = re.compile(
    r"^.{0,20}\b(unreleased|upcoming|to be released|in development|next release|HEAD)\b", re.IGNORECASE
)
KEEPS = re.compile(r"keepachangelog\.com|keep a changelog", re.IGNORECASE)
LOOKED_AT = 60  # lines of a changelog


def changelog(tree: Tree) -> Fact | None:
    """The file or folder of changes, a file named "changelog" before others."""
    at_root = [path for path in tree.paths if "/" not in path and CHANGELOG.fullmatch(path)]
    best = min(
        at_root, key=lambda path: (not stem_of(path).lower().startswith("changelog"), path), default=None
    )
    if best:
        return Fact(best, (first_line(tree, best),))
    folder = _fragments(tree)
    return Fact(folder, (Evidence(under(tree, folder)[0], 1, ""),)) if folder else None


def changelog_habits(tree: Tree, kept: Fact | None) -> tuple[Fact, ...]:
    """How changes are written down: fragments, an unreleased section, a known layout, a check in CI."""
    return tuple(_habits(tree, kept))


def _habits(tree: Tree, kept: Fact | None) -> Iterator[Fact]:
    folder = _fragments(tree)
    if folder:
        yield Fact(f"one file a change in {folder}", (first_line(tree, under(tree, folder)[0]),))
    text = tree.text(kept.value) if kept and tree.exists(kept.value) else None
    if kept and text:
        written = Written(kept.value, "\n".join(text.split("\n")[:LOOKED_AT]))
        yield from _where(written, UNRELEASED, "a section for what is not released yet")
        yield from _where(written, KEEPS, "laid out as Keep a Changelog")
    asked = next((each for each in ci_lines(tree) if re.search(r"change(log|set)|towncrier|newsfragment",
    each.line)
                  and re.search(r"check|diff|grep|status|require", each.line)), None)  # fmt: skip
    if asked and asked.gates:
        yield Fact("CI looks for an entry", (asked.evidence,))


def _where(written: Written, pattern: re.Pattern[str], value: str) -> Iterator[Fact]:
    number = next((at for at, line in enumerate(written.lines, 1) if pattern.search(line[:300])), None)
    if number:
        yield Fact(value, (written.evidence(number),))


def _fragments(tree: Tree) -> str | None:
    return next((each for each in CHANGELOG_FOLDERS if tree.is_dir(each.rstrip("/"))), None)
