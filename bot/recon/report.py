"""Everything recon finds out for one issue at one tree, in one record that can be written
down and read again.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field

from bot.recon.commands import Command, commands
from bot.recon.conventions import Conventions, conventions
from bot.recon.history import History
from bot.recon.languages import LanguageShare, languages
from bot.recon.manifests import Manifest, manifests
from bot.recon.mentions import Mention, mentions
from bot.recon.obligations import Obligation, obligations
from bot.recon.query import query
from bot.recon.ranking import RankedFile, rank
from bot.recon.secrets import Guarded, secrets_by_name
from bot.recon.sketch import Sketch
from bot.recon.tree import LeftOut, Tree

FORMAT = 1  # raised when a key of `to_dict` changes its meaning


@dataclass(frozen=True, slots=True)
class Recon:
    """The findings for one issue: what it demands, what it names, which files matter,
    how the repository works. `words` are the stems the issue asks for, with weights.
    """

    sha: str
    files: int
    truncated: bool
    obligations: tuple[Obligation, ...]
    mentions: tuple[Mention, ...]
    ranked: tuple[RankedFile, ...]
    commands: tuple[Command, ...]
    conventions: Conventions
    languages: tuple[LanguageShare, ...]
    manifests: tuple[Manifest, ...]
    left_out: tuple[LeftOut, ...]
    words: Mapping[str, float] = field(default_factory=dict, repr=False)

    def to_dict(self) -> dict[str, object]:
        """Plain values with stable keys and a stable order, ready for JSON."""
        return {
            "format": FORMAT,
            "sha": self.sha,
            "files": self.files,
            "truncated": self.truncated,
            "obligations": [each.to_dict() for each in self.obligations],
            "mentions": [each.to_dict() for each in self.mentions],
            "ranked": [each.to_dict() for each in self.ranked],
            "commands": [each.to_dict() for each in self.commands],
            "conventions": self.conventions.to_dict(),
            "languages": [each.to_dict() for each in self.languages],
            "manifests": [each.to_dict() for each in self.manifests],
            "left_out": [{"path": each.path, "reason": each.reason} for each in self.left_out],
        }


def survey(
    tree: Tree,
    title: str,
    body: str,
    limit: int = 20,
    *,
    history: History | None = None,
    sketches: MutableMapping[str, Sketch] | None = None,
) -> Recon:
    """Look a tree over for one issue. `history` is what led to the tree, where it is at hand; `sketches` is
    what ranking knows of blobs already, and learns.

    Offsets of obligations are into `body`, those of mentions into title, newline, body.

    Files that look like secrets are listed in `left_out`; no finding quotes them.
    """
    guarded = Guarded(tree)
    return Recon(
        sha=tree.sha,
        files=len(tree.paths),
        truncated=tree.truncated,
        obligations=obligations(body),
        mentions=mentions(f"{title}\n{body}", guarded),
        ranked=rank(tree, title, body, limit, history=history, sketches=sketches),
        commands=commands(guarded),
        conventions=conventions(guarded),
        languages=languages(guarded),
        manifests=manifests(guarded),
        left_out=(
            *tree.left_out,
            *(LeftOut(each.path, f"not read: {each.reason}") for each in secrets_by_name(tree)),
        ),
        words=query(title, body).weights,
    )
