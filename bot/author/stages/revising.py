"""One question: people's wishes for a plan that they have seen, answered by patches of those parts that the
wishes are about, and by a word on each wish.

What people wrote is shown as data. Whether a patched plan is taken is not judged here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.author.answer import json_of
from bot.author.model import ModelRequest
from bot.author.patches import MOST, Patch, index, tokens
from bot.author.stages.shared import Question, Shared
from bot.plan.graph import natural
from bot.plan.schema import strict_schema
from bot.render import render

Disposition = Literal["done", "declined", "question"]
LONGEST_REPLY = 600
LONGEST_WISH = 8_000
LONGEST_PART = 12_000
MOST_SHOWN = 80_000  # characters of all parts together
MOST_WISHES = 60


class _Reply(BaseModel):
    model_config = ConfigDict(extra="forbid")

    wish: str
    disposition: Disposition
    reply: str


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    replies: list[_Reply]
    patches: list[Patch]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of the plan, in their words. `name` is ours ("W1"), `about` says in ours where in
    the plan it stands, "" for nowhere."""

    name: str
    text: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one wish, as the model says it."""

    disposition: Disposition
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer by wishes, and the patches that go with it; each names its wish as `rule`."""

    replies: Mapping[str, Answered] = field(default_factory=dict)
    patches: tuple[Patch, ...] = ()


@cache
def _question() -> Question:
    return Question("revise", "revising", strict_schema(_Answer), 8_000)


def asking(
    shared: Shared,
    draft: Mapping[str, Any],
    wishes: Sequence[Wish],
    places: Sequence[str],
    again: str = "",
) -> ModelRequest:
    """The question. `places` are the JSON Pointers into the draft at which something may change; `again` says
    why the last answer was of no use.
    """
    tail = render(
        "prompts/revise.md",
        outline=shared.shown("outline", "\n".join(_outline(draft))),
        parts="\n\n".join(shared.shown(f"part {place}", text) for place, text in _parts(draft, places)),
        places="\n".join(sorted(places, key=natural)),
        wishes="\n\n".join(_shown(shared, one) for one in wishes[:MOST_WISHES]),
        names=", ".join(one.name for one in wishes[:MOST_WISHES]),
        longest=LONGEST_REPLY,
        again=again,
    )
    return shared.request(_question(), tail)


def answer_in(text: str, wishes: Sequence[Wish]) -> Answer | None:
    """What an answer says; None when it is none. A wish that is told twice is told the first time."""
    try:
        found = _Answer.model_validate_json(json_of(text))
    except ValidationError:
        return None
    known = {one.name for one in wishes}
    replies: dict[str, Answered] = {}
    for one in found.replies:
        if one.wish in known:
            replies.setdefault(one.wish, Answered(one.disposition, one.reply[: 2 * LONGEST_REPLY]))
    return Answer(replies, tuple(found.patches[:MOST]))


def part(draft: Any, pointer: str) -> Any:
    """What stands at a JSON Pointer, None for nothing."""
    for step in tokens(pointer):
        if isinstance(draft, list):
            at = index(step, len(draft))
            draft = None if at is None else draft[at]
        else:
            draft = draft.get(step) if isinstance(draft, dict) else None
    return draft


def _shown(shared: Shared, wish: Wish) -> str:
    """A wish below a line of ours."""
    about = f", which stands at {wish.about}" if wish.about else ""
    return f"{wish.name}{about}:\n{shared.shown(f'wish {wish.name}', wish.text[:LONGEST_WISH])}"


def _parts(draft: Mapping[str, Any], places: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What may change as it is now, as far as there is room; behind lists there is nothing yet."""
    room = MOST_SHOWN
    for place in sorted(places, key=natural):
        value = part(draft, place)
        if place.endswith("/-") or value is None:
            continue
        text = json.dumps(value, ensure_ascii=False)[:LONGEST_PART]
        room -= len(text)
        if room < 0:
            return
        yield place, text


def _outline(draft: Mapping[str, Any]) -> Iterator[str]:
    """The items of the plan in a line each, so that they can be named without being shown."""
    roadmap = draft.get("roadmap") or {}
    for name, items in (("roadmap/milestones", roadmap.get("milestones")), *draft.items()):
        for at, one in enumerate(items if isinstance(items, list) else ()):
            if isinstance(one, dict) and one.get("id"):
                said = next((one[each] for each in ("title", "question", "text") if one.get(each)), "")
                after = f" (after {', '.join(one['depends_on'])})" if one.get("depends_on") else ""
                yield f"/{name}/{at}: {one['id']} {str(said)[:160]}{after}"
