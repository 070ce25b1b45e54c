"""What is said when a functional plan is written: what is in it, what to settle first, what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.plan.formats.companions import spec_folder
from bot.plan.formats.guarded import as_cell_code
from bot.plan.formats.plan_output import stream_order
from bot.plan.formats.what import in_words
from bot.plan.model import Plan
from bot.render import render


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """One question to a person: answers with what follows from them ("" when that is not known)."""

    id: str
    text: str
    options: tuple[tuple[str, str], ...]
    recommended: str = ""


def completion_of(whole: Plan) -> str:
    """The words for a plan as its document shows it."""
    streams = whole.streams
    order = stream_order(streams.streams, streams.groups) if streams else []
    return render(
        "formats/functional/completion.md",
        plan=whole,
        path=f"{spec_folder(whole)}/plan.md",
        open=[*_open_points(whole)],
        order=order,
        beside=len({step for step, _ in order}) < len(order),
        first=order[0][1] if order else None,
        as_cell_code=as_cell_code,
        counted=_counted,
    ).strip("\n")


def _open_points(plan: Plan) -> Iterator[OpenPoint]:
    """What keeps the work waiting first: decisions, then questions that block, then the others."""
    for one in sorted(plan.decisions, key=lambda one: one.weight != "major"):
        if not one.answer:
            options = tuple((in_words(way.name), in_words(way.consequence)) for way in one.options)
            yield OpenPoint(one.id, in_words(one.question), options, in_words(one.recommended))
    for asked in sorted(plan.questions, key=lambda one: not one.blocking):
        yield OpenPoint(asked.id, asked.text, tuple((option, "") for option in asked.options))


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
