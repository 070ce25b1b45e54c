"""The people of one repository: they open an issue, put the label on, and look at what came of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from sandbox.server import Sandbox
from tests.processes.mortal import Death
from tests.processes.works import Works
from tests.scenarios.town import BODY, FILES, FULL_NAME, TITLE


def seed_shop(sandbox: Sandbox) -> None:
    sandbox.seed(FULL_NAME, dict(FILES), collaborators={"maya": "maintain"})


@dataclass(frozen=True, slots=True)
class Shop:
    """What people do and see, over the sandbox's HTTP."""

    works: Works

    def act(self, method: str, path: str, **body: Any) -> Any:
        with self.works.sandbox.person("maya") as maya:
            answer = maya.request(method, f"/repos/{FULL_NAME}{path}", json=body or None)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def open_issue(self) -> int:
        return int(self.act("POST", "/issues", title=TITLE, body=BODY)["number"])

    def label(self, number: int) -> None:
        self.act("POST", f"/issues/{number}/labels", labels=["needs-plan"])

    def story(self, lag: float = 0.0, death: Death | None = None) -> dict[str, Any]:
        """One issue from label to rest, cut by the death; what people can see in the end."""
        self.works.reset(lag)
        self.works.fate.plan(death)
        number = self.open_issue()
        self.works.sandbox.deliver_mode("hold")
        self.label(number)
        # A delivery that overtook GitHub's own lists would only have to wait for them.
        time.sleep(1.2 * lag)
        self.works.sandbox.deliver_mode("send")
        self.works.until(self.works.states, "the delivery was not kept")
        self.works.until_rest()
        return self.works.sandbox.observable(FULL_NAME)
