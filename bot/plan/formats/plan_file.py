"""IMPLEMENTATION_PLAN.md: one section of ours for each issue between marks; everything else is people's,
byte for byte.

Never guesses: marks that do not pair, or a merge conflict left in the file, stop with a UserError that
names the line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.effects import PLAN_FILE
from bot.errors import UserError

MAX_BYTES = 60_000
HEAD = (
    "# Implementation plan\n\n"
    "One section for each planned issue. Groundplan keeps the parts between its marks; the rest is yours.\n"
)

_ANY_MARK = re.compile(r"<!--\s*groundplan:plan\b")
_MARK = re.compile(r"<!-- groundplan:plan ([1-9][0-9]{0,9}) (begin|end)(?: [^\r\n<>]*)? -->[ \t]*\r?")
_CONFLICT = re.compile(r"(?:<{7}|>{7}) ")


@dataclass(frozen=True, slots=True)
class Section:
    """A section of ours: which issue, and the characters from its begin mark to the end of its end mark."""

    issue: int
    start: int
    end: int


def sections(text: str) -> tuple[Section, ...]:
    """The sections in file order. UserError "plan-file-broken" when the marks cannot be trusted."""
    found: list[Section] = []
    open_issue, start, open_line, offset = 0, 0, 0, 0
    for number, line in enumerate(text.split("\n"), start=1):
        if _CONFLICT.match(line):
            raise _broken(number, "a merge conflict is left here")
        if _ANY_MARK.search(line):
            mark = _MARK.fullmatch(line.lstrip("\ufeff"))
            if mark is None:
                raise _broken(number, "this mark of a plan section is damaged")
            issue = int(mark[1])
            if mark[2] == "begin":
                if open_issue:
                    raise _broken(number, f"a section begins inside the one of line {open_line}")
                if any(one.issue == issue for one in found):
                    raise _broken(number, f"the section of issue {issue} is there twice")
                open_issue, start, open_line = (
                    issue,
                    offset + len(line) - len(line.lstrip("\ufeff")),
                    number,
                )
            elif issue != open_issue:
                raise _broken(number, f"a section of issue {issue} ends here, but it did not begin")
            else:
                found.append(Section(issue, start, offset + len(line.rstrip("\r"))))
                open_issue = 0
        offset += len(line) + 1
    if open_issue:
        raise _broken(open_line, f"the section of issue {open_issue} begins here and does not end")
    return tuple(found)


def _broken(line: int, what: str) -> UserError:
    return UserError(
        "plan-file-broken",
        f"{PLAN_FILE}, line {line}: {what}.",
        f"Repair {PLAN_FILE} at that line (or take it from an earlier commit) and ask again.",
    )


def begin_mark(issue: int, digest: str) -> str:
    """The line above a section; `digest` is that of the contract it was rendered from."""
    return f"<!-- groundplan:plan {issue} begin contract={digest[:16]} -->"


def end_mark(issue: int) -> str:
    """The line below a section."""
    return f"<!-- groundplan:plan {issue} end -->"


def section_of(text: str, issue: int) -> str | None:
    """The section of an issue, marks included, or None."""
    return next((text[one.start : one.end] for one in sections(text) if one.issue == issue), None)


def with_section(text: str | None, issue: int, section: str) -> str:
    """The file with the section of `issue` put in or replaced; `text` is None when there is no file yet.

    `section` includes its marks and has no final newline. A new one goes to its place by issue number.
    """
    before = HEAD if text is None else text
    newline = "\r\n" if before.count("\r\n") * 2 > before.count("\n") else "\n"
    ours = section.replace("\n", newline)
    placed = sections(before)
    own = next((one for one in placed if one.issue == issue), None)
    if own:
        after = before[: own.start] + ours + before[own.end :]
    else:
        after = _inserted(before, placed, issue, ours, newline)
    _check_size(after)
    return after


def _inserted(text: str, placed: tuple[Section, ...], issue: int, ours: str, newline: str) -> str:
    lower = [one for one in placed if one.issue < issue]
    if lower:
        end = lower[-1].end
        return f"{text[:end]}{newline * 2}{ours}{text[end:] or newline}"
    if placed:
        start = placed[0].start
        return f"{text[:start]}{ours}{newline * 2}{text[start:]}"
    return f"{text}{_gap(text, newline)}{ours}{newline}"


def _gap(text: str, newline: str) -> str:
    """What stands between people's text and our first section: one blank line."""
    if not text.strip("\ufeff"):
        return ""
    if text.endswith(("\n\n", "\n\r\n")):
        return ""
    return newline if text.endswith("\n") else newline * 2


def _check_size(text: str) -> None:
    ours = sum(len(text[one.start : one.end].encode("utf-8", "replace")) for one in sections(text))
    if ours > MAX_BYTES:
        raise UserError(
            "plan-file-full",
            f"The plan sections of {PLAN_FILE} would take {ours:,} bytes (limit {MAX_BYTES:,}).",
            f"Remove the sections of finished issues from {PLAN_FILE}, marks included, and ask again.",
        )
