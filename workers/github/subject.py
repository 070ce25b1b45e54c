"""The GitHub of one subject, for one run: look at it, apply to it. Decides nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from bot.branches import plan_branches
from bot.effects import Changeset, Receipt
from bot.errors import Transient, UserError
from bot.health import Facts
from bot.situation import Repository, Situation, Subject
from bot.steward import Household
from workers.github.apply import apply
from workers.github.client import App, Hint, Installation
from workers.github.examine import examine
from workers.github.read import read_situation
from workers.github.read_planned import planned_paths
from workers.github.read_repository import read_repository
from workers.github.reading import Eyes, Known
from workers.github.refusals import Refusal
from workers.github.site import Site
from workers.ledger import Ledger

DECISION = "issue:decision:"  # how the keys of receipts begin that tell of decisions' issues
HandOver = Callable[[str, str], None]
"""Takes a repository's full name and a read token for it to where a thinker finds them."""


@dataclass(slots=True)
class SubjectAtGitHub:
    """What `workers.pipeline` needs of GitHub, over an open `App`."""

    app: App
    subject: Subject
    hint: Hint | None
    eyes: Eyes
    ledger: Callable[[int], Ledger]
    run: int
    hand_over: HandOver
    settle_seconds: float = 60.0
    sleep: Callable[[float], None] = time.sleep
    _repository: Repository | None = field(default=None, init=False)

    def look(self, receipts: Mapping[str, Receipt]) -> Situation:
        """What GitHub says now. Raises UserError "not-installed" when the repository has gone from us.

        What we know of the installation may be minutes old: a refusal is asked again with fresh knowledge.
        """
        known = self._known(receipts)
        try:
            return self._look(known)
        except (Refusal, UserError):
            self.app.forget_installation(self.subject.repo_id)
        try:
            return self._look(known)
        except Refusal as no:
            raise UserError("not-installed", f"The repository is out of our reach: {no.message}") from no

    def _look(self, known: Known) -> Situation:
        installation = self._installation()
        wire = self.app.reading(installation)
        eyes, at = replace(self.eyes, app=self.app.slug()), self.app.now()
        now = read_situation(wire, self.subject, installation, eyes, self.app.app_id, known, at)
        if now.repository.full_name != installation.full_name:
            self.app.renamed(installation, now.repository.full_name)
        self._repository = now.repository
        return now

    def apply(self, changeset: Changeset, run: int) -> tuple[Receipt, ...]:
        """Apply to the repository as the last look saw it. Raises as `workers.github.apply.apply` does."""
        if self._repository is None:
            raise Transient("nothing was looked at yet", 0.0)
        installation = self._installation()
        site = Site(
            wire=self.app.writing(installation),
            repository=self._repository,
            subject=self.subject,
            ledger=self.ledger(run),
            pace=self.app.pace(installation.id),
            secret=self.eyes.secret,
            bot_id=self.eyes.bot_id,
            app_id=self.app.app_id,
            login=lambda: f"{self.app.slug()}[bot]",
            settle_seconds=self.settle_seconds,
            sleep=self.sleep,
        )
        try:
            return apply(changeset, site)
        except UserError:
            self.app.forget_installation(self.subject.repo_id)
            raise

    def household(self, receipts: Mapping[str, Receipt]) -> Household:
        """What GitHub says now about the repository itself."""
        installation = self._installation()
        eyes = replace(self.eyes, app=self.app.slug())
        wire = self.app.reading(installation)
        try:
            house = read_repository(wire, self.subject.repo_id, installation, eyes, receipts)
        except Refusal as no:
            self.app.forget_installation(self.subject.repo_id)
            raise UserError("not-installed", f"The repository is out of our reach: {no.message}") from no
        if house.repository.full_name != installation.full_name:
            self.app.renamed(installation, house.repository.full_name)
        self._repository = house.repository
        return house

    def planned(self, now: Situation, issue: int, head_sha: str) -> tuple[str, ...]:
        """The paths that an open plan is about."""
        return planned_paths(self.app.reading(self._installation()), now.repository, issue, head_sha)

    def examine(self, now: Situation, wanted: tuple[str, ...]) -> Facts:
        """What a plan needs here, as far as GitHub knows it."""
        wire = self.app.reading(self._installation())
        return examine(wire, now.repository, wanted, self.subject.number)

    def receipts(self) -> dict[str, Receipt]:
        return dict(self.ledger(self.run).receipts())

    def hand_over_reading(self) -> None:
        """Give a thinker a token that reads this repository and nothing else."""
        installation = self._installation()
        self.hand_over(installation.full_name, self.app.read_token(installation))

    def _installation(self) -> Installation:
        return self.app.installation(self.subject, self.hint)

    def _known(self, receipts: Mapping[str, Receipt]) -> Known:
        """Lists lag: what our receipts know of is asked for by its id."""
        pulls = {branch: receipts.get(f"pull:{branch}") for branch in plan_branches(self.subject.number)}
        comments = f"comment:{self.subject.number}:"
        return Known(
            pulls={branch: one.number for branch, one in pulls.items() if one},
            comments=[one.id for key, one in receipts.items() if key.startswith(comments)],
            checks=[key.removeprefix("check:") for key in receipts if key.startswith("check:")],
            decisions=[one.number for key, one in receipts.items() if key.startswith(DECISION)],
        )
