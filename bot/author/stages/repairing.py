"""Mending a draft: only the parts that were found wrong are shown, and only patches of them are taken.

Whether a mended draft is the better one is not judged here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from bot.author.model import ModelRequest, Purpose
from bot.author.patches import Patched, Patches, elsewhere, index, patched, patches_in, places, tokens
from bot.author.stages.shared import Question, Shared
from bot.plan.findings import Finding
from bot.plan.graph import natural
from bot.plan.schema import strict_schema
from bot.render import render

MOST_LINES = 120
LONGEST_PART = 8_000
MOST_PARTS = 24


@cache
def _question(purpose: Purpose) -> Question:
    return Question(purpose, "patches", strict_schema(Patches), 4_000)


def asking(
    shared: Shared, draft: Mapping[str, Any], findings: Sequence[Finding], purpose: Purpose = "repair"
) -> ModelRequest:
    """The question for patches of `draft` at the places of `findings`."""
    tail = render(
        "prompts/patch.md",
        parts="\n\n".join(shared.shown(f"part {place}", text) for place, text in _parts(draft, findings)),
        findings=shared.shown("findings", told(findings)),
        also=", ".join(elsewhere(findings)),
        allowed=_allowed(draft),
        reviewed=purpose == "revise",
    )
    return shared.request(_question(purpose), tail)


def mended(text: str, draft: Mapping[str, Any], findings: Sequence[Finding]) -> Patched | None:
    """The draft with the answer's patches; None when the answer is none, or changes nothing."""
    patches = patches_in(text)
    out = patched(draft, patches, findings) if patches else None
    return out if out and out.applied else None


def _parts(draft: Mapping[str, Any], findings: Iterable[Finding]) -> list[tuple[str, str]]:
    """What is flagged, each item of a list as a whole, with its pointer."""
    wanted: dict[str, None] = {}
    for place in sorted(places(findings)):
        wanted.update(dict.fromkeys(_items(draft, place)))
    shown = sorted(wanted, key=natural)[:MOST_PARTS]
    return [(each or "/", json.dumps(_at(draft, each), ensure_ascii=False)[:LONGEST_PART]) for each in shown]


def _items(draft: Mapping[str, Any], place: tuple[str, ...]) -> list[str]:
    """The pointers of the items that hold a place; `*` stands for the list as a whole, which need not be
    shown again."""
    if not place:
        return [f"/{name}" for name in draft]
    if "*" in place or place[-1] == "-":
        return []
    at = next((number for number, part in enumerate(place) if part.isdigit()), len(place) - 1)
    return ["".join(f"/{part}" for part in place[: at + 1])]


def _at(draft: Any, pointer: str) -> Any:
    for part in tokens(pointer):
        if isinstance(draft, list):
            at = index(part, len(draft))
            draft = None if at is None else draft[at]
        else:
            draft = draft.get(part) if isinstance(draft, dict) else None
    return draft


def _allowed(draft: Mapping[str, Any]) -> str:
    """The ids there are, so that none has to be invented."""
    named = {
        "tasks": draft.get("tasks"),
        "decisions": draft.get("decisions"),
        "questions": draft.get("questions"),
        "assumptions": draft.get("assumptions"),
        "demands": draft.get("obligations"),
    }
    lines = [f"{name}: {', '.join(_ids(listed))}" for name, listed in named.items() if _ids(listed)]
    return "\n".join(lines)


def _ids(listed: Any) -> list[str]:
    items = listed if isinstance(listed, list) else []
    ids = (str(each.get("id")) for each in items if isinstance(each, dict) and each.get("id"))
    return [each for each in ids if each.replace("-", "").isalnum() and len(each) <= 12]


def told(findings: Iterable[Finding]) -> str:
    """Findings by place, places with errors first, each with what would be right where that is known."""
    at: dict[str, list[Finding]] = {}
    for each in findings:
        at.setdefault(each.pointer, []).append(each)
    ordered = sorted(
        at, key=lambda place: (all(one.severity != "error" for one in at[place]), natural(place))
    )
    lines = [line for place in ordered for line in (f"{place or '(the whole)'}:", *map(_line, at[place]))]
    return "\n".join(lines[:MOST_LINES])


def _line(finding: Finding) -> str:
    hint = f" Suggestion: {finding.suggestion[:300]}" if finding.suggestion else ""
    return f"  {finding.severity} {finding.rule}: {finding.message[:400]}{hint}"
