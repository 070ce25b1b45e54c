"""The one status comment on an issue: its states and its words. Pure; decides
nothing about when to say what.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bot.marks import Mark, Place, write_mark
from bot.render import render

State = Literal[
    "planning",
    "proposed",
    "approved",
    "unready",
    "unneeded",
    "failed",
    "stopped",
    "blocked",
    "merged",
    "closed",
]
NAME = "status"
# What to do where no plan is needed: asking again without another word would get the same answer.
JUST_DO_IT = "make the change; to have a plan all the same, say in the issue what else has to be done"
FINAL = frozenset({"unready", "unneeded", "failed", "stopped", "blocked"})
HEADINGS: dict[State, str] = {
    "planning": "👀 Planning",
    "proposed": "📝 Plan ready for review",
    "approved": "👍 Plan approved",
    "unready": "❓ Not ready to plan",
    "unneeded": "✅ No plan needed",
    "failed": "⚠️ No plan: planning failed",
    "stopped": "⏹️ Planning stopped",
    "blocked": "⛔ Planning is blocked",
    "merged": "✅ Plan accepted",
    "closed": "⏹️ Plan declined",
}
STATE_LABELS: dict[State, str] = {
    "planning": "plan/running",
    "proposed": "plan/review",
    "approved": "plan/approved",
    "unready": "plan/questions",
}
# What a run goes through, in order, by how a stage's own words begin.
STAGES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Read the issue and the repository", ("reading",)),
    ("Understand what is asked", ("quick", "standard", "deep", "understanding", "looking")),
    ("Write the plan", ("writing", "starting")),
    ("Check it against the rules and the repository", ("checking the draft", "repairing")),
    ("Have it read by others", ("having", "revising")),
    ("Publish it", ("checking the plan",)),
)


@dataclass(frozen=True, slots=True)
class Status:
    """What the comment says. `who` is whose move it is next: "groundplan" or people;
    `data` goes into the mark. `stage` is where a run has come to, in its own words.
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
            steps=progress(self.data.get("stage", "")) if self.state == "planning" else (),
        )
        return f"{text.rstrip()}\n\n{write_mark(secret, place, self.mark())}"


def progress(stage: str) -> tuple[tuple[bool, str], ...]:
    """The stages of a run, and which of them are behind us; nothing of a stage that we do not know."""
    known = (number for number, (_, words) in enumerate(STAGES) if stage.startswith(words))
    at = next(known, None) if stage else 0
    return () if at is None else tuple((number < at, name) for number, (name, _) in enumerate(STAGES))
