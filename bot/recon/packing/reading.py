"""The text of a file for a pack, or the reason why it has none there. What looks like a secret never has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bot.recon.kinds import Kind, generated_by_text, kind_of
from bot.recon.packing.passages import Passage, Wanted, passages
from bot.recon.packing.units import units
from bot.recon.secrets import secret_name
from bot.recon.symbols import Symbol, outline
from bot.recon.tree import Tree
from bot.secret_text import secret_in

LONGEST_LINE = 1_000  # characters; a longer one is left out
NOT_BY_HAND: dict[Kind, str] = {
    "generated": "a generated file", "vendored": "a copy of another project", "lock": "a lock file",
    "data": "data",
}  # fmt: skip
SPECIAL = {
    "symlink": "a link, which is not followed",
    "submodule": "another repository",
    "lfs": "kept in LFS",
}
OUTLINED = frozenset({"function", "method", "class", "interface", "struct", "enum", "trait", "type", "impl"})


@dataclass(frozen=True)
class Readable:
    """A file that may go into a pack. `lines` are its lines without their ends."""

    path: str
    text: str

    @cached_property
    def lines(self) -> list[str]:
        found = [each.removesuffix("\r") for each in self.text.split("\n")]
        return found if found[-1] else found[:-1]

    def passages(self, asked: Wanted) -> tuple[Passage, ...]:
        return passages(self.path, self.lines, units(self.lines, self.symbols), asked)

    @cached_property
    def symbols(self) -> list[Symbol]:
        return [each for each in outline(self.path, self.text) or () if each.line <= len(self.lines)]

    @property
    def outline(self) -> tuple[int, ...]:
        """The lines that begin a definition."""
        return tuple(sorted({each.line for each in self.symbols if each.kind in OUTLINED}))


def readable(tree: Tree, path: str) -> Readable | str:
    """The file, or why it is left out, in words for a person."""
    refused = _by_name(tree, path)
    if refused:
        return refused
    text = tree.text(path)
    if text is None:
        return _left_out(tree).get(path, "binary, or no UTF-8 text")
    return _by_content(text) or Readable(path, text)


def _by_name(tree: Tree, path: str) -> str:
    secret = secret_name(path)
    if secret:
        return f"not read: {secret}"
    if path in tree.special:
        return SPECIAL[tree.special[path]]
    if not tree.exists(path):
        return "not in the repository"
    return NOT_BY_HAND.get(kind_of(path), "")


def _by_content(text: str) -> str:
    if not text.strip():
        return "empty"
    if secret_in(text):
        return "not read: it may hold a secret"
    if generated_by_text(text):
        return "a program wrote it"
    wide = sum(len(line) for line in text.split("\n") if len(line) > LONGEST_LINE)
    return "minified, or data on few lines" if wide > len(text) / 2 else ""


def _left_out(tree: Tree) -> dict[str, str]:
    return {each.path: each.reason for each in tree.left_out}
