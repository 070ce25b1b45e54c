"""The main job as a person lives it: open an issue, press the label, watch, and check what came of it.

Talks to the sandbox as GitHub's users do, over its REST API; knows nothing of the processes behind it.
"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from bot.errors import UserError
from bot.marks import without_marks
from bot.plan.contract import plan_from_contract
from bot.plan.rules import LintInput, lint

LABEL = "needs-plan"
CHECK = "groundplan / contract"
POLL_SECONDS = 0.15
_HEADING = re.compile(r"^### (.+)$", re.MULTILINE)
T = TypeVar("T")


class StepFailed(Exception):
    """The step did not come true; the text says what was seen instead."""


class NoPlan(StepFailed):
    """Everything worked, but this issue gets no plan as it is; the text is the status comment."""


@dataclass
class Seen:
    """What has been found so far."""

    issue: int = 0
    heading: str = ""
    pull: dict[str, Any] = field(default_factory=dict)
    check: dict[str, Any] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)
    tasks: int = 0


@dataclass(frozen=True)
class Step:
    """One line of the story: what should come true, and the look that waits for it and tells what it saw."""

    title: str
    come_true: Callable[[], str]


class Story:
    """The steps in order, for one repository and one issue."""

    def __init__(self, client: httpx.Client, full_name: str, title: str, body: str, patience: float) -> None:
        self._client = client
        self.full_name = full_name
        self._title = title
        self._body = body
        self._patience = patience
        self.seen = Seen()

    def steps(self) -> Iterator[Step]:
        yield Step(f"Open an issue: {self._title}", self._open)
        yield Step(f"Label it {LABEL}", self._label)
        yield Step("Groundplan reacts with 👀", self._eyes)
        yield Step("One status comment", self._status)
        yield Step("The plan pull request", self._pull)
        yield Step(f'The check run "{CHECK}"', self._check)
        yield Step("The contract holds all rules", self._contract)
        yield Step("The status comment says so, and the label is off", self._said)

    def _open(self) -> str:
        issue = self._post("/issues", {"title": self._title, "body": self._body})
        self.seen.issue = int(issue["number"])
        return f"#{self.seen.issue}"

    def _label(self) -> str:
        self._post(f"/issues/{self.seen.issue}/labels", {"labels": [LABEL]})
        return "a signed issues.labeled delivery is on its way"

    def _eyes(self) -> str:
        def look() -> bool:
            return any(one["content"] == "eyes" for one in self._get(f"/issues/{self.seen.issue}/reactions"))

        self._until(look, "no reaction")
        return ""

    def _status(self) -> str:
        self._until(self._heading, "no comment")
        return self.seen.heading

    def _pull(self) -> str:
        def look() -> dict[str, Any] | None:
            self._heading()
            branch = f"{self.full_name.split('/')[0]}:groundplan/plan-{self.seen.issue}"
            pulls = self._get(f"/pulls?state=all&head={branch}")
            if not pulls and self.seen.heading and "Planning" not in self.seen.heading:
                raise NoPlan(without_marks(self._comment()))
            return dict(pulls[0]) if pulls else None

        self.seen.pull = self._until(look, "no pull request")
        self.seen.files = self._get(f"/pulls/{self.seen.pull['number']}/files")
        return f"#{self.seen.pull['number']} {self.seen.pull['title']}"

    def _check(self) -> str:
        def look() -> dict[str, Any] | None:
            runs = self._get(f"/commits/{self.seen.pull['head']['sha']}/check-runs")["check_runs"]
            return next((dict(run) for run in runs if run["name"] == CHECK), None)

        self.seen.check = self._until(look, "no check run")
        if self.seen.check["conclusion"] != "success":
            raise StepFailed(
                f"concluded {self.seen.check['conclusion']}: {self.seen.check['output']['title']}"
            )
        return str(self.seen.check["output"]["title"])

    def _contract(self) -> str:
        """Read from the pull request's head, not from what Groundplan says of it."""
        path = f".agent/planning-output-{self.seen.issue}.json"
        text = self._file(path)
        try:
            plan = plan_from_contract(text, path)
        except UserError as broken:
            raise StepFailed(broken.reason) from broken
        report = lint(LintInput(plan=plan, contract_text=text))
        if not report.ok:
            raise StepFailed("; ".join(finding.message for finding in report.errors[:3]))
        self.seen.tasks = len(plan.tasks)
        return ", ".join((_count(len(plan.tasks), "task"), _count(len(plan.roadmap.milestones), "milestone")))

    def _said(self) -> str:
        def look() -> bool:
            self._heading()
            labels = [label["name"] for label in self._get(f"/issues/{self.seen.issue}")["labels"]]
            said = self._comment()
            return f"#{self.seen.pull['number']}" in said and "contract=valid" in said and LABEL not in labels

        self._until(look, "the status comment does not name the pull request with a valid contract")
        return self.seen.heading

    def _heading(self) -> str:
        found = _HEADING.search(self._comment())
        self.seen.heading = found[1] if found else ""
        return self.seen.heading

    def _comment(self) -> str:
        comments = self._get(f"/issues/{self.seen.issue}/comments")
        return next((str(one["body"]) for one in comments if one["user"]["type"] == "Bot"), "")

    def _file(self, path: str) -> str:
        answer = self._get(f"/contents/{path}?ref={self.seen.pull['head']['sha']}")
        return base64.b64decode(answer["content"]).decode("utf-8")

    def _until(self, look: Callable[[], T | None], otherwise: str) -> T:
        end = time.monotonic() + self._patience
        while time.monotonic() < end:
            found = look()
            if found:
                return found
            time.sleep(POLL_SECONDS)
        raise StepFailed(f"{otherwise} within {self._patience:.0f} seconds")

    def _get(self, path: str) -> Any:
        return self._answer(self._client.get(f"/repos/{self.full_name}{path}"))

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return self._answer(self._client.post(f"/repos/{self.full_name}{path}", json=body))

    @staticmethod
    def _answer(answer: httpx.Response) -> Any:
        if answer.status_code >= 300:
            raise StepFailed(f"the sandbox answered {answer.status_code}: {answer.text[:300]}")
        return answer.json()


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
