"""What is said in each review thread, and of all that was asked: done with the commit, not done because, or a
question. Every thread gets one; nothing is said to be done that is not in the plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.author.purge import Purge
from bot.author.stages.revising import LONGEST_REPLY, Answered
from bot.author.untrusted import one_line
from bot.conversation import Reply, Thread
from bot.plan.editing import Change
from bot.plan.safe_text import clipped, inline

DONE = "Done in {sha}"
NO_MODEL = (
    "Not done: this needs somebody who understands it, and no model is set up here. Put the new text into a "
    "`suggestion` block on these lines, or edit the file on this branch: both are taken over into the plan."
)
UNCLEAR = (
    "Nothing in the plan came to be changed for this. What exactly is to be different here? A `suggestion` "
    "block on the lines says it best."
)
INSTEAD = (
    "Say it in other words, put the new text into a `suggestion` block, or edit the file on this branch."
)
MOST_IDS = 8
_COMMIT = "{sha}"


def taken(thread: Thread, changes: Sequence[Change]) -> Reply:
    """For a suggestion that is in the plan now."""
    return Reply(thread.id, thread.comment, f"{DONE}: {ids(changes)}.", resolve=True)


def not_taken(thread: Thread, why: str) -> Reply:
    """For a suggestion that could not be made."""
    said = inline(clipped(_safe(why), LONGEST_REPLY))
    return Reply(thread.id, thread.comment, f"The suggestion was not taken over: {said}")


def held_up(thread: Thread, why: str) -> Reply:
    """For a thread that waits, as nothing at all can be written."""
    said = inline(clipped(_safe(why), LONGEST_REPLY))
    return Reply(thread.id, thread.comment, f"Nothing is written to this branch yet: {said}")


def without_model(thread: Thread, about: str) -> Reply:
    """For words that nobody here understands."""
    return Reply(thread.id, thread.comment, f"{_about(about)}{NO_MODEL}")


def failed(thread: Thread, about: str, why: str) -> Reply:
    """For a thread whose revision came to nothing."""
    return Reply(thread.id, thread.comment, f"{_about(about)}{failure(why)}")


def failure(why: str) -> str:
    """Why a wish came to nothing, and what to do instead."""
    said = inline(clipped(_safe(why), LONGEST_REPLY)).rstrip(".")
    return f"Not done: {said}. {INSTEAD}"


def answered(thread: Thread, about: str, said: Answered | None) -> Reply:
    """What the reviser says, in words that do nothing; silence is a question."""
    if said is not None and said.disposition == "done":
        return Reply(thread.id, thread.comment, f"{DONE}: {_about(about)}{words_of(said)}", resolve=True)
    return Reply(thread.id, thread.comment, f"{_about(about)}{told(said)}")


def told(said: Answered | None) -> str:
    """A reviser's answer with what it is."""
    text = words_of(said)
    if said is None or not text:
        return UNCLEAR if said is None or said.disposition != "done" else "Done."
    return {"done": "Done: ", "declined": "Not done: ", "question": ""}[said.disposition] + text


def words_of(said: Answered | None) -> str:
    """A reviser's words as one line of Markdown; "" when there are none."""
    return inline(one_line(_safe(said.text), LONGEST_REPLY)) if said else ""


def tally(replies: Sequence[Reply]) -> str:
    """How many threads were answered, and how."""
    done = sum(one.resolve for one in replies)
    threads = f"{len(replies)} thread{'s' if len(replies) != 1 else ''}"
    return f"{threads} answered, {done} of them done" if replies else ""


def names_of(changes: Sequence[Change]) -> Mapping[str, list[str]]:
    """The ids that were added, changed, removed and ticked; parts without one by the name of their field."""
    found: dict[str, list[str]] = {}
    for one in changes:
        kind = one.kind if one.item and (not one.field or one.kind in ("done", "undone")) else "changed"
        found.setdefault(kind, [])
        name = one.item or one.field
        if name and name not in found[kind]:
            found[kind].append(name)
    return found


def ids(changes: Sequence[Change]) -> str:
    parts = (f"{_listed(names)} {kind}" for kind, names in names_of(changes).items() if names)
    return "; ".join(parts)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_IDS} more" if len(names) > MOST_IDS else ""
    return ", ".join(inline(clipped(one, 60)) for one in names[:MOST_IDS]) + more


def _about(words: str) -> str:
    return f"**{inline(words)}** · " if words else ""


def _safe(text: str) -> str:
    """Without what would act on people or machines, or be taken for the place of the commit."""
    return Purge().text(text).replace(_COMMIT, "(sha)")
