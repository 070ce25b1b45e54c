"""What a revision has to do in words that nobody but a reader understands: each wish with what it is about,
and what it may change. Understands none of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.author.stages.revising import Wish
from bot.author.untrusted import one_line
from bot.conversation import Answer, Instruction, RevisionWish, Thread
from bot.plan.draft import draft_of
from bot.plan.findings import Finding
from bot.plan.model import Plan
from bot.revising.concern import Concern, concern
from bot.revising.pointing import NOWHERE, Point, Pointer, point_of

MOST_SAID = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """One wish, what it may change, and where it came from: a thread, somebody's words, or neither."""

    wish: Wish
    concern: Concern
    thread: Thread | None = None
    instruction: Instruction | None = None


def asked(
    wish: RevisionWish,
    plan: Plan,
    plan_format: str,
    pointer: Pointer,
    threads: Sequence[Thread],
    gone: Sequence[Finding],
) -> tuple[Asked, ...]:
    """Everything that is to be understood: these threads, all words of people, decisions that were made, and
    what is not in the repository any more."""
    draft = draft_of(plan, plan_format)
    found = [
        *_of_threads(draft, pointer, threads),
        *_of_words(draft, wish.instructions),
        *_of_answers(plan, wish.answers),
        *_of_findings(plan, gone),
    ]
    return tuple(_named(one, f"W{number}") for number, one in enumerate(found, 1))


def about(pointer: Pointer, thread: Thread) -> Point:
    """What a thread points at."""
    return NOWHERE if thread.outdated else pointer.at(thread.path, thread.line)


def _named(one: Asked, name: str) -> Asked:
    return Asked(Wish(name, one.wish.text, one.wish.about), one.concern, one.thread, one.instruction)


def _of_threads(draft: Mapping[str, Any], pointer: Pointer, threads: Sequence[Thread]) -> Iterator[Asked]:
    for thread in threads:
        point, text = about(pointer, thread), _said(thread)
        yield Asked(Wish("", text, point.words), concern(draft, point, text), thread)


def _said(thread: Thread) -> str:
    """What people said in a thread since we last did, in order."""
    ours = max((at for at, one in enumerate(thread.said) if one.ours), default=-1)
    return "\n\n".join(one.body for one in thread.said[ours + 1 :][-MOST_SAID:])


def _of_words(draft: Mapping[str, Any], said: Sequence[Instruction]) -> Iterator[Asked]:
    for one in said:
        yield Asked(Wish("", one.text), concern(draft, NOWHERE, one.text), instruction=one)


def _of_answers(plan: Plan, answers: Sequence[Answer]) -> Iterator[Asked]:
    """Only the tasks that waited for a decision are planned anew for it."""
    for one in answers:
        waiting = frozenset(task.id for task in plan.tasks if one.decision in task.decisions)
        made = next((each for each in plan.decisions if each.id == one.decision), None)
        if made is None or not waiting:
            continue
        effect = next((each.consequence for each in made.options if each.name == made.answer), "")
        text = (
            f"{made.id}, '{made.question}', is decided: {made.answer}. {effect} {one_line(one.reason)}\n"
            f"Plan {', '.join(sorted(waiting))} for that, where they say something else or leave it open."
        )
        yield Asked(Wish("", text, made.id), Concern(waiting, adds=False))


def _of_findings(plan: Plan, gone: Sequence[Finding]) -> Iterator[Asked]:
    if not gone:
        return
    data = plan.model_dump(mode="json")
    places = [point_of(data, one.pointer) for one in gone]
    ids = frozenset(one.item for one in places if one.item)
    fields = frozenset(one.field for one in places if not one.item)
    lines = (f"{one.message}{f' Nearest: {one.suggestion}' if one.suggestion else ''}" for one in gone)
    text = "The repository has changed, and the plan has to fit it again:\n" + "\n".join(lines)
    yield Asked(Wish("", text, ", ".join(sorted(ids))), Concern(ids, fields, adds=False))
