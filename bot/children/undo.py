"""Taking a fan-out back: only what that run made and nobody touched since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.children.changes import Closing, LeftAlone
from bot.children.standing import Standing

REASON = "The fan-out that made this was taken back."


@dataclass(frozen=True, slots=True)
class Undo:
    """What to close (as not planned), what stays and why, and how many of the run are closed already."""

    close: tuple[Closing, ...] = ()
    left: tuple[LeftAlone, ...] = ()
    closed_already: int = 0


def undo(run: str, there: Sequence[Standing]) -> Undo:
    """What taking back the fan-out `run` comes to, given all children. An empty name takes nothing back."""
    made = [one for one in there if run and one.run == run]
    standing = [one for one in made if one.state == "open"]
    told = [(one, _why_left(one)) for one in standing]
    return Undo(
        tuple(Closing(one.number, one.key, one.title, REASON) for one, why in told if not why),
        tuple(LeftAlone(one.number, one.key, one.title, why) for one, why in told if why),
        len(made) - len(standing),
    )


def _why_left(one: Standing) -> str:
    if one.pulls:
        return "pull requests are linked to it: " + ", ".join(f"#{number}" for number in one.pulls[:5])
    if one.assignees:
        return "somebody is assigned"
    if one.at_work:
        return "its labels say that somebody is at work on it"
    return "people have touched it" if one.touched_by_people else ""
