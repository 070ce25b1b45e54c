"""A revision as a thinker does it: the trees it needs, what recon finds in them, and then the pure part.

Decides nothing itself, and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.author.brief import Author, Brief, Progress
from bot.config import choices_in
from bot.errors import UserError
from bot.recon.tree import Tree
from bot.revising import revised
from bot.situation import Outcome, Request
from workers.looking_over import looked_over

TreeAt = Callable[[str], Tree]
WISHES = "## Further wishes of whoever asked for the plan"
_LANES: Mapping[str, Literal["", "quick", "full"]] = {"quick": "quick", "standard": "full", "deep": "full"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a revision is made: GitHub's ids, under which what is spent is counted, and the day."""

    repository: int = 0
    installation: int = 0
    created: str = ""
    cache: Path | None = None


def revision(
    request: Request,
    tree_at: TreeAt,
    author: Author,
    progress: Progress,
    place: Place,
    say: Callable[[str], None],
) -> Outcome:
    """The outcome of a request of kind "revision". `tree_at` gives the repository's files at a commit; `say`
    hears why a cache cannot be used. Raises UserError when the branch itself cannot be read, and Transient
    and whatever `progress` raises.
    """
    wish = request.revision
    assert wish is not None, "a request for a revision says what is to be revised"
    head = tree_at(request.head_sha)
    last = head if wish.last_sha == request.head_sha else _had(tree_at, wish.last_sha)
    ground = tree_at(request.base_sha) if wish.refresh or wish.rebuild else head
    brief = brief_of(request, ground, place, say)
    return revised(request, head, last, brief, author, progress, tree_at=lambda sha: _had(tree_at, sha))


def _had(tree_at: TreeAt, sha: str) -> Tree | None:
    """The files at a commit; None where it is not known or GitHub does not give it any more."""
    try:
        return tree_at(sha) if sha else None
    except UserError:
        return None


def brief_of(request: Request, tree: Tree, place: Place, say: Callable[[str], None]) -> Brief:
    """What an author is given. Further words of whoever asked stand below the issue's own."""
    body = f"{request.body}\n\n{WISHES}\n\n{request.words}" if request.words else request.body
    return Brief(
        number=request.number,
        title=request.title,
        body=body,
        tree=tree,
        recon=looked_over(tree, request.title, body, cache=place.cache, say=say),
        format=request.format,
        inputs_digest=request.digest,
        base_sha=request.base_sha,
        issue_url=request.url,
        branch=request.branch,
        created=place.created,
        choices=choices_in(request.config),
        linked=request.linked,
        repository=place.repository,
        installation=place.installation,
        lane=_LANES.get(request.profile, ""),
        profile=request.profile,
    )
