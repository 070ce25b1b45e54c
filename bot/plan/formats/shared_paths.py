"""Whose document lies at a path: two issues with one slug must not take each other's file. Reads the plan
file only, and never refuses one whose marks are damaged: others do.
"""

from __future__ import annotations

import re

from bot.plan.formats.plan_marks import marked

_ENTRY = re.compile(r"- \[#([1-9][0-9]{0,9})\]\(")


def shown_by(plan_file: str, path: str, but: int) -> int:
    """The issue other than `but` whose section, or whose line in the list of finished plans, links to `path`;
    0 when there is none."""
    found, link = marked(plan_file), f"]({path})"
    for one in found.sections:
        if one.issue != but and link in plan_file[one.start : one.end]:
            return one.issue
    part = found.archive
    for line in plan_file[part.start : part.end].splitlines() if part else ():
        of = _ENTRY.match(line)
        if of and int(of[1]) != but and link in line:
            return int(of[1])
    return 0
