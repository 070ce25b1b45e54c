"""What `groundplan recon` does: reads a repository and an issue, looks the one over for the other, tells it.

Nothing is written and nobody is asked; decisions are recon's.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from bot.errors import UserError
from bot.lint.words import json_text
from bot.recon.packing import Pack, pack
from bot.recon.report import Recon
from bot.recon.sources import tree_from_folder, tree_from_git
from bot.recon.tree import Snapshot, TreeError
from bot.settings import read_settings
from workers.issue_file import read_issue
from workers.looking_over import looked_over
from workers.survey_page import write

LOOKED_AT = 40  # files that are ranked, however few are shown: a pack takes a little of many
MOST_SHOWN, LARGEST_BUDGET = 500, 10_000_000
NEXT_STEPS = {
    "bad-commit": "Give HEAD or the name that `git rev-parse BRANCH` prints.",
    "unknown-commit": "Fetch it first, or look it up with `git log`.",
    "git-failed": "Name a git repository, or leave --at away for a plain folder.",
    "git-too-slow": "Try again, or name a smaller repository.",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for at the command line. `issue` may be "-", `at` "" is what is checked out, `budget`
    None is no pack.
    """

    repo: Path
    issue: str
    at: str = ""
    top: int = 10
    budget: int | None = None


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What was found; `recon.ranked` holds only what was asked for."""

    name: str
    title: str
    recon: Recon
    pack: Pack | None

    def to_dict(self) -> dict[str, object]:
        found = self.recon.to_dict()
        return {"format": found.pop("format"), "title": self.title, **found,
                "pack": self.pack.to_dict() if self.pack else None}  # fmt: skip


def surveyed(wish: Wish) -> Surveyed:
    """Look a repository over. UserError for what cannot be done, with what to do instead."""
    _check(wish)
    title, body = read_issue(wish.issue)
    tree = _tree(wish)
    cache, past = read_settings().cache_dir, (wish.repo, wish.at or "HEAD")
    limit = max(wish.top, LOOKED_AT)
    recon = looked_over(tree, title, body, cache=cache, say=_complain, past=past, limit=limit)
    packed = None if wish.budget is None else pack(tree, recon, wish.budget)
    shown = replace(recon, ranked=recon.ranked[: wish.top])
    return Surveyed(wish.repo.resolve().name or str(wish.repo), title, shown, packed)


def tell(found: Surveyed, *, as_json: bool) -> None:
    """Write to standard output: JSON for programs, else a page for people."""
    out = sys.stdout
    if hasattr(out, "reconfigure"):
        out.reconfigure(errors="backslashreplace")
    try:
        if as_json:
            print(json_text(found.to_dict(), out), file=out)
        else:
            write(found.name, found.title, found.recon, found.pack, out)
        out.flush()
    except BrokenPipeError:
        _forget(out)


def _forget(out: TextIO) -> None:
    """Whoever read has seen enough: what is still in the buffer must not end the process badly."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())


def _complain(trouble: str) -> None:
    print(trouble, file=sys.stderr)


def _check(wish: Wish) -> None:
    if not 1 <= wish.top <= MOST_SHOWN:
        raise UserError("bad-top", f"--top {wish.top} is not possible.", f"Give 1 to {MOST_SHOWN}.")
    if wish.budget is not None and not 0 <= wish.budget <= LARGEST_BUDGET:
        reason = f"--budget {wish.budget} is no number of tokens that can be packed."
        raise UserError("bad-budget", reason, f"Give 0 to {LARGEST_BUDGET:,}; 13000 is a good start.")


def _tree(wish: Wish) -> Snapshot:
    if not wish.repo.is_dir():
        why = "is not a folder" if wish.repo.exists() else "does not exist"
        raise UserError(
            "not-a-folder", f"{wish.repo} {why}.", "Name a folder or a git repository with --repo."
        )
    try:
        tree = tree_from_git(wish.repo, wish.at) if wish.at else tree_from_folder(wish.repo)
    except TreeError as error:
        raise UserError(
            error.code, error.reason, error.next_step or NEXT_STEPS.get(error.code, "")
        ) from error
    if not tree.paths:
        raise UserError("empty-repository", f"{wish.repo} holds no file.", "Name a repository with files.")
    return tree
