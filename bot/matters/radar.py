"""Plans of one repository that are open at once and change the same files: each names the other. Pure."""

from __future__ import annotations

import hashlib

from bot.conversation import Sibling
from bot.effects import Changeset, EnsureComment
from bot.marks import Mark, write_mark
from bot.matters.standing import place
from bot.plan.safe_text import code
from bot.render import render
from bot.situation import Situation
from bot.steps import Policy, Step

RADAR = "radar"
MOST_SHOWN = 12


def next_warning(now: Situation, policy: Policy) -> Step | None:
    """The comment about plans that meet this one, or None when it says that already. Without any there is
    none, unless there was one before."""
    talk = now.talk
    if talk is None:
        return None
    met = overlaps(now)
    about = hashlib.sha256(repr(met).encode()).hexdigest()[:16] if met else ""
    said = next((one for one in now.comments if one.mark.kind == RADAR and one.number == talk.number), None)
    if said.mark.get("met") == about if said else not about:
        return None
    rows = [(sibling.number, sibling.issue, [code(path) for path in paths]) for sibling, paths in met]
    text = render("comments/radar.md", rows=rows, most=MOST_SHOWN)
    mark = write_mark(policy.secret, place(now), Mark(RADAR, {"met": about}))
    comment = EnsureComment(talk.number, RADAR, f"{text.rstrip()}\n\n{mark}")
    return Changeset("name the plans that change the same files", (comment,))


def overlaps(now: Situation) -> list[tuple[Sibling, tuple[str, ...]]]:
    """The other open plans that change files of this one, and which."""
    own = set(now.talk.paths) if now.talk else set()
    met = ((sibling, tuple(path for path in sibling.paths if path in own)) for sibling in now.siblings)
    return sorted(((sibling, paths) for sibling, paths in met if paths), key=lambda one: one[0].number)
