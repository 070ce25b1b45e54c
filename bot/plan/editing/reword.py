"""A change of words, made in a text that says the same in another spelling or with other line breaks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from bot.plan.safe_text import plain

_WORD = re.compile(r"\S+")
_LONGEST = 2_000  # words; longer texts are taken as they are


def reworded(text: str, before: str, after: str) -> str:
    """`text` with the words that differ between `before` and `after`; `after` itself where those words stand
    otherwise in `text`."""
    if plain(text) == after:
        return text
    words = [*_WORD.finditer(text)]
    was, now = before.split(), after.split()
    if text == before or max(len(words), len(was), len(now)) > _LONGEST:
        return after
    there = _there(was, [one[0] for one in words])
    result, end = list[str](), 0
    for kind, first, last, start, stop in _hunks(was, now):
        if kind == "equal":
            continue
        at = _stretch(there, first, last, len(was), len(words))
        if at is None:
            return after
        begin = words[at[0]].start() if at[0] < len(words) else len(text)
        result += [text[end:begin], _put(now[start:stop], new=last == first, last=begin == len(text))]
        end = words[at[1] - 1].end() if at[1] > at[0] else begin
    made = "".join([*result, text[end:]]).strip()
    same = plain(text) != plain(before) or plain(made) == plain(after)
    return made if made and same else after


def _put(words: list[str], *, new: bool, last: bool) -> str:
    """Words for the text; new ones are set off from the word after them, or before them at the end."""
    said = " ".join(words)
    return said if not new else f" {said}" if last else f"{said} "


def _hunks(one: list[str], other: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
    return SequenceMatcher(None, one, other, autojunk=False).get_opcodes()


def _there(was: list[str], words: list[str]) -> dict[int, int]:
    """Which word of the text each word of `was` is."""
    return {
        first + at: start + at
        for kind, first, last, start, _ in _hunks(was, words)
        if kind == "equal"
        for at in range(last - first)
    }


def _stretch(there: dict[int, int], first: int, last: int, end: int, count: int) -> tuple[int, int] | None:
    """The words of the text for those of a hunk, when all of them and their neighbours are there."""
    start = 0 if first == 0 else there.get(first - 1, -2) + 1
    stop = count if last == end else there.get(last, -1)
    same = all(there.get(at) == start + at - first for at in range(first, last))
    return (start, stop) if same and stop - start == last - first else None
