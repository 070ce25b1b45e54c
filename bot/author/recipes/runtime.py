"""Recipe: raise the version of the language runtime wherever the repository declares it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.author.facts import Facts
from bot.author.recipes.lookup import Hit, first_lines, lines_with, told
from bot.author.recipes.recipe import Recipe, fits
from bot.plan.model import FileChange
from bot.recon.tree import name_of

ASKED = re.compile(
    r"^(?:raise|bump|require|upgrade|update|move|set|pin)\s+(?:the\s+)?(?:minimum\s+|required\s+"
    r"|supported\s+)?(?:version of\s+)?"
    r"(python|node(?:\.?js)?|go(?:lang)?)(?:\s+version)?(?:\s+from\s+\S+)?(?:\s+to)?\s+(?:at least\s+"
    r"|>=\s*)?v?(\d{1,2}(?:\.\d{1,2}){0,2})\+?\.?$",
    re.IGNORECASE,
)
Places = tuple[tuple[re.Pattern[str], str, re.Pattern[str]], ...]

_REQUIRES_PYTHON = re.compile(r"^\s*(requires-python|python_requires|python)\s*=\s*[\"']?[\^~>=]*\d")

# For each runtime: names of files, a text its line holds, and the line that declares the version.
DECLARED: Mapping[str, Places] = {
    "python": (
        (re.compile(r"^(pyproject\.toml|setup\.py|setup\.cfg)$"), "python", _REQUIRES_PYTHON),
        (re.compile(r"^pyproject\.toml$"), "py", re.compile(r"^\s*(target[-_]version|python_version)\s*=")),
        (re.compile(r"^\.python-version$|^runtime\.txt$"), "", re.compile(r"^(python-)?\d")),
        (re.compile(r"^Dockerfile"), "python", re.compile(r"^FROM\s+\S*python:\d")),
        (re.compile(r"\.ya?ml$"), "python-version", re.compile(r"^\s*-?\s*python-version:\s*[\[\"'\d]")),
    ),
    "node": (
        (re.compile(r"^package\.json$"), "node", re.compile(r"^\s*\"node\"\s*:\s*\"[\^~>=]*\d")),
        (re.compile(r"^\.(nvmrc|node-version)$"), "", re.compile(r"^v?\d")),
        (re.compile(r"^Dockerfile"), "node", re.compile(r"^FROM\s+\S*node:\d")),
        (re.compile(r"\.ya?ml$"), "node-version", re.compile(r"^\s*-?\s*node-version:\s*[\[\"'\d]")),
    ),
    "go": (
        (re.compile(r"^go\.mod$"), "go ", re.compile(r"^go \d")),
        (re.compile(r"^Dockerfile"), "golang", re.compile(r"^FROM\s+\S*golang:\d")),
        (re.compile(r"\.ya?ml$"), "go-version", re.compile(r"^\s*-?\s*go-version:\s*[\[\"'\d]")),
    ),
}  # fmt: skip


def recipe(facts: Facts) -> Recipe | None:
    """Sure only if the repository declares the runtime's version somewhere."""
    found = ASKED.match(facts.title)
    if not found or not fits(facts):
        return None
    runtime = {"p": "python", "n": "node", "g": "go"}[found[1][0].lower()]
    hits = _declarations(facts, runtime)
    files = first_lines(hits)
    if not files or len(files) > 18:
        return None
    shown = {"python": "Python", "node": "Node.js", "go": "Go"}[runtime]
    return Recipe(
        name="runtime",
        kind="setup",
        objective=f"Raise {shown} to {found[2]} in the {len(files)} files that declare its version.",
        files=tuple(
            FileChange(path=path, change="edit", summary=f"declares {shown} on {told(lines)}")
            for path, lines in files.items()
        ),
        acceptance=tuple(
            f"`{path}` declares {shown} {found[2]} on {told(lines)}" for path, lines in files.items()
        ),
        seen=tuple(hit.evidence for hit in hits),
    )


def _declarations(facts: Facts, runtime: str) -> list[Hit]:
    found: dict[tuple[str, int], Hit] = {}
    for names, needle, line in DECLARED[runtime]:
        for hit in lines_with(facts.brief.tree, needle, line):
            if names.search(name_of(hit.path)):
                found.setdefault((hit.path, hit.line), hit)
    return list(found.values())
