"""Recipe: move a dependency to a version the issue names."""

from __future__ import annotations

import re

from bot.author.facts import Facts
from bot.author.recipes.lookup import Hit, first_lines, lines_with, told
from bot.author.recipes.recipe import Recipe, fits
from bot.plan.model import FileChange
from bot.recon.kinds import kind_of
from bot.recon.tree import name_of

ASKED = re.compile(
    r"^(?:(?:chore|build|deps)(?:\([\w-]+\))?:\s*)?(?:bump|upgrade|update|raise|move)\s+(?:the\s+)?(?:dependency\s+)?`?(@?[A-Za-z0-9][\w./-]{1,80}?)`?"
    r"\s+(?:dependency\s+)?(?:from\s+\S+\s+)?to\s+(?:version\s+)?[`v^~>=]*(\d[\w.+-]{0,30}?)`?\.?$",
    re.IGNORECASE,
)
MANIFEST = re.compile(
    r"^(pyproject\.toml|setup\.(py|cfg)|requirements[\w.-]*\.(txt|in)|constraints[\w.-]*\.txt|Pipfile|package\.json|go\.mod|Cargo\.toml"
    r"|Gemfile|composer\.json|build\.gradle(\.kts)?|pom\.xml)$"
)
LOCKED_BY = {
    "poetry.lock": "poetry lock",
    "uv.lock": "uv lock",
    "pdm.lock": "pdm lock",
    "Pipfile.lock": "pipenv lock",
    "package-lock.json": "npm install --package-lock-only",
    "yarn.lock": "yarn install",
    "pnpm-lock.yaml": "pnpm install --lockfile-only",
    "Cargo.lock": "cargo update",
    "go.sum": "go mod tidy",
    "Gemfile.lock": "bundle lock",
    "composer.lock": "composer update --lock",
}
SHOWN_USES = 8


def recipe(facts: Facts) -> Recipe | None:
    """Sure only if a manifest of the repository names the package on its own line or as its own key."""
    found = ASKED.match(facts.title)
    if not found or not fits(facts):
        return None
    name, version, tree = found[1], found[2], facts.brief.tree
    hits = list(lines_with(tree, name, _declared(name)))
    manifests = [hit for hit in hits if MANIFEST.match(name_of(hit.path)) and kind_of(hit.path) != "vendored"]
    locks = [path for path in first_lines(hits) if name_of(path) in LOCKED_BY]
    if not manifests or len(first_lines(manifests)) > 8:
        return None
    edits = first_lines(manifests)
    return Recipe(
        name="dependency",
        kind="setup",
        objective=f"Move `{name}` to {version} in {_listed(list(edits))}"
        + (f", and renew {_listed(locks)}." if locks else "."),
        files=(
            *(
                FileChange(path=path, change="edit", summary=f"`{name}` on {told(lines)}")
                for path, lines in edits.items()
            ),
            *(
                FileChange(path=path, change="edit", summary=f"renewed by `{LOCKED_BY[name_of(path)]}`")
                for path in locks
            ),
        ),
        acceptance=(
            *(f"`{path}` asks for `{name}` {version}" for path in edits),
            *(f"`{path}` holds `{name}` {version}" for path in locks),
        ),
        seen=tuple(hit.evidence for hit in manifests),
        gotchas=_uses(facts, name),
        instructions=tuple(f"Run `{LOCKED_BY[name_of(path)]}` to renew `{path}`." for path in locks),
    )


def _declared(name: str) -> re.Pattern[str]:
    """The name as a manifest or lock file writes it: quoted, at a line's start, or after `require`."""
    return re.compile(rf"(?:^\s*|[\"'/ ]){re.escape(name)}(?=[\"'\s=<>~!;\[,@:)]|$)", re.IGNORECASE)


def _listed(paths: list[str]) -> str:
    return " and ".join(f"`{path}`" for path in paths)


def _uses(facts: Facts, name: str) -> tuple[str, ...]:
    module = name.rpartition("/")[2].replace("-", "_")
    pattern = re.compile(
        rf"^\s*(?:import|from|use)\s+{re.escape(module)}\b|(?:from|require\()\s*[\"']{re.escape(name)}[\"'/]|^\s*\"[\w.-]+/{re.escape(name)}\""
    )
    needle = module if "/" not in name else name
    hits: list[Hit] = [
        hit
        for hit in lines_with(facts.brief.tree, needle, pattern)
        if kind_of(hit.path) in {"source", "test"}
    ]
    if not hits:
        return ()
    files = list(first_lines(hits))
    more = f" and {len(files) - SHOWN_USES} more files" if len(files) > SHOWN_USES else ""
    return (f"`{name}` is used in {', '.join(f'`{path}`' for path in files[:SHOWN_USES])}{more}.",)
