"""The repository a plan is checked against: which one, and at which commit. Reads it once for each commit."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import UserError
from bot.plan.rules.ground import Ground
from bot.recon.ground import TreeGround
from bot.recon.sources import tree_from_folder, tree_from_git
from bot.recon.tree import TreeError


@dataclass(frozen=True, slots=True)
class Ask:
    """What was asked for: a folder (None: the repository a plan stands in), a commit ("": the plan's
    own)."""

    repo: Path | None = None
    base: str = ""


@dataclass(frozen=True, slots=True)
class Footing:
    """A repository to check against, or the reason why there is none; `note` is for people."""

    ground: Ground | None = None
    note: str = ""


@dataclass
class Grounds:
    """Finds the repository for each plan."""

    ask: Ask
    _known: dict[tuple[Path, str], Ground] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """What was asked for must be there. UserError when it is not."""
        if self.ask.repo:
            self._take(self.ask.repo, self.ask.base or "HEAD")

    def under(self, root: Path | None, own_base: str = "") -> Footing:
        """The repository for a plan in `root`, at the commit that was asked for, else at the plan's own base
        when the repository has it, else at HEAD. UserError when the commit asked for is not there.
        """
        folder = self.ask.repo or root
        if folder is None:
            return self._nowhere()
        if self.ask.base:
            return Footing(self._take(folder, self.ask.base))
        try:
            return self._at(folder, own_base)
        except TreeError as error:
            return Footing(note=f"Not checked against a repository: {error.reason}.")

    def _nowhere(self) -> Footing:
        if self.ask.base:
            reason = f"There is no repository to look for commit {self.ask.base} in."
            raise UserError("no-repository", reason, "Name one with --repo.")
        return Footing()

    def _at(self, folder: Path, own_base: str) -> Footing:
        if not own_base or not (folder / ".git").exists():
            return Footing(self._take(folder, "HEAD"))
        try:
            return Footing(self._take(folder, own_base))
        except TreeError as error:
            if error.code not in ("unknown-commit", "bad-commit"):
                raise
        ground = self._take(folder, "HEAD")
        note = f"The repository does not have the plan's base {own_base[:7]}; checked at {ground.sha[:7]}."
        return Footing(ground, note)

    def _take(self, folder: Path, commit: str) -> Ground:
        key = folder.absolute(), commit
        if key not in self._known:
            self._known[key] = _ground(folder, commit)
        return self._known[key]


def _ground(folder: Path, commit: str) -> Ground:
    try:
        if commit == "HEAD":
            return TreeGround(tree_from_folder(folder))
        return TreeGround(tree_from_git(folder, commit))
    except TreeError as error:
        raise TreeError(error.code, error.reason, error.next_step or _NEXT.get(error.code, "")) from None


_NEXT = {
    "bad-commit": "Give a commit's hexadecimal name, as `git rev-parse` prints it.",
    "unknown-commit": "Fetch that commit, or name another one.",
    "git-failed": "Name a git repository with --repo.",
}
