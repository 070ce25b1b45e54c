"""Splits the sentences of a scenario or an EARS criterion into given, when and then, with their places."""

# ruff: noqa: RUF001  (plans in Chinese and Japanese use wide punctuation)

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

Placed = tuple[str, int, int]

_GIVEN = (
    r"given|dado(?: que)?|dada|étant donné(?: que)?|angenommen|gegeben(?: sei)?|前提(?:条件)?|假设|假定"
    r"|给定|當前提|주어진 상황|조건|verilen"
)
_WHEN = r"when|quando|cuando|quand|wenn|もし|いつ|実行|操作|当|當|언제|만약|eğer"
_THEN = (
    r"then|então|entao|entonces|alors|dann|ならば|その結果|期待(?:される)?結果|結果|那么|那麼|则|則|그러면|그때"
    r"|o zaman"
)
_AND = r"and|but|e|mas|y|pero|et|mais|und|aber|かつ|また|并且|而且|並且|그리고|ve"
_MARK = re.compile(
    rf"(?P<bold>\*\*|__)?(?:(?P<given>{_GIVEN})|(?P<when>{_WHEN})|(?P<then>{_THEN})|(?P<and>{_AND}))"
    r"(?(bold)[:：]?(?:\*\*|__)[:：]?|(?=[\s,:：、，]|$)[:：]?)",
    re.IGNORECASE,
)
_START = re.compile(r"(?:^|(?<=[,，、.。;；→])\s{0,3}|(?<=\n)\s{0,8})")
_EARS = re.compile(r"(?P<kind>when|while|where|if|whenever|during|after|before|upon|once)\b", re.IGNORECASE)
_THEN_WORD = re.compile(r"\bthen\b", re.IGNORECASE)
_WORD = re.compile(r"\S+")
_MODAL = re.compile(r"\b(?:shall|must|will|should)\b", re.IGNORECASE)


@dataclass
class Blocks:
    """The three blocks of one criterion."""

    given: list[Placed] = field(default_factory=list)
    when: list[Placed] = field(default_factory=list)
    then: list[Placed] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not (self.given or self.when or self.then)


def given_when_then(texts: Iterable[Placed]) -> Blocks:
    """The blocks of sentences that begin with Given, When, Then or And, in any of the languages known here.

    Each text has the place of its first character; several clauses may stand in one text.
    """
    blocks = Blocks()
    current: list[Placed] | None = None
    last: tuple[str, int, int, int] | None = None
    for text, line, col in texts:
        for name, clause, at in _clauses(text):
            if name != "and" and name:
                current = {"given": blocks.given, "when": blocks.when, "then": blocks.then}[name]
            if current is not None and clause:
                current.append((clause, *_place(text, at, line, col)))
                last = (text, at, line, col) if current is blocks.when else last
    if last and not blocks.then:
        _halve(blocks, *last)
    return blocks


def _halve(blocks: Blocks, text: str, at: int, line: int, col: int) -> None:
    """Take what follows out of the last `when`, which stands at `at` of `text` and says both in one sentence:
    "When x, the system SHALL y"."""
    clause, *place = blocks.when[-1]
    modal = _MODAL.search(clause)
    cut = clause.rfind(", ", 0, modal.start()) if modal else -1
    if cut <= 0:
        return
    before = [*_WORD.finditer(text, at)][len(clause[:cut].split())]
    blocks.when[-1] = (clause[:cut], place[0], place[1])
    blocks.then.append((clause[cut + 2 :], *_place(text, before.start(), line, col)))


def _clauses(text: str) -> list[tuple[str, str, int]]:
    marks = []
    for start in _START.finditer(text):
        if found := _MARK.match(text, start.end()):
            marks.append(found)
    bold = [found for found in _MARK.finditer(text) if found["bold"]]
    if len(bold) >= 2:
        marks = bold
    if not marks:
        return [("", " ".join(text.split()), 0)]
    ends = [found.start() for found in marks[1:]] + [len(text)]
    return [_clause(text, found, end) for found, end in zip(marks, ends, strict=True)]


def _clause(text: str, found: re.Match[str], end: int) -> tuple[str, str, int]:
    start = found.end()
    while start < end and text[start] in " \n\t,:：、，":
        start += 1
    clause = " ".join(text[start:end].split()).strip(" ,，、;；")
    name = next(name for name in ("given", "when", "then", "and") if found[name])
    return name, clause, start


def ears(text: str, line: int, col: int) -> Blocks:
    """The blocks of an EARS sentence: "When x, the system shall y". What does not split is a `then`."""
    blocks = Blocks()
    lead = _EARS.match(text, len(text) - len(text.lstrip("*_ ")))
    cut = _consequence(text) if lead else 0
    if lead is None or not cut:
        blocks.then.append((" ".join(text.split()), line, col))
        return blocks
    target = blocks.given if lead["kind"].lower() in ("while", "where", "during") else blocks.when
    target.append((" ".join(text[:cut].split()).rstrip(" ,"), line, col))
    blocks.then.append((" ".join(text[cut:].split()), *_place(text, cut, line, col)))
    return blocks


def _consequence(text: str) -> int:
    """Where the second half begins: at "then", or with the subject of "shall"; 0 when it has none."""
    if then := _THEN_WORD.search(text):
        return then.start()
    modal = _MODAL.search(text)
    if modal is None:
        return 0
    before = text[: modal.start()]
    comma = max(before.rfind(", "), before.rfind(",\n"))
    return comma + 2 if comma > 0 else max(before.lower().rfind(" the ") + 1, 0)


def _place(text: str, at: int, line: int, col: int) -> tuple[int, int]:
    """Where character `at` of a text stands that starts at this place; later lines count from column 1."""
    before = text[:at]
    breaks = before.count("\n")
    return (line, col + at) if not breaks else (line + breaks, 1)
