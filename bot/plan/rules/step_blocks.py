"""The steps and phases of a document: their numbers and the labelled fields of each. No rule lives here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from bot.plan.markdown import Block, Document, Section, plain

_STEP = re.compile(r"(?:Step|Phase)\s+(\d{1,4}|[A-Z])\b[\s.:\u2013—-]{0,4}(.{0,300})", re.IGNORECASE)
_NUMBERED = re.compile(r"(\d{1,3})[.)]\s+(.{0,300})")
_HEAD = re.compile(
    r"(?:\[[ xX]?\]\s{0,4})?(?:\*\*|__)?\s{0,4}Step\s{1,4}(?:\d{1,4}|[A-Z])(?=[\s.:\u2013—*_-])"
)
_MARKS = ("[]", "**", "__")
_BOLD = re.compile(r"(?:\*\*|__)([A-Za-z][\w '/&()-]{0,60}?):?(?:\*\*|__)\s{0,4}:?[ \t]*(.{0,2000})")
_PLAIN = re.compile(
    r"(Tasks?|Files|Changes|Notes|Purpose|Goal|Estimated time|Step Dependencies|User Instructions|Rollback)"
    r":[ \t]*(.{0,2000})"
)
# Editors and models put these where a space or a hyphen is meant; people see no difference.
_TYPESET = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u202f", " ") | {"\u2011": "-"})
_Starts = Callable[[Block], bool]


@dataclass(frozen=True)
class StepBlock:
    """A step (or phase) of a document.

    `number` is what it is called by ("3", or "N" in a template). `fields` has the text under each of its
    labels, by label in lower case; "" when nothing stands there.
    """

    number: str
    title: str
    block: Block
    fields: Mapping[str, str] = field(default_factory=dict)

    def has(self, *labels: str) -> bool:
        return any(self.fields.get(label.lower(), "") for label in labels)


def typed(text: str) -> str:
    """`text` with plain spaces and hyphens for those of typesetters."""
    return text.translate(_TYPESET)


def is_step(block: Block) -> bool:
    """Whether an item is the head of a step: "**Step 3 ..." or "[ ] Step 3 ..."."""
    marked = block.kind == "item" and bool(block.box or block.text.startswith(_MARKS))
    return marked and not block.quoted and bool(_HEAD.match(typed(block.text)))


@lru_cache(maxsize=32)
def item_steps(page: Document) -> tuple[StepBlock, ...]:
    """The steps that are items of lists, with what stands in the items below each."""
    return _grouped(page.blocks, is_step)


def section_steps(section: Section | None) -> tuple[StepBlock, ...]:
    """The steps or phases of a section: its headings that say so, else its steps, else its numbered items."""
    blocks = section.blocks if section else ()
    for starts in (_is_heading, is_step, _is_numbered):
        if found := _grouped(blocks, starts):
            return found
    return ()


def _is_heading(block: Block) -> bool:
    words = plain(block.text)
    return block.kind == "heading" and bool(_STEP.match(words) or _NUMBERED.match(words))


def _is_numbered(block: Block) -> bool:
    return block.kind == "item" and block.level == 1 and block.number is not None


def _grouped(blocks: Sequence[Block], starts: _Starts) -> tuple[StepBlock, ...]:
    return tuple(
        StepBlock(*_named(block), block, _fields(_below(blocks, at, starts)))
        for at, block in enumerate(blocks)
        if starts(block)
    )


def _named(block: Block) -> tuple[str, str]:
    words = plain(typed(block.text)).removeprefix("[] ")
    found = _STEP.match(words) or _NUMBERED.match(words)
    return (found[1], found[2].strip()) if found else (str(block.number or ""), words)


def _below(blocks: Sequence[Block], at: int, starts: _Starts) -> Iterator[Block]:
    """What belongs to the step whose head is `blocks[at]`."""
    head = blocks[at]
    for block in blocks[at + 1 :]:
        ends = block.kind == "heading" and (head.kind != "heading" or block.level <= head.level)
        if ends or starts(block):
            return
        yield block


# Wrapping may break a bold label, or move one into the middle of a line.
_BROKEN = re.compile(r"\*\*[A-Z][\w /&-]{0,30}\n[ \t]*[\w /&-]{1,30}:?\*\*")
_INSIDE = re.compile(r"(?<=\S)[ \t]{1,4}(?=\*\*[A-Z][\w /&-]{0,40}(?::\*\*|\*\*:))")


def _lines(block: Block) -> list[str]:
    text = _BROKEN.sub(lambda found: " ".join(found[0].split()), typed(block.text))
    return _INSIDE.sub("\n", text).split("\n")


def _fields(below: Iterator[Block]) -> dict[str, str]:
    """What stands after each label: on its line, or in what follows until the next label."""
    fields: dict[str, str] = {}
    label = ""
    for block in below:
        for line in _lines(block) if block.kind not in ("heading", "rule", "html") else ():
            found = _BOLD.match(line.strip()) or _PLAIN.match(line.strip())
            label = found[1].strip().lower() if found else label
            said = found[2] if found else line
            fields[label] = f"{fields.get(label, '')} {said}".strip()
    return fields
