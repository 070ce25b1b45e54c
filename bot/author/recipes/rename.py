"""Recipe: rename a symbol that one file defines, everywhere it is written."""

from __future__ import annotations

import re

from bot.author.facts import Facts
from bot.author.recipes.lookup import first_lines, lines_with, told, whole_word
from bot.author.recipes.recipe import Recipe, fits
from bot.plan.model import FileChange
from bot.recon.kinds import kind_of
from bot.recon.symbols import defined_names

ASKED = re.compile(
    r"^rename\s+(?:the\s+)?(?:function|method|class|variable|constant|type|struct"
    r"|module)?\s*`?([A-Za-z_]\w{3,79})(?:\(\))?`?"
    r"\s+(?:to|into|->|→|as)\s+`?([A-Za-z_]\w{2,79})(?:\(\))?`?\.?$",
    re.IGNORECASE,
)
MOST_FILES = 18
BY_PROGRAM = frozenset({"generated", "vendored", "lock"})


def recipe(facts: Facts) -> Recipe | None:
    """Sure only if one file defines the old name, nothing uses the new one, and no
    generated file is involved.
    """
    found = ASKED.match(facts.title)
    if not found or not fits(facts) or not _is_special(found[1]):
        return None
    old, new, tree = found[1], found[2], facts.brief.tree
    hits = list(lines_with(tree, old, whole_word(old)))
    if any(True for _ in lines_with(tree, new, whole_word(new))) or not hits:
        return None
    files = first_lines(hits)
    code = [path for path in files if kind_of(path) in {"source", "test"}]
    defining = [path for path in code if old in defined_names(tree.text(path) or "")]
    if len(defining) != 1 or len(files) > MOST_FILES or any(kind_of(path) in BY_PROGRAM for path in files):
        return None
    return Recipe(
        name="rename",
        kind="feature",
        objective=f"Rename `{old}`, defined in `{defining[0]}`, to `{new}` in its {len(files)} files.",
        files=tuple(
            FileChange(path=path, change="edit", summary=f"`{old}` on {told(lines)}")
            for path, lines in files.items()
        ),
        acceptance=(
            f"`git grep -w {old}` finds nothing outside the plan's own files",
            f"`{new}` is defined in `{defining[0]}`",
        ),
        seen=tuple(hit.evidence for hit in hits),
        gotchas=(f"Names put together at run time, as in getattr, do not show up in a search for `{old}`.",),
    )


def _is_special(name: str) -> bool:
    """Whether a name can hardly be an ordinary word: it has an underscore or changes case."""
    return "_" in name.strip("_") or (
        name != name.lower() and name != name.upper() and name != name.capitalize()
    )
