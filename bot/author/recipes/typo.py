"""Recipe: put one misspelt word right everywhere; in a single file that needs no plan at all."""

from __future__ import annotations

import re

from bot.author.facts import Facts
from bot.author.recipes.lookup import Hit, first_lines, lines_with, told, whole_word
from bot.author.recipes.recipe import Recipe, fits
from bot.plan.model import FileChange
from bot.recon.kinds import kind_of

ABOUT = re.compile(r"\b(typos?|spelling|misspell\w*|misspelt)\b", re.IGNORECASE)
QUOTE = "[`\"'\u201c\u201d\u2018\u2019]"
WORD = r"[A-Za-z][\w-]{2,40}"
BETWEEN = r"(?:should be|should read|instead of|must be|->|\u2192|=>|to|is spelled|with)"
PAIRS = (
    re.compile(rf"{QUOTE}({WORD}){QUOTE}\s+{BETWEEN}\s+{QUOTE}({WORD}){QUOTE}", re.IGNORECASE),
    re.compile(rf"\b({WORD})\s+(?:->|\u2192|=>)\s+({WORD})\b"),
)
LONGER = "A plan would be longer than the change."
SHORT_BODY = 800
MOST_FILES = 18


def recipe(facts: Facts) -> Recipe | None:
    """Sure only if the issue gives one wrong and one right spelling, and the wrong one
    stands in hand-written files.
    """
    pair = _pair(facts)
    if not pair or not fits(facts):
        return None
    wrong, right = pair
    hits = _hits(facts, wrong)
    files = first_lines(hits)
    if not 1 < len(files) <= MOST_FILES:
        return None
    return Recipe(
        name="typo",
        kind="docs" if all(kind_of(path) == "doc" for path in files) else "fix",
        objective=f"Replace the misspelt `{wrong}` by `{right}` in the {len(files)} files where it stands.",
        files=tuple(
            FileChange(path=path, change="edit", summary=f"`{wrong}` on {told(lines)}")
            for path, lines in files.items()
        ),
        acceptance=(f"`git grep -w {wrong}` finds nothing outside the plan's own files",),
        seen=tuple(hit.evidence for hit in hits),
    )


def trivial_reason(facts: Facts) -> str:
    """Why a typo needs no plan: it stands in one file that can be told, and the
    issue asks for nothing more.
    """
    text = f"{facts.title}\n{facts.brief.body}"
    if not ABOUT.search(facts.title) or len(facts.brief.body) > SHORT_BODY or len(facts.demands) > 1:
        return ""
    pair = _pair(facts)
    files = first_lines(_hits(facts, pair[0])) if pair else {}
    if pair and len(files) == 1:
        path, lines = next(iter(files.items()))
        return f"It is one word in one file: `{pair[0]}` stands in `{path}`, {told(lines)}. {LONGER}"
    named = [
        path
        for path in facts.title_paths or facts.named or _documents(facts)
        if facts.brief.tree.exists(path)
    ]
    if not files and len(set(named)) == 1 and ABOUT.search(text):
        return f"It is a typo in one file, `{named[0]}`. {LONGER}"
    return ""


def _documents(facts: Facts) -> list[str]:
    return [
        each.paths[0] for each in facts.mentions if each.kind in {"path", "file"} and len(each.paths) == 1
    ]


def _pair(facts: Facts) -> tuple[str, str] | None:
    """The wrong and the right spelling, when the issue gives exactly one such pair."""
    text = f"{facts.title}\n{facts.brief.body[:4000]}"
    if not ABOUT.search(text):
        return None
    found = {_in_order(each) for pattern in PAIRS for each in pattern.finditer(text)}
    return found.pop() if len(found) == 1 else None


def _in_order(found: re.Match[str]) -> tuple[str, str]:
    return (found[2], found[1]) if "instead of" in found[0].lower() else (found[1], found[2])


def _hits(facts: Facts, wrong: str) -> list[Hit]:
    by_hand = {"source", "test", "doc", "config"}
    return [
        hit for hit in lines_with(facts.brief.tree, wrong, whole_word(wrong)) if kind_of(hit.path) in by_hand
    ]
