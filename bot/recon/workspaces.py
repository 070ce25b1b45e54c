"""The packages of a JavaScript monorepo, as package.json or pnpm-workspace.yaml lists them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from bot.recon.kinds import is_example, kind_of
from bot.recon.manifests import json_table, strings, table
from bot.recon.tree import Tree, name_of, parent

MOST = 200  # patterns


def members(tree: Tree) -> frozenset[str]:
    """The folders of the packages that a workspace lists; examples and vendored copies do not count."""
    patterns = [each.removeprefix("./").strip("/") for each in (*_npm(tree), *_pnpm(tree))][:MOST]
    if not patterns:
        return frozenset()
    taken = [each for each in patterns if not each.startswith("!")]
    left_out = [each.removeprefix("!") for each in patterns if each.startswith("!")]
    folders = (parent(path) for path in tree.paths if name_of(path) == "package.json" and "/" in path)
    return frozenset(
        folder
        for folder in folders
        if any(_matches(folder, each) for each in taken)
        and not any(_matches(folder, each) for each in left_out)
        and not is_example(f"{folder}/")
        and kind_of(f"{folder}/package.json") != "vendored"
    )


def _matches(folder: str, pattern: str) -> bool:
    """Whether a folder is meant: `*` stands within one part of a path, `**` for any number of parts."""
    deep = "**" in pattern
    return (deep or folder.count("/") == pattern.count("/")) and fnmatchcase(
        folder, pattern.replace("**", "*")
    )


def _npm(tree: Tree) -> list[str]:
    listed = json_table(tree, "package.json").get("workspaces")
    return strings(listed) or strings(table(listed).get("packages"))


def _pnpm(tree: Tree) -> Iterator[str]:
    within = False
    for line in (tree.text("pnpm-workspace.yaml") or "").split("\n")[:2_000]:
        if re.match(r"\S", line) and not line.startswith("- "):
            within = line.startswith("packages:")
        hit = re.match(r"\s{0,20}- [\"']?([^\"'#\s][^\"'#\n]{0,200})", line) if within else None
        if hit:
            yield hit[1].strip()
