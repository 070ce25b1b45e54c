"""IMPLEMENTATION_PLAN.md as a merge left it, with conflicts in what is ours, put together again.

Which version of a section holds is read off the contracts, never guessed; where people's own words differ,
or no contract decides, it stops with a UserError that names the line.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from bot.effects import PLAN_FILE
from bot.errors import UserError
from bot.plan.formats.plan_file import (
    archive,
    broken,
    entries,
    is_untouched,
    section_of,
    sections,
    with_finished,
    with_section,
    without,
)
from bot.plan.formats.plan_marks import Damage, fields_of, lines_of, marked
from bot.plan.ticks import ticked, with_ticks

_WELL_FORMED = re.compile(r"(?:<\|?=>){1,1000}")


def settled(text: str, contracts: Mapping[int, str], moot: Collection[int] = ()) -> str:
    """The file without merge conflicts; one that has none comes back as it is.

    `contracts` has the digest of each contract at hand by issue. Sections of `moot` are written again anyway,
    so that any version of theirs will do. UserError "plan-file-broken" for what only a person can settle.
    """
    conflicts = marked(text).conflicts
    if not conflicts:
        return text
    first = min(conflicts)
    if not _WELL_FORMED.fullmatch("".join(conflicts[line] for line in sorted(conflicts))):
        raise broken(Damage(first, 1, "a merge conflict is left here"))
    mine, theirs = _sides(text, conflicts)
    if marked(mine).damages or marked(theirs).damages:
        raise _in_parts(first)
    if _peoples(mine) != _peoples(theirs):
        raise broken(Damage(first, 1, "a merge conflict is left here, and it is in words of people"))
    listed = {**entries(theirs), **entries(mine)}
    issues = {one.issue for side in (mine, theirs) for one in sections(side)} - set(moot)
    for issue in sorted(issues):
        versions = [section_of(mine, issue), section_of(theirs, issue)]
        if versions[0] != versions[1]:
            chosen = _chosen(
                [one for one in versions if one], contracts.get(issue, ""), issue in listed, first
            )
            done = frozenset().union(*map(ticked, filter(None, versions)))
            chosen = with_ticks(chosen, done)
            mine = with_section(mine, issue, chosen) if chosen else without(mine, issue)
    for issue in listed:
        if section_of(mine, issue) is None:
            mine = with_finished(mine, issue, listed[issue])
    return mine


def _chosen(versions: Sequence[str], contract: str, is_listed: bool, line: int) -> str:
    """The version of a section that holds, "" when its plan is finished: the one of the contract at hand.
    Only one that is as it was written counts: where merging took lines of one section for those of another,
    the two are mixed, even where no conflict shows it."""
    whole = [one.replace("\r\n", "\n") for one in versions if is_untouched(one)]
    held = [one for one in whole if contract and fields_of(one).get("contract") == contract[:16]]
    if held or is_listed:
        return held[0] if held else ""
    if len(whole) == len(versions) == 1:
        return whole[0]
    raise _in_parts(line)


def _in_parts(line: int) -> UserError:
    return UserError(
        "plan-file-broken",
        f"{PLAN_FILE}, line {line}: a merge conflict is left here, and no side has whole sections as their "
        "contracts have them.",
        f"Take the whole file from either side (`git checkout --theirs {PLAN_FILE}`), then render each plan "
        "of the other: `groundplan render .agent/planning-output-<issue>.json`.",
    )


def _sides(text: str, conflicts: Mapping[int, str]) -> tuple[str, str]:
    """The file as each of the two merged ones had it."""
    sides = {"<": "", "=": ""}
    now = ""
    starts = [*(line.start for line in lines_of(text)), len(text)]
    for number, (start, end) in enumerate(pairwise(starts), start=1):
        if number in conflicts:
            now = "" if conflicts[number] == ">" else conflicts[number]
            continue
        for side in sides:
            sides[side] += text[start:end] if now in ("", side) else ""
    return sides["<"], sides["="]


def _peoples(text: str) -> list[str]:
    """The lines that are not ours; blank ones come and go with our sections."""
    parts = [*sections(text), *filter(None, [archive(text)])]
    for one in sorted(parts, key=lambda part: -part.start):
        text = f"{text[: one.start]}\n{text[one.end :]}"
    return [line.text for line in lines_of(text.removeprefix("\ufeff")) if line.text.strip()]
