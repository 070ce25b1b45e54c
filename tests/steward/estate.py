"""A whole repository at the sandbox, its steward, and people who do things there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.branches import CONFIGURE
from bot.config import CONFIG_PATH
from bot.effects import Changeset
from bot.errors import Transient
from bot.situation import Subject
from bot.steps import Idle, Policy
from bot.steward import Household, next_duty
from tests.github.workbench import FULL_NAME, SECRET, Bench, Crash, Fuse
from workers.github.apply import apply
from workers.github.client import App
from workers.github.read_repository import read_repository

POLICY = Policy(SECRET)
LOOKS = 12


class Estate(Bench):
    """As the bench, for the subject that the repository itself is."""

    @property
    def subject(self) -> Subject:
        return Subject(self.repo.id, 0)

    # our side

    def app(self) -> App:
        """One for each process."""
        if not self._apps:
            super().app()
        return self._apps[-1]

    def house(self) -> Household:
        """As a new process sees it. The App was installed on this very repository."""
        installed = self.sandbox.world.installation_of(self.repo)
        assert installed
        installed.everything, installed.repository_ids = False, [self.repo.id]
        app = self.app()
        installation = self.installation(app)
        known = self.ledger(0).receipts()
        return read_repository(app.reading(installation), self.repo.id, installation, self.eyes, known)

    def tend(self, policy: Policy = POLICY) -> str:
        """Look, decide, apply until there is nothing to do; why there is nothing."""
        for _ in range(LOOKS):
            house = self.house()
            step = next_duty(house, policy)
            if isinstance(step, Idle):
                return step.why
            assert isinstance(step, Changeset)
            try:
                apply(step, replace(self.site(), repository=house.repository))
            except Transient as wait:
                self.clock.sleep(wait.delay + 0.01)
        raise AssertionError("it never came to rest")

    def tend_with_a_crash(self, at: int, after: bool) -> bool:
        """One process that dies at a request, and another that goes on. Whether the first one died."""
        self.close()
        self.fuse = Fuse(at, after)
        died = False
        try:
            self.tend()
        except Crash:
            died = True
        self.close()
        self.fuse = Fuse()
        self.tend()
        return died

    # what people see and do

    def act(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        with self.sandbox.person("mona") as mona:
            answer = mona.request(method, f"/repos/{FULL_NAME}{path}", json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def commit(self, files: dict[str, str | bytes | None], branch: str = "main") -> str:
        return self.sandbox.commit(FULL_NAME, branch, files, author="mona")

    def configure(self, text: str | None) -> str:
        return self.commit({CONFIG_PATH: text})

    def invitations(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.act("GET", f"/pulls?state=all&head=acme:{CONFIGURE}")
        return found

    def files_of(self, number: int) -> dict[str, str]:
        return {one["filename"]: one["status"] for one in self.act("GET", f"/pulls/{number}/files")}

    def complaints(self, state: str = "open") -> list[dict[str, Any]]:
        """Issues that our bot wrote, oldest first."""
        every = self.act("GET", f"/issues?state={state}&direction=asc")
        return [one for one in every if one["user"]["type"] == "Bot" and "pull_request" not in one]

    def said_on(self, number: int) -> list[str]:
        return [one["body"] for one in self.act("GET", f"/issues/{number}/comments")]

    def labels(self) -> dict[str, str]:
        return {one["name"]: one["description"] or "" for one in self.act("GET", "/labels?per_page=100")}

    def written(self) -> list[str]:
        return [entry.operation for entry in self.sandbox.api.journal.writes()]
