"""What people wrote into documents and no field of the plan took up: words that are gone when the documents
are written again. Compares texts only, so that it holds whatever a reader passes over.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import unescape

from bot.plan.findings import Location
from bot.plan.markdown import Block, Document
from bot.plan.readers.functional import LABELS as REQUIREMENT_LABELS
from bot.plan.readers.parts import CHANGES
from bot.plan.readers.work import EFFORTS, LABELS, RISKS, ROLLBACKS
from bot.plan.spelling import british

_WORD = re.compile(r"[^\W_]+|\u2611")
_ESCAPE = re.compile(r"\\(?=[^\w\s])")
_TICKED = re.compile(r"\[[xX]\]")
_CONFLICT = re.compile(r"(?:<{7}|>{7})(?: |$)")
_TICK = "\u2611"
# Words of the grammar may be said in other ways than they are written: "Depends on" or "Step Dependencies".
_GRAMMAR = frozenset(
    word
    for known in (LABELS, REQUIREMENT_LABELS, CHANGES, EFFORTS, RISKS, ROLLBACKS)
    for label in known
    for word in _WORD.findall(label)
) | {"step", "task", "none", "mandatory", "t", "files", "goal", "phase", "estimated", "time"}


@dataclass(frozen=True, slots=True)
class Unread:
    """Words that would be lost, or that would come back although they were taken out, and where."""

    words: str
    at: Location
    taken_out: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One document three times: as it was written, as people left it, as it would be written now. `before` is
    how many lines of its file stand above it."""

    path: str
    was: str
    now: str
    again: str
    before: int = 0


def conflict_mark(page: Page) -> Location | None:
    """The first line that a merge left in a document."""
    lines = enumerate(page.now.split("\n"), start=1 + page.before)
    return next((Location(page.path, at, 1) for at, line in lines if _CONFLICT.match(line)), None)


def same_words(one: str, other: str) -> bool:
    """Whether two documents differ in white space and wrapping at most."""
    return [_words(block) for block in _blocks(one)] == [_words(block) for block in _blocks(other)]


def unread(page: Page) -> Iterator[Unread]:
    """What of an edited document is not taken up, in the order of its lines."""
    was, now = (_blocks(text) for text in (page.was, page.now))
    said_was, said_now = [*map(_words, was)], [*map(_words, now)]
    if said_was == said_now:
        return
    said_again = [*map(_words, _blocks(page.again))]
    there, left = Counter(said_again), Counter(said_now) - Counter(said_was)
    written = _all((there - Counter(said_was)).elements())
    hunks = SequenceMatcher(None, said_was, said_now, autojunk=False).get_opcodes()
    for kind, first, last, start, end in hunks:
        out = [at for at in range(first, last) if kind != "equal" and said_was[at] not in said_now]
        gone = _all(said_was[at] for at in out)
        if kind == "delete" and out and _comes_back(gone, _all(said_again), _all(said_was)):
            yield Unread(_quoted(was[out[0]]), _place(page, now, start), taken_out=True)
        for at in range(start, end) if kind != "equal" else ():
            words = said_now[at]
            if left[words] > 0:
                left[words] -= 1
                gained = _without(words, gone)
                missing = [word for word in gained if written[word] <= 0 and word not in _GRAMMAR]
                written.subtract(gained)
            else:  # it stood elsewhere
                missing = [""] if words and there[words] < said_now.count(words) else []
            if missing:
                yield Unread(_quoted(now[at]), _at(page, now[at]))


def _all(blocks: Iterable[tuple[str, ...]]) -> Counter[str]:
    return Counter(word for words in blocks for word in words)


def _blocks(text: str) -> list[Block]:
    return [one for one in Document("", text).blocks if one.kind != "rule"]


def _words(block: Block) -> tuple[str, ...]:
    if block.kind == "html" and block.text.lstrip().startswith("<!--"):
        return ()
    said = british(unescape(_TICKED.sub(_TICK, _ESCAPE.sub("", block.text)))).casefold()
    return ((_TICK,) if block.box == "x" else ()) + tuple(_WORD.findall(said))


def _without(words: Sequence[str], gone: Counter[str]) -> list[str]:
    """The words of a block that the blocks it stands for did not have; takes them out of `gone`."""
    gained = []
    for word in words:
        if gone[word] > 0:
            gone[word] -= 1
        else:
            gained.append(word)
    return gained


def _comes_back(gone: Counter[str], still: Counter[str], before: Counter[str]) -> bool:
    """Whether everything that was taken out is written again."""
    told = [word for word in gone if word not in _GRAMMAR]
    return bool(told) and all(still[word] >= before[word] for word in told)


def _quoted(block: Block) -> str:
    text = " ".join(block.text.split())
    return text if len(text) <= 80 else f"{text[:79]}…"


def _at(page: Page, block: Block) -> Location:
    return Location(page.path, block.line + page.before, block.col)


def _place(page: Page, now: Sequence[Block], at: int) -> Location:
    """Where something is missing: the block that follows, or the last one."""
    block = now[min(at, len(now) - 1)] if now else None
    return _at(page, block) if block else Location(page.path, 1 + page.before, 1)
