"""IMPLEMENTATION_PLAN.md: one section of ours for each open plan between marks, one line for each finished
plan; everything else is people's, byte for byte.

Never guesses: marks that do not pair, or a merge conflict left in the file, stop with a UserError that
names the line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.effects import PLAN_FILE
from bot.errors import UserError
from bot.plan.formats.plan_marks import (
    FINISHED,
    Damage,
    Section,
    begin_mark,
    end_mark,
    is_untouched,
    marked,
)

__all__ = [
    "HEAD",
    "MAX_BYTES",
    "Section",
    "archive",
    "begin_mark",
    "end_mark",
    "entries",
    "is_untouched",
    "section_of",
    "sections",
    "with_finished",
    "with_section",
    "without",
    "without_entry",
]

MAX_BYTES = 60_000
HEAD = (
    "# Implementation plan\n\n"
    "One section for each planned issue. Groundplan keeps the parts between its marks; the rest is yours.\n"
)
# Without a blank line: merging tools would match it with those of sections, and merge the two in parts.
_ARCHIVE = "<!-- groundplan:finished begin -->\n## Finished plans\n{entry}\n<!-- groundplan:finished end -->"
_ENTRY = re.compile(r"- \[#([1-9][0-9]{0,9})\]\(")
_SHOWN = 3


def sections(text: str) -> tuple[Section, ...]:
    """The sections in file order. UserError "plan-file-broken" when the marks cannot be trusted."""
    found = marked(text)
    if found.damages:
        raise broken(found.damages[0])
    return found.sections


def broken(damage: Damage) -> UserError:
    """Where the file has to be mended before we touch it."""
    return UserError(
        "plan-file-broken",
        f"{PLAN_FILE}, line {damage.line}: {damage.what}.",
        f"Repair {PLAN_FILE} at that line (or take it from an earlier commit) and ask again.",
    )


def section_of(text: str, issue: int) -> str | None:
    """The section of an issue, marks included, or None. UserError as `sections`."""
    return next((text[one.start : one.end] for one in sections(text) if one.issue == issue), None)


def archive(text: str) -> Section | None:
    """The list of finished plans, marks included. UserError as `sections`."""
    sections(text)
    return marked(text).archive


def entries(text: str) -> Mapping[int, str]:
    """The lines of the list of finished plans, by issue; what people wrote between them is left out."""
    part = archive(text)
    lines = (text[part.start : part.end] if part else "").replace("\r\n", "\n").split("\n")
    return {int(found[1]): line for line in lines if (found := _ENTRY.match(line))}


# --- writing ---


def with_section(text: str | None, issue: int, section: str) -> str:
    """The file with the section of `issue` put in or replaced; `text` is None when there is no file yet.

    `section` includes its marks and has no final newline. A new one goes to its place by issue number, before
    the list of finished plans, which the issue leaves. UserError when the sections would grow too large.
    """
    before = HEAD if text is None else text
    newline = _newline(before)
    ours = section.replace("\n", newline)
    own = next((one for one in sections(before) if one.issue == issue), None)
    after = before[: own.start] + ours + before[own.end :] if own else _inserted(before, issue, ours, newline)
    after = without_entry(after, issue)
    _check_size(after)
    return after


def with_finished(text: str | None, issue: int, entry: str) -> str:
    """The file with the plan of `issue` as one line, `entry`, in the list of finished plans, and no section
    of it. The list is made below the last section when it is not there."""
    before = HEAD if text is None else text
    newline = _newline(before)
    part = archive(before)
    if part is None:
        return without(_with_archive(before, entry, newline), issue)
    lines = before[part.start : part.end].split(newline)
    at, stop = _place_of(lines, issue)
    after = newline.join([*lines[:at], entry, *lines[stop:]])
    return without(before[: part.start] + after + before[part.end :], issue)


def without(text: str, issue: int) -> str:
    """The file without the section of an issue, and without the blank line that set it off from ours."""
    own = next((one for one in sections(text) if one.issue == issue), None)
    return _cut(text, own) if own else text


def without_entry(text: str, issue: int) -> str:
    """The file without an issue's line in the list of finished plans; a list that ends up empty goes."""
    part = archive(text)
    if part is None or issue not in (listed := entries(text)):
        return text
    if len(listed) == 1 and text[part.start : part.end] == _ARCHIVE.format(entry=listed[issue]).replace(
        "\n", _newline(text)
    ):
        return _cut(text, part)
    newline = _newline(text)
    lines = text[part.start : part.end].split(newline)
    at, stop = _place_of(lines, issue)
    return text[: part.start] + newline.join([*lines[:at], *lines[stop:]]) + text[part.end :]


