"""A mind that revises plans by rule, for the scripted model: it obeys simple wishes word for word and asks
about all others. What it says tells nothing about any model.

It understands, of the item that a wish stands at or names first: "call it WORDS", "split it", "drop it",
"merge it with T3", and that it may say no to whatever begins with "why".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.minds import patch
from sandbox.model_server import Asked

_WISH = re.compile(
    r'^(W\d+)(?:, which stands at ([^\n:]+))?:\n<data id="wish [^>]+>\n(.*?)\n</data:', re.M | re.S
)
_PART = re.compile(r'^<data id="part (/\S+)" [^>]+>\n(.*?)\n</data:', re.M | re.S)
_LINE = re.compile(r"^(/\S+): (\S+) ", re.M)
_NAME = re.compile(r"\b[A-Z]{1,3}-?\d+\b")
_CALL = re.compile(r"\bcall it ([^\n]+)", re.I)
_MERGE = re.compile(r"\bmerge it with (T\d+)", re.I)


@dataclass(frozen=True)
class _Wish:
    name: str
    item: str
    text: str


def wishes_in(asked: Asked) -> list[tuple[str, str, str]]:
    """The wishes of a question: their names, what they stand at, and their words."""
    return [(name, item, text) for name, item, text in _WISH.findall(asked.user)]


def parts_in(asked: Asked) -> dict[str, Any]:
    """The parts of the draft that a question shows, by their JSON Pointers."""
    return {pointer: json.loads(text) for pointer, text in _PART.findall(asked.user)}


def reviewing(asked: Asked) -> str:
    """The answer to a question for a revision."""
    places = {name: pointer for pointer, name in _LINE.findall(asked.user)}
    parts = parts_in(asked)
    replies, patches = list[dict[str, str]](), list[dict[str, str]]()
    for name, item, text in wishes_in(asked):
        named = _NAME.search(text)
        wish = _Wish(name, item or (named[0] if named else ""), text)
        disposition, said, made = _answer(wish, places, parts)
        replies.append({"wish": name, "disposition": disposition, "reply": said})
        patches += made
    return json.dumps({"replies": replies, "patches": patches})


def _answer(
    wish: _Wish, places: dict[str, str], parts: dict[str, Any]
) -> tuple[str, str, list[dict[str, str]]]:
    place = places.get(wish.item, "")
    if wish.text.lower().startswith("why"):
        return "declined", "The issue asks for it.", []
    if not place or place not in parts:
        return "question", "Which part of the plan is meant?", []
    if found := _CALL.search(wish.text):
        return "done", "It has that title now.", [patch(wish.name, f"{place}/title", found[1].strip(" .`"))]
    if "split it" in wish.text.lower():
        return "done", "It is two tasks now.", [*_split(wish.name, place, parts)]
    if "drop it" in wish.text.lower():
        return "done", "It is gone.", [patch(wish.name, place, None, "remove")]
    if (found := _MERGE.search(wish.text)) and (other := places.get(found[1])) in parts:
        return "done", "They are one now.", [*_merged(wish.name, place, other, parts)]
    return "question", "What exactly is to be different?", []


def _split(name: str, place: str, parts: dict[str, Any]) -> Iterator[dict[str, str]]:
    """The last file of a task becomes a task of its own that comes after it."""
    task = parts[place]
    *kept, moved = task["files"]
    yield patch(name, f"{place}/files", kept)
    second = {
        **task,
        "id": "T900",
        "title": f"Change `{moved['path']}` on its own",
        "objective": f"Change `{moved['path']}` for that, in a step of its own.",
        "files": [moved],
        "acceptance": [f"`{moved['path']}` differs and `{task['commands'][0]}` exits with 0"],
        "depends_on": [task["id"]],
        "covers": [],
        "evidence": [],
    }
    yield patch(name, f"{place.rpartition('/')[0]}/-", second, "add")


def _merged(name: str, place: str, other: str, parts: dict[str, Any]) -> Iterator[dict[str, str]]:
    """What the other task covers and changes goes into the first one; the other one goes."""
    first, second = parts[place], parts[other]
    paths = {one["path"] for one in first["files"]}
    for field in ("covers", "acceptance"):
        both = [*dict.fromkeys([*first[field], *second[field]])]
        yield patch(name, f"{place}/{field}", both)
    files = [*first["files"], *(one for one in second["files"] if one["path"] not in paths)]
    yield patch(name, f"{place}/files", files)
    yield patch(name, other, None, "remove")
