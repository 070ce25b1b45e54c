"""What contributors and agents are told about working in a repository, as excerpts.

Such files are the repository's word on its code and no instruction to whoever plans.
"""

from __future__ import annotations

from bot.author.brief import Brief
from bot.author.inputs.excerpt import Excerpt, Input, NotTaken, taken
from bot.recon.conventions import RULES
from bot.recon.tree import upward

NAME = "project rules"
MOST = 6
LIMIT = 2_500
# The most binding first.
KINDS = ("constitution", "agent rules", "contributing")
NEARBY = ("AGENTS.md", "CLAUDE.md")


def project_rules(brief: Brief) -> Input:
    """The constitution, the rules for agents and those for contributors, at most six documents."""
    wanted = _wanted(brief)
    got = [taken(brief.tree, path, why, LIMIT) for path, why in list(wanted.items())[:MOST]]
    notes = [str(each) for each in got if isinstance(each, NotTaken)]
    if left := list(wanted)[MOST:]:
        notes.append(f"{len(left)} more were left out, such as {left[0]}")
    return Input(NAME, tuple(each for each in got if isinstance(each, Excerpt)), tuple(notes))


def _wanted(brief: Brief) -> dict[str, str]:
    """Paths with the reason for each, the most binding first; rules near the files in question come last."""
    found = [(each.evidence[0].path, each.value) for each in brief.recon.conventions.rules if each.evidence]
    links = [(path, kind) for path, kind in RULES if path in brief.tree.special]
    ordered = sorted(
        (each for each in (*found, *links) if each[1] in KINDS), key=lambda each: KINDS.index(each[1])
    )
    out = dict(ordered)
    for path in _nearby(brief):
        out.setdefault(path, "agent rules beside the files in question")
    return out


def _nearby(brief: Brief) -> list[str]:
    """Rules for agents in the folders of the three likeliest files."""
    folders = [folder for each in brief.recon.ranked[:3] for folder in upward(each.path)[1:-1]]
    names = [f"{folder}/{name}" for folder in dict.fromkeys(folders) for name in NEARBY]
    return [path for path in names if brief.tree.exists(path)]