def _check_size(text: str) -> None:
    """What is ours may take MAX_BYTES; people's words are not counted."""
    parts = [*sections(text), *filter(None, [archive(text)])]
    sizes = {one.issue: len(text[one.start : one.end].encode("utf-8", "replace")) for one in parts}
    ours = sum(sizes.values())
    if ours > MAX_BYTES:
        largest = sorted(sizes, key=lambda issue: (-sizes[issue], issue))[:_SHOWN]
        named = ", ".join(f"{f'#{one}' if one else 'the finished ones'} ({sizes[one]:,})" for one in largest)
        raise UserError(
            "plan-file-full",
            f"The plan sections of {PLAN_FILE} would take {ours:,} bytes (limit {MAX_BYTES:,}). "
            f"The largest are those of {named}.",
            "Set the milestones of finished plans to `done` in their contracts, which folds each to one "
            f"line, or remove sections from {PLAN_FILE}, marks included, and ask again. Nothing was changed.",
        )


def _newline(text: str) -> str:
    return "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"


def _inserted(text: str, issue: int, ours: str, newline: str) -> str:
    placed = [*sections(text), *filter(None, [archive(text)])]
    lower = [one for one in placed if FINISHED < one.issue < issue]
    if lower:
        end = lower[-1].end
        return f"{text[:end]}{newline * 2}{ours}{text[end:] or newline}"
    if placed:
        start = min(one.start for one in placed)
        return f"{text[:start]}{ours}{newline * 2}{text[start:]}"
    return f"{text}{_gap(text, newline)}{ours}{newline}"


def _with_archive(text: str, entry: str, newline: str) -> str:
    made = _ARCHIVE.format(entry=entry).replace("\n", newline)
    placed = sections(text)
    if not placed:
        return f"{text}{_gap(text, newline)}{made}{newline}"
    end = placed[-1].end
    return f"{text[:end]}{newline * 2}{made}{text[end:]}"


def _place_of(lines: list[str], issue: int) -> tuple[int, int]:
    """Where an issue's line stands in the list, or where it belongs: the same place twice."""
    numbers = {at: int(found[1]) for at, line in enumerate(lines) if (found := _ENTRY.match(line))}
    for at, number in numbers.items():
        if number == issue:
            return at, at + 1
    after = [at for at, number in numbers.items() if number < issue]
    at = max(after) + 1 if after else min(numbers, default=len(lines) - 1)
    return at, at


def _cut(text: str, part: Section) -> str:
    """Without a part of ours. The blank line between it and another part of ours is ours as well."""
    gap = _newline(text) * 2
    others = [one for one in (*sections(text), archive(text)) if one and one != part]
    if any(text[part.end : one.start] == gap for one in others if one.start > part.end):
        return text[: part.start] + text[part.end + len(gap) :]
    if any(text[one.end : part.start] == gap for one in others if one.end < part.start):
        return text[: part.start - len(gap)] + text[part.end :]
    return text[: part.start] + text[part.end :]


def _gap(text: str, newline: str) -> str:
    """What stands between people's text and our first section: one blank line."""
    if text in ("", "\ufeff"):
        return ""
    if text.endswith(("\n\n", "\n\r\n")):
        return ""
    return newline if text.endswith("\n") else newline * 2
