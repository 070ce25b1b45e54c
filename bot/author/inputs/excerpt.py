"""Part of one document with its place, and the inputs that are made of such parts. Reads one named file of a
tree at a time and never through a link.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.recon.secrets import Guarded, secret_name
from bot.recon.tree import Tree

LONGEST_LINE = 2_000


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines `first` to `last` (from 1) of a document, why they were taken, and in `cut` what was left out.

    `path` is a path of the repository, or says in words where a text comes from that is no file of it; then
    `first` is 0.
    """

    path: str
    first: int
    last: int
    why: str
    text: str
    cut: str = ""

    @property
    def place(self) -> str:
        """Such as "AGENTS.md:1-40"."""
        return f"{self.path}:{self.first}-{self.last}" if self.first else self.path


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A document that belongs here and was not read, and why."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path} was not read: {self.reason}"


@dataclass(frozen=True, slots=True)
class Input:
    """One input by its name: its excerpts, most telling first, and `notes` on how they were chosen."""

    name: str
    excerpts: tuple[Excerpt, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All of it as one text, each excerpt below its place and reason."""
        shown = [_headed(each) for each in self.excerpts]
        return "\n\n".join([*shown, *(f"({note})" for note in self.notes)])

    def told(self) -> str:
        """One line for people: what was read and how it was chosen."""
        read = [f"{each.place} ({each.why}){f', {each.cut}' if each.cut else ''}" for each in self.excerpts]
        return f"Input {self.name}: {'; '.join([*read, *self.notes]) or 'nothing found'}"


@dataclass(frozen=True, slots=True)
class Inputs:
    """All inputs of one plan, in the order its format names them."""

    items: tuple[Input, ...] = ()

    def named(self, name: str) -> Input:
        """The input of that name; an empty one when the format has none."""
        return next((each for each in self.items if each.name == name), Input(name))

    def told(self) -> tuple[str, ...]:
        """One line an input, for what has something to tell."""
        return tuple(each.told() for each in self.items if each.excerpts or each.notes)


def taken(tree: Tree, path: str, why: str, limit: int) -> Excerpt | NotTaken:
    """The beginning of a text file, at most `limit` characters and whole lines where possible."""
    if reason := _fault(tree, path):
        return NotTaken(path, reason)
    return clipped_excerpt(path, Guarded(tree).text(path) or "", why, limit)


def clipped_excerpt(path: str, text: str, why: str, limit: int) -> Excerpt:
    """The beginning of a text that stands at `path`; `cut` says how much is missing."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    short = whole[:limit]
    if len(whole) > limit:
        short = short[: short.rfind("\n")] if "\n" in short else short
    lines = short.split("\n")
    cut = f"{len(whole) - len(short):,} of {len(whole):,} characters left out" if short != whole else ""
    return Excerpt(path, 1, len(lines), why, "\n".join(line[:LONGEST_LINE] for line in lines), cut)


def _fault(tree: Tree, path: str) -> str:
    """Why a file cannot be an input; "" when it can."""
    if path in tree.special:
        return f"it is a {tree.special[path]}"
    if reason := secret_name(path):
        return reason
    text = tree.text(path)
    if text is None:
        return "it is no UTF-8 text, or too large"
    if Guarded(tree).text(path) is None:
        return "it holds what looks like a secret"
    return "" if text.strip() else "it is empty"


def _headed(each: Excerpt) -> str:
    cut = f"; {each.cut}" if each.cut else ""
    return f"== {each.place} ({each.why}{cut})\n{each.text}"
