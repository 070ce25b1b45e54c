"""What the text of a pull request shows for itself: evidence, and an answer to every criterion.

Reads Markdown as it is shown: quotes and comments say nothing, and what a template left to be filled in is no
content. Whether the evidence is true is for people to see.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

from bot.plan.markdown import Block, Document, Span, plain

LONGEST = 65_536  # characters of a text that are read: as many as GitHub takes
_EVIDENCE = re.compile(r"\bevidence\b", re.IGNORECASE)
_BOX = re.compile(r"\[[ xX]\](?:\s|$)")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_MEDIA = re.compile(r"<(?:img|video|a)\s", re.IGNORECASE)
_SUMMARY = re.compile(r"<summary>[^<]{0,2000}</summary>", re.IGNORECASE)
# What templates ask for. Anything with an address in it is an answer all the same.
_PLACEHOLDER = re.compile(
    r"(?:todo|tbd|tba|fixme|paste|insert|describe|fill in|please|e\.g\.|for example)\b.*"
    r"|n/?a|none|nothing|not applicable|pending|wip|xxx+|yes|no|lorem ipsum.*|<[^<>]*>|\[[^\[\]]*\]|.*:",
    re.IGNORECASE | re.DOTALL,
)
_NOT_APPLICABLE = re.compile(
    r"\b(?:not applicable|n/?a)\b[*_`]{0,3}[ \t]{0,4}"
    r"(?:[:,;\u2013\u2014-]|because|since|as)[*_`]{0,3}\s{0,4}(?P<why>[^\n]*)",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"\w+")
_LIST_MARKS = " \t\n*_-\u2013\u2014.\u2026"


def lacking_evidence(body: str) -> str:
    """Why the text shows no evidence, in a few words; "" when it does. A heading with the word "evidence",
    something below it that is no placeholder, and no box left open."""
    blocks = _blocks(body)
    sections = list(_under_evidence(blocks))
    if not any(block.kind == "heading" and _EVIDENCE.search(plain(block.text)) for block in blocks):
        return "there is no section with the heading “Evidence”"
    if left := [one for one in _items(sections) if one.box == " " and not one.reason]:
        return f"the section “Evidence” has {len(left)} open box{'es' if len(left) > 1 else ''}"
    if not any(map(_is_filled, sections)):
        return "the section “Evidence” is empty or holds only placeholders"
    return ""


def unanswered(criteria: Sequence[str], texts: Iterable[str]) -> tuple[str, ...]:
    """The criteria that no list in one of the texts ticks, or answers with "not applicable: reason"."""
    names = {each: _names(each) for each in criteria}
    known = sorted({name for some in names.values() for name in some}, key=len, reverse=True)
    items = (item for text in texts for item in _items(_blocks(text)))
    answered = {name for item in items if (name := _named(item, known)) and _is_answer(item, name)}
    return tuple(each for each in names if names[each] and not names[each] & answered)


def _blocks(text: str) -> list[Block]:
    """The blocks that are the author's own words. A line before them keeps rules at the top from being read
    as front matter, which GitHub does not know here."""
    return [block for block in Document("", "\n" + text[:LONGEST]).blocks if not block.quoted]


def _under_evidence(blocks: Iterable[Block]) -> Iterator[Block]:
    """Everything below headings about evidence, their subsections included."""
    level = 0
    for block in blocks:
        if block.kind == "heading" and (not level or block.level <= level):
            level = block.level if _EVIDENCE.search(plain(block.text)) else 0
        elif level and block.kind != "heading":
            yield block


class _Item:
    """An item of a list with everything that stands below it."""

    def __init__(self, block: Block, below: Sequence[Block]) -> None:
        self.box = block.box
        self.lines = "\n".join([_shown(block), *map(_shown, below)])

    @property
    def reason(self) -> str:
        return _reason(self.lines)


def _items(blocks: Sequence[Block]) -> Iterator[_Item]:
    for at, block in enumerate(blocks):
        if block.kind == "item":
            yield _Item(block, _below(blocks, at))


def _below(blocks: Sequence[Block], at: int) -> list[Block]:
    """What stands below the item at this place; more than a few dozen blocks are no answer."""
    item, others = blocks[at], blocks[at + 1 : at + 50]
    return list(takewhile(lambda one: one.level > item.level or _continues(one, item), others))


def _continues(one: Block, item: Block) -> bool:
    return one.level == item.level and one.kind == "paragraph"


def _reason(text: str) -> str:
    """The reason of the first "not applicable" that has one."""
    for found in _NOT_APPLICABLE.finditer(text):
        why = found["why"].strip(_LIST_MARKS)
        if len(why) > 2 and not _PLACEHOLDER.fullmatch(why):
            return why
    return ""


def _shown(block: Block) -> str:
    """A block's words as people see them."""
    if block.kind == "fence":
        return block.text
    if block.kind == "html":
        return _TAG.sub(" ", _SUMMARY.sub(" ", _uncommented(block.text)))
    words = _joined(block.spans, " " if block.kind == "row" else "")
    box = _BOX.match(words)
    return words[box.end() :] if box and block.kind == "item" else words


def _joined(spans: Iterable[Span], between: str) -> str:
    """The text of spans; those of another line stand on another line."""
    out, line = "", 0
    for span in spans:
        if span.kind not in ("html", "image"):
            out += ("\n" if line and span.line != line else between) + span.text
            line = span.line
    return out


def _uncommented(html: str) -> str:
    first, *others = html.split("<!--")
    return first + "".join(one.partition("-->")[2] for one in others)


def _is_filled(block: Block) -> bool:
    if block.kind == "rule" or block.head or block.box == " ":
        return False
    if any(span.kind in ("image", "link") and span.target for span in block.spans):
        return True
    if block.kind == "html" and _MEDIA.search(_uncommented(block.text)):
        return True
    words = _shown(block).strip(_LIST_MARKS)
    return bool(words) and ("://" in words or not _PLACEHOLDER.fullmatch(words))


def _words(text: str) -> str:
    return " ".join(_LETTERS.findall(unicodedata.normalize("NFKC", text).casefold()))


def _names(criterion: str) -> frozenset[str]:
    """The words of a criterion: as they are written, and as its Markdown shows them."""
    return frozenset({_words(criterion), _words(plain(criterion))} - {""})


def _named(item: _Item, longest_first: Sequence[str]) -> str:
    """The criterion that an item repeats, alone or with an answer behind it; "" when it is none."""
    words = _words(item.lines)
    return next((name for name in longest_first if words == name or words.startswith(name + " ")), "")


def _is_answer(item: _Item, name: str) -> bool:
    return item.box == "x" or bool(_reason(_rest(item, name)))


def _rest(item: _Item, name: str) -> str:
    """What an item says behind the criterion's words."""
    lines = unicodedata.normalize("NFKC", item.lines).casefold()
    ends = [found.end() for found in _LETTERS.finditer(lines)]
    return lines[ends[name.count(" ")] :]
