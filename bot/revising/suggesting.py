"""Suggested changes in review threads, made in the files as the edits of those who suggest them. A suggestion
that does not fit, or breaks something, is left out with the reason; nothing else is lost by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt

from bot.conversation import Thread
from bot.effects import PLAN_FILE
from bot.errors import UserError
from bot.plan.editing import Change, ReadBack
from bot.plan.editing.patch import edits
from bot.plan.editing.report import change_of
from bot.plan.formats.plan_file import sections
from bot.plan.model import Plan
from bot.revising.standing import Standing

MOST = 50  # each is checked by itself
MOST_TEXT = 100_000  # characters of one comment; GitHub takes fewer
Breaks = Callable[[Plan], str]  # what a plan breaks that the standing one does not, "" for nothing


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Lines `first` to `last` of a file, counted from 1, and what is to stand there instead."""

    thread: Thread
    first: int
    last: int
    lines: tuple[str, ...]

    def meets(self, other: Suggestion) -> bool:
        """Whether both are about the same lines."""
        same = self.thread.path == other.thread.path
        return same and self.first <= other.last and other.first <= self.last


@dataclass
class Suggested:
    """The files with the suggestions that could be taken, what they make of the plan, and by thread what they
    changed, or why they were not taken."""

    now: dict[str, str]
    back: ReadBack
    taken: dict[str, tuple[Change, ...]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


def blocks(body: str) -> tuple[str, ...]:
    """The contents of the suggestion blocks of a comment, each with its final newline; "" deletes."""
    tokens = MarkdownIt("commonmark").parse(body[:MOST_TEXT].replace("\r\n", "\n"))
    fences = (one for one in tokens if one.type == "fence" and one.level == 0)
    return tuple(one.content for one in fences if one.info.split()[:1] == ["suggestion"])


def suggests(thread: Thread) -> tuple[str, ...]:
    """What a thread suggests: of its latest comment by a person that suggests something, different texts
    only."""
    said = [*thread.said]
    ours = max((at for at, one in enumerate(said) if one.ours), default=-1)
    found = (blocks(one.body) for one in reversed(said[ours + 1 :]))
    return tuple(dict.fromkeys(next((each for each in found if each), ())))


def suggested(standing: Standing, back: ReadBack, threads: Sequence[Thread], breaks: Breaks) -> Suggested:
    """People's suggestions on top of their edits, one after the other; those that only hold together with
    later ones are tried once more. `back` holds no doubt.
    """
    out = Suggested(standing.now, back)
    accepted: list[Suggestion] = []
    waiting = [*_fitting(standing, threads, out)]
    for _ in range(2):
        waiting = [one for one in waiting if not _take(standing, out, accepted, one, breaks)]
    return out


def _fitting(standing: Standing, threads: Sequence[Thread], out: Suggested) -> Iterator[Suggestion]:
    """The suggestions that can be put into the files."""
    given = [(thread, texts) for thread in threads if (texts := suggests(thread))]
    for number, (thread, texts) in enumerate(given, 1):
        late = f"only {MOST} suggestions are taken over at once; ask for the others in another review"
        why = _unfit(standing, thread, texts) or (late if number > MOST else "")
        if why:
            out.refused[thread.id] = why
            continue
        lines = tuple(texts[0].removesuffix("\n").split("\n")) if texts[0] else ()
        yield Suggestion(thread, thread.start_line or thread.line, thread.line, lines)


def _unfit(standing: Standing, thread: Thread, texts: Sequence[str]) -> str:
    text = standing.now.get(thread.path)
    if text is None:
        return "this file is no part of the plan, and only the plan's files are written here"
    if thread.outdated or thread.line < 1:
        return "the lines it stands on were changed since, so it does not fit any more"
    if len(texts) > 1:
        return f"it suggests {len(texts)} different texts for the same lines; which of them is meant?"
    first, last = thread.start_line or thread.line, thread.line
    if not 1 <= first <= last <= text.count("\n") + (not text.endswith("\n")):
        return "the file has no such lines any more"
    if thread.path == PLAN_FILE and not _in_section(text, standing.plan.issue, first, last):
        return "these lines stand outside the plan's section, where nothing is written by us"
    return ""


def _in_section(text: str, issue: int, first: int, last: int) -> bool:
    """Whether lines are inside the plan's section, its marks not counted."""
    try:
        own = next((one for one in sections(text) if one.issue == issue), None)
    except UserError:
        return False
    begin, end = (text.count("\n", 0, at) + 1 for at in (own.start, own.end)) if own else (0, 0)
    return own is not None and begin < first and last < end


def _take(
    standing: Standing, out: Suggested, accepted: list[Suggestion], one: Suggestion, breaks: Breaks
) -> bool:
    """Make a suggestion if it can be made; else note why not."""
    name = one.thread.id
    if any(one.meets(other) for other in accepted):
        out.refused[name] = "another suggestion of this review changes the same lines"
        return False
    now = _with(standing, [*accepted, one])
    back = standing.back(now)
    why = _why_not(out.back, back) or breaks(back.plan)
    if why:
        out.refused[name] = why
        return False
    changes = _gained(out.back, back)
    if not changes:
        out.refused[name] = "it changes nothing of what the plan says"
        return False
    accepted.append(one)
    out.now, out.back = now, back
    out.refused.pop(name, None)
    out.taken[name] = changes
    return True


def _why_not(before: ReadBack, back: ReadBack) -> str:
    new = [one for one in back.doubts if one not in before.doubts]
    return "; ".join(map(str, new[:3]))


def _gained(before: ReadBack, back: ReadBack) -> tuple[Change, ...]:
    """What a suggestion changed in the plan, and which boxes it ticked."""
    boxes = tuple(one for one in back.changes if one.kind in ("done", "undone") and one not in before.changes)
    return (*changes_between(before.plan, back.plan), *boxes)


def changes_between(before: Plan, after: Plan) -> tuple[Change, ...]:
    """What is another in a plan; where it and its items come from only when nothing else is."""
    one, other = (plan.model_dump(mode="json") for plan in (before, after))
    found = [*edits(one, other)]
    told = [each for each in found if each.way[0] != "provenance" and each.way[-1] != "origin"]
    return tuple(map(change_of, told or found))


def _with(standing: Standing, accepted: Sequence[Suggestion]) -> dict[str, str]:
    """The files with these suggestions, from the last lines to the first, so that none moves another."""
    texts = standing.now
    for one in sorted(accepted, key=lambda each: each.first, reverse=True):
        texts[one.thread.path] = _replaced(texts[one.thread.path], one)
    return texts


def _replaced(text: str, one: Suggestion) -> str:
    lines = text.split("\n")
    crlf = any(line.endswith("\r") for line in lines[one.first - 1 : one.last])
    new = [f"{line}\r" if crlf else line for line in one.lines]
    return "\n".join([*lines[: one.first - 1], *new, *lines[one.last :]])
