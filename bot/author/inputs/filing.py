"""What a plan is filed under: the tracker's id that the branch names, else the one of the issue's title, else
the issue.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.author.brief import Brief
from bot.plan.formats.functional import task_id

MAIN = frozenset({"", "main", "master", "develop", "trunk", "HEAD"})
IN_TITLE = re.compile(r"\s{0,9}[\[(]?([A-Z][A-Z0-9]{1,30}-[0-9]{1,10})(?![\w-])")
NO_TRACKER = frozenset({"UTF", "ISO", "RFC", "SHA", "CVE", "HTTP", "PEP", "ES", "MD", "AES", "GH"})


@dataclass(frozen=True, slots=True)
class Filing:
    """The id and branch of a plan ("" when no branch of this work is known), and where the id comes from."""

    task: str
    branch: str
    said: str


def filing(brief: Brief) -> Filing:
    """Task and branch. A main branch is no branch of this work."""
    number = f"#{brief.number}"
    branch = "" if brief.branch.rpartition("/")[2] in MAIN else brief.branch
    task = task_id(branch, brief.number)
    if task != number:
        return Filing(task, branch, f"{task}, from the branch {branch}")
    titled = IN_TITLE.match(brief.title)
    if titled and titled[1].partition("-")[0] not in NO_TRACKER:
        return Filing(titled[1], branch, f"{titled[1]}, from the title of the issue")
    where = f"the branch {branch} names no other" if branch else "no branch of this work is known"
    return Filing(number, branch, f"issue {brief.number}; {where}")
