"""What a run with a model says: to people while it works and at its end, and to the model of the issue.

Words only; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.author.cost import Capped
from bot.author.model import ModelError
from bot.author.peers import Feedback
from bot.author.purge import Purge
from bot.author.stages.understanding import Understanding
from bot.plan.safe_text import clipped

_OF_A_TASK = '"objective"'
LONGEST = 1_500
KEPT_SHORT = (
    "A cap left little room, so this plan was written from less of the repository than usual and kept short."
)


@dataclass
class Listener:
    """Hears a draft come in and says how many tasks it has so far."""

    tell: Callable[[str], None]
    tasks: int = 0
    _end: str = ""

    def __call__(self, piece: str) -> None:
        heard = self._end + piece
        self._end = heard[-(len(_OF_A_TASK) - 1) :]
        if more := heard.count(_OF_A_TASK):
            self.tasks += more
            self.tell(f"writing the draft, task {self.tasks}")


def told(known: Understanding) -> str:
    """What was understood, for the question that wants a draft."""
    lines = [f"Goal: {known.goal}"] if known.goal else []
    lines += [f"{each.demand or 'Beside the demands'}: {each.meaning}" for each in known.requirements]
    lines += [f"Not known: {each}" for each in known.unknowns]
    return "\n".join([*lines, *(f"Risk: {each}" for each in known.risks)])


def in_short(known: Understanding) -> str:
    """What was understood, in one paragraph for people that acts on nothing; "" when nothing was."""
    return clipped(Purge().text("; ".join(told(known).split("\n"))), LONGEST)


def left_out(end: Capped | ModelError, said: Feedback | None = None) -> str:
    """What a run that ended early did not come to."""
    why = (
        f"the cap of {end.words} is reached" if isinstance(end, Capped) else f"the model failed ({end.kind})"
    )
    what = "what its readers said was not worked in" if said else "nobody has read this plan before you"
    return f"Partial result: {why}, so {what}."


def unheard_of(said: Feedback, capped: Capped | None) -> str:
    """Readers who gave no usable answer; "" when all did."""
    if not said.silent:
        return ""
    why = f", because the cap of {capped.words} is reached" if capped else ""
    of = f"{said.silent} of {said.asked} readers of this plan gave no usable answer{why}."
    return f"Partial result: {of}" if capped else of


def differing(drafts: int, paths: tuple[str, ...]) -> str:
    """That drafts went different ways."""
    return f"{drafts} drafts went different ways; they differ on {', '.join(f'`{path}`' for path in paths)}."
