"""Which paths a repository's .gitignore files keep out of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from pathspec import GitIgnoreSpec

from bot.recon.tree import Tree, joined, parent, upward

NAME = ".gitignore"
LONGEST = 2_000  # lines of one file that are read


@dataclass(frozen=True)
class Ignored:
    """The .gitignore files of a tree; each is read when a path below it is first asked for."""

    tree: Tree

    def match(self, path: str) -> bool:
        """Whether a path, or a folder above it, is ignored. The file nearest to the path decides."""
        for folder in upward(parent(path)):
            if spec := self._specs.get(folder):
                verdict = spec.check_file(path[len(folder) :].lstrip("/")).include
                if verdict is not None:
                    return verdict
        return False

    @cached_property
    def _specs(self) -> dict[str, GitIgnoreSpec]:
        found = (path for path in self.tree.paths if path == NAME or path.endswith(f"/{NAME}"))
        return {parent(path): self._spec(path) for path in found if path == joined(parent(path), NAME)}

    def _spec(self, path: str) -> GitIgnoreSpec:
        lines = (self.tree.text(path) or "").splitlines()[:LONGEST]
        return GitIgnoreSpec.from_lines(line for line in lines if len(line) < 500)
