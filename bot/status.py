"""The one status comment on an issue: its states and its words. Pure; decides
nothing about when to say what.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bot.marks import Mark, Place, write_mark
from bot.render import render

State = Literal[
    "planning", "proposed", "unready", "unneeded", "failed", "stopped", "blocked", "merged", "closed"
]
NAME = "status"
# What to do where no plan is needed: asking again without another word would get the same answer.
JUST_DO_IT = "make the change; to have a plan all the same, say in the issue what else has to be done"
FINAL = frozenset({"unready", "unneeded", "failed", "stopped", "blocked"})
HEADINGS: dict[State, str] = {
    "planning": "👀 Planning",
    "proposed": "📝 Plan ready for review",
    "unready": "❓ Not ready to plan",
    "unneeded": "✅ No plan needed",
    "failed": "⚠️ No plan: planning failed",
    "stopped": "⏹️ Planning stopped",
    "blocked": "⛔ Planning is blocked",
    "merged": "✅ Plan accepted",
    "closed": "⏹️ Plan declined",
}


@dataclass(frozen=True, slots=True)
class Status:
    """What the comment says. `who` is whose move it is next: "groundplan" or people;
    `data` goes into the mark.
    """

    state: State
    ask: str
    text: str
    next_step: str
    who: str = "maintainers"
    data: dict[str, str] = field(default_factory=dict)

    def mark(self) -> Mark:
        return Mark(NAME, {"state": self.state, "ask": self.ask, **self.data})

    def body(self, secret: str, place: Place) -> str:
        """The whole comment, mark included, ready to be written."""
        text = render(
            "comments/status.md",
            heading=HEADINGS[self.state],
            text=self.text,
            next_step=self.next_step,
            who=self.who,
        )
        return f"{text.rstrip()}\n\n{write_mark(secret, place, self.mark())}"
