"""What the inputs themselves leave open, and what they forbid: quoted with the place, nothing concluded.

Only documents of the issue's own feature folder and the constitution are quoted, and no line that would act
on people or machines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from bot.author.inputs.excerpt import Excerpt, Inputs
from bot.author.inputs.rules import NAME as RULES
from bot.author.inputs.specification import IN_FOLDER
from bot.author.inputs.upstream import WHY
from bot.author.issue_text import is_open, passages
from bot.author.purge import Purge
from bot.author.untrusted import WITHHELD, one_line
from bot.plan.located_json import LocatedJson, read_json
from bot.recon.tree import name_of

MOST_QUESTIONS, MOST_LIMITS = 3, 6
LONGEST = 300
MARKER = re.compile(r"\[NEEDS CLARIFICATION([^\]\n]{1,600})\]", re.IGNORECASE)
TICKED = re.compile(r"\s{0,40}[-*+] \[[xX]\] ")
LIMITS = re.compile(r"\b(constraints?|non-negotiables?|must not)\b", re.IGNORECASE)
BINDS = re.compile(r"\b(must|shall|never|non-negotiable)\b", re.IGNORECASE)
CONSTITUTION = "constitution.md"
OF_FEATURE = frozenset({*WHY.values(), IN_FOLDER})


@dataclass(frozen=True, slots=True)
class Quoted:
    """One line of a document. `line` counts from 1 and is 0 in data; `source` is the input it is part of."""

    text: str
    path: str
    line: int
    source: str

    @property
    def place(self) -> str:
        """Such as "specs/7-export/spec.md, line 12"."""
        return f"{self.path}, line {self.line}" if self.line else self.path


def open_questions(inputs: Inputs) -> tuple[Quoted, ...]:
    """What the documents of earlier steps mark as open, in their words, at most three."""
    found = (one for source, each in _of_feature(inputs) for one in _open_in(source, each))
    return tuple(_harmless(found))[:MOST_QUESTIONS]


def limits(inputs: Inputs) -> tuple[Quoted, ...]:
    """What the feature's documents list as constraints and the constitution as binding, at most six."""
    own = (one for source, each in _of_feature(inputs) for one in _limits_in(source, each))
    return tuple(_harmless(chain(own, _binding(inputs))))[:MOST_LIMITS]


def _of_feature(inputs: Inputs) -> Iterator[tuple[str, Excerpt]]:
    """Excerpts of documents in the feature folder with the input they are part of; not those that are only
    named.
    """
    for each in inputs.items:
        yield from ((each.name, one) for one in each.excerpts if one.why in OF_FEATURE)


def _open_in(source: str, each: Excerpt) -> Iterator[Quoted]:
    if each.path.endswith(".json"):
        yield from (Quoted(text, each.path, 0, source) for text in _open_in_json(each.text))
        return
    lines = each.text.split("\n")
    for at, line in enumerate(lines, 1):
        yield from (Quoted(found[1].lstrip(": "), each.path, at, source) for found in MARKER.finditer(line))
    for passage in passages(each.text):
        settled = TICKED.match(lines[passage.line - 1]) or MARKER.search(passage.text)
        if passage.kind == "item" and is_open(passage.heading) and not settled:
            yield Quoted(passage.text, each.path, passage.line, source)


def _open_in_json(text: str) -> Iterator[str]:
    """The texts under `open_questions`, which may be strings or objects with a `question`."""
    read = read_json(text)
    value: Any = read.value if isinstance(read, LocatedJson) else {}
    listed = value.get("open_questions") if isinstance(value, dict) else None
    for one in listed if isinstance(listed, list) else []:
        said = one.get("question") if isinstance(one, dict) else one
        if isinstance(said, str):
            yield said


def _limits_in(source: str, each: Excerpt) -> Iterator[Quoted]:
    for passage in passages(each.text) if each.path.endswith(".md") else ():
        if passage.kind == "item" and LIMITS.search(passage.heading):
            yield Quoted(passage.text, each.path, passage.line, source)


def _binding(inputs: Inputs) -> Iterator[Quoted]:
    """What the constitution says must or must never be."""
    for each in inputs.named(RULES).excerpts:
        for passage in passages(each.text) if name_of(each.path) == CONSTITUTION else ():
            if BINDS.search(passage.text) and len(passage.text) <= LONGEST:
                yield Quoted(passage.text, each.path, passage.line, RULES)


def _harmless(found: Iterable[Quoted]) -> Iterator[Quoted]:
    """Quotes on one line, each once, without those that a purge would change or that hold a secret."""
    seen: set[str] = set()
    for each in found:
        said = one_line(each.text, LONGEST)
        if said and said != WITHHELD and said not in seen and Purge().text(said) == said:
            seen.add(said)
            yield replace(each, text=said)
