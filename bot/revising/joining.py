"""IMPLEMENTATION_PLAN.md where the branch and the base branch come together: what people wrote outside the
plan's section on either side stays, line by line; where both changed the same lines, people have to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from bot.effects import PLAN_FILE
from bot.errors import UserError
from bot.plan.editing import written
from bot.plan.formats.plan_file import without
from bot.revising.standing import Standing, Texts

Lines = Sequence[str]


def joined(standing: Standing, base: Texts | None, ground: Texts) -> dict[str, str]:
    """The texts that the plan's files go over when the branch takes the base branch's commit in. `base` are
    the texts at the commit that it was made from, `ground` those of the new one. UserError when people have
    to join IMPLEMENTATION_PLAN.md by hand.
    """
    there = {**ground, **standing.now}
    text = _plan_file(standing, base, ground)
    there.pop(PLAN_FILE, None)
    return there | ({PLAN_FILE: text} if text is not None else {})


def _plan_file(standing: Standing, base: Texts | None, ground: Texts) -> str | None:
    mine, theirs = standing.there.get(PLAN_FILE), ground.get(PLAN_FILE)
    if mine is None:
        return theirs
    ours, new = _outside(standing, mine), _outside(standing, _made(standing, ground))
    if ours == new:
        return mine
    was = _outside(standing, _made(standing, base)) if base is not None else None
    if was == ours:
        return theirs
    if was == new:
        return mine
    both = merged_lines(was.splitlines(True), ours.splitlines(True), new.splitlines(True)) if was else None
    if both is None:
        raise UserError(
            "plan-file-conflict",
            f"The branch and the base branch changed the same lines of {PLAN_FILE}, outside the section.",
            "Merge the base branch into the plan's branch by hand.",
        )
    return "".join(both)


def _made(standing: Standing, texts: Texts) -> str:
    """The file as the plan as it was would be written into it: other finished plans are folded alike."""
    made: Mapping[str, str] | UserError = written(standing.plan, standing.shape, texts)
    if isinstance(made, UserError):
        raise made
    return made[PLAN_FILE]


def _outside(standing: Standing, text: str) -> str:
    return without(text, standing.plan.issue)


def merged_lines(base: Lines, mine: Lines, theirs: Lines) -> list[str] | None:
    """Both changes of a text together; None where they meet in the same lines."""
    out: list[str] = []
    at = (0, 0, 0)
    for stop, length in [*_shared(base, mine, theirs), ((len(base), len(mine), len(theirs)), 0)]:
        was, one, other = (
            side[start:end] for side, start, end in zip((base, mine, theirs), at, stop, strict=True)
        )
        if list(one) != list(was) and list(other) != list(was) and list(one) != list(other):
            return None
        out += one if list(other) == list(was) else other
        out += base[stop[0] : stop[0] + length]
        at = (stop[0] + length, stop[1] + length, stop[2] + length)
    return out


def _shared(base: Lines, mine: Lines, theirs: Lines) -> Iterator[tuple[tuple[int, int, int], int]]:
    """The stretches of lines that all three have, in order: where each begins, and how long it is."""
    one, other = (
        SequenceMatcher(None, base, side, autojunk=False).get_matching_blocks() for side in (mine, theirs)
    )
    first, second = 0, 0
    while first < len(one) and second < len(other):
        mine_at, their_at = one[first], other[second]
        start = max(mine_at.a, their_at.a)
        stop = min(mine_at.a + mine_at.size, their_at.a + their_at.size)
        if stop > start:
            yield (start, mine_at.b + start - mine_at.a, their_at.b + start - their_at.a), stop - start
        if mine_at.a + mine_at.size < their_at.a + their_at.size:
            first += 1
        else:
            second += 1
