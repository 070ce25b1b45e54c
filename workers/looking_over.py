"""A tree looked over for one issue with all that is at hand: what was kept of its blobs, and its past.

Both only make it quicker or better; without them the same is done from the files alone.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.recon.history import History, history_from_git
from bot.recon.report import Recon, survey
from bot.recon.tree import Tree, TreeError
from workers.recon_cache import kept_sketches


def looked_over(
    tree: Tree,
    title: str,
    body: str,
    *,
    cache: Path | None,
    say: Callable[[str], None],
    past: tuple[Path, str] | None = None,
    limit: int = 20,
) -> Recon:
    """The findings for an issue. `past` is a folder with git and the commit to read back from; `say` hears
    why the cache cannot be used.
    """
    with kept_sketches(tree, cache, say) as sketches:
        return survey(tree, title, body, limit, history=_history(past), sketches=sketches)


def _history(past: tuple[Path, str] | None) -> History | None:
    try:
        return history_from_git(*past) if past else None
    except TreeError:
        return None
