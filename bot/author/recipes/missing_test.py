"""Recipe: add the missing test of a function or class that is named."""

from __future__ import annotations

import re

from bot.author.facts import Facts
from bot.author.recipes.lookup import Hit, lines_with, whole_word
from bot.author.recipes.recipe import Recipe, fits
from bot.plan.model import FileChange
from bot.recon.kinds import kind_of
from bot.recon.symbols import outline
from bot.recon.tree import Tree, name_of, parent, stem_of

ASKED = re.compile(
    r"^(?:add|write)\s+(?:an?\s+|the\s+|some\s+)?(?:missing\s+)?(?:unit\s+)?tests?\s+(?:case\s+)?(?:for"
    r"|of)\s+`?([A-Za-z_][\w.]{2,100})(?:\(\))?`?"
    r"(?:\s+in\s+`?[\w./-]+`?)?\.?$",
    re.IGNORECASE,
)


def recipe(facts: Facts) -> Recipe | None:
    """Sure only if one hand-written file defines the name, no test names it, and it is
    plain where its test belongs.
    """
    found = ASKED.match(facts.title)
    if not found or not fits(facts):
        return None
    name, tree = found[1].rpartition(".")[2], facts.brief.tree
    hits = list(lines_with(tree, name, whole_word(name)))
    defining = [hit for hit in hits if kind_of(hit.path) == "source" and _defines(tree, hit, name)]
    if len(defining) != 1 or any(kind_of(hit.path) == "test" for hit in hits):
        return None
    place = _place(facts, defining[0].path)
    if not place:
        return None
    where = f"`{defining[0].path}` line {defining[0].line}"
    return Recipe(
        name="missing-test",
        kind="feature",
        objective=f"Add a test for `{name}`, defined in {where}, to `{place.path}`.",
        files=(place,),
        acceptance=(f"a test in `{place.path}` calls `{name}` and fails when its result changes",),
        seen=(defining[0].evidence,),
    )


def _defines(tree: Tree, hit: Hit, name: str) -> bool:
    symbols = outline(hit.path, tree.text(hit.path) or "") or ()
    return any(each.name.rpartition(".")[2] == name and each.line == hit.line for each in symbols)


def _place(facts: Facts, source: str) -> FileChange | None:
    """The test file that is there by name; else the one that the neighbours' names
    prescribe, if two of them agree.
    """
    if there := facts.siblings(source):
        return FileChange(path=there[0], change="edit", summary=f"holds the tests of {source}, by its name")
    if not source.endswith(".py"):
        return None
    tests = [
        path
        for path in facts.brief.tree.paths
        if kind_of(path) == "test" and name_of(path).startswith("test_")
    ]
    folders = {parent(path) for path in tests if path.endswith(".py")}
    path = f"{next(iter(folders))}/test_{stem_of(source)}.py" if len(folders) == 1 and len(tests) > 1 else ""
    if not path or facts.brief.tree.exists(path):
        return None
    return FileChange(path=path, change="new", summary=f"named as the {len(tests)} tests beside it are")
