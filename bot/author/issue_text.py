"""What an issue says beside its demands: its opening, its sections, what it leaves out and what it asks.

Everything is verbatim with the line it stands on; nothing is completed. Code, quotes, HTML and folded logs
are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.author.untrusted import one_line
from bot.recon.query import without_comments

LONGEST = 262_144
OUT_OF_SCOPE = re.compile(
    r"^(out[ -]of[ -]scope|not in scope|non[- ]?goals?|won'?t do|nicht im umfang|hors périmètre)\b",
    re.IGNORECASE,
)
OUT_OF_SCOPE_LINE = re.compile(
    r"\b(is|are) (explicitly )?(out of scope|not in scope)\b|^out of scope:", re.IGNORECASE
)
CHECKBOX = re.compile(r"^\[[ xX]\]\s+")
TEMPLATE_ANSWER = re.compile(r"^_?(no response|n/?a|none)_?\.?$", re.IGNORECASE)
OWNER_QUESTION = re.compile(
    r"\b(should (we|it|this|the)|do we want|shall we|which (one|of|way|approach|option)|decide"
    r"|what do you think|owner)\b",
    re.IGNORECASE,
)
HOW = re.compile(
    r"\b(how (we|i|it)|constraints?|notes?|design|implementation|approach|technical|considerations?|proposal"
    r"|proposed|solution"
    r"|details|hints?|rules)\b",
    re.IGNORECASE,
)
OPEN_HEADING = re.compile(
    r"^((open|undecided|unresolved) ?)?(questions?|decisions?|points|issues)\b|^(to be|still to be"
    r"|not yet) decided|^to decide\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph or list item, on one line, with the 1-based line of the body it starts on."""

    text: str
    line: int
    heading: str
    kind: Literal["item", "paragraph"]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A question the issue asks, what it says around it, and the answers it lists itself."""

    text: str
    line: int
    context: str
    options: tuple[str, ...]


def passages(body: str) -> tuple[Passage, ...]:
    """The prose of an issue in order. Linear; nesting deeper than 20 is not read."""
    return tuple(_walk(_parser().parse(body[:LONGEST])))


@cache
def _parser() -> MarkdownIt:
    # Blocks are enough: the text of a paragraph stays as it was written.
    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.disable(["inline"])
    return parser


def _walk(tokens: list[Token]) -> Iterator[Passage]:
    heading, quoted, folded, lists, after_heading = "", 0, 0, list[str](), False
    items = 0
    for token in tokens:
        match token.type:
            case "heading_open":
                after_heading = True
            case "blockquote_open" | "table_open":
                quoted += 1
            case "blockquote_close" | "table_close":
                quoted -= 1
            case "bullet_list_open" | "ordered_list_open":
                lists.append(token.type)
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                items += 1
            case "list_item_close":
                items -= 1
            case "html_block":
                folded += token.content.count("<details") - token.content.count("</details")
            case "inline" if after_heading:
                heading, after_heading = one_line(token.content, 200).strip("#* :"), False
            case "inline" if not quoted and folded <= 0:
                text = one_line(CHECKBOX.sub("", without_comments(token.content)), 2000)
                line = token.map[0] + 1 if token.map else 0
                if text and not TEMPLATE_ANSWER.match(text):
                    ordered = bool(lists) and lists[-1] == "ordered_list_open"
                    yield Passage(text, line, heading, "item" if items else "paragraph", ordered)


def opening(read: tuple[Passage, ...], limit: int = 600) -> Passage | None:
    """The first paragraph that is prose: what the issue says it is about."""
    for passage in read:
        if passage.kind == "paragraph" and not OUT_OF_SCOPE.match(passage.heading) and len(passage.text) > 20:
            return Passage(one_line(passage.text, limit), passage.line, passage.heading, "paragraph")
    return None


def left_out(read: tuple[Passage, ...]) -> tuple[Passage, ...]:
    """What the issue itself says not to do."""
    return tuple(
        each
        for each in read
        if OUT_OF_SCOPE.match(each.heading) or (len(each.text) < 300 and OUT_OF_SCOPE_LINE.search(each.text))
    )


def choices(read: tuple[Passage, ...]) -> tuple[Choice, ...]:
    """The questions that the issue puts to its owner, each once, at most eight, in its own words."""
    out: list[Choice] = []
    for at, passage in enumerate(read):
        for sentence in _sentences(passage.text):
            if _asks_owner(sentence, passage):
                around = " ".join(each for each in _sentences(passage.text) if each != sentence)
                options = _options(sentence, read[at + 1 : at + 9])
                out.append(Choice(one_line(sentence, 300), passage.line, one_line(around, 600), options))
    once: dict[str, Choice] = {}
    for each in out:
        once.setdefault(each.text.casefold(), each)
    return tuple(once.values())[:8]


def is_open(heading: str) -> bool:
    """Whether a heading announces what is not decided yet."""
    return bool(OPEN_HEADING.search(heading))


def ways(read: tuple[Passage, ...]) -> tuple[Passage, ...]:
    """What the issue says about how it should be done: the items under headings that announce it."""
    return tuple(
        each
        for each in read
        if each.kind == "item" and HOW.search(each.heading) and not is_open(each.heading)
    )


def _asks_owner(sentence: str, passage: Passage) -> bool:
    asked = sentence.endswith("?") and len(sentence) > 12
    return asked and (bool(OWNER_QUESTION.search(sentence)) or is_open(passage.heading))


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"(?<=[.!?\u3002\uff1f\uff01])\s+", text) if part.strip()]


def _options(sentence: str, following: tuple[Passage, ...]) -> tuple[str, ...]:
    """The answers a question lists: "A or B?" in the sentence itself, or the list right after it."""
    listed = [each.text for each in _run_of_items(following)]
    if 2 <= len(listed) <= 6:
        return tuple(one_line(each, 160) for each in listed)
    found = re.search(
        r"(?:\b(?:either|use|be|keep|to|support|a|an|the)\s+|[:,]\s*)([^,:?]{2,60}) or ([^,?]{2,60})\?$",
        sentence,
    )
    return (one_line(found[1], 100), one_line(found[2], 100)) if found else ()


def _run_of_items(following: tuple[Passage, ...]) -> Iterator[Passage]:
    for passage in following:
        if passage.kind != "item" or passage.text.endswith("?"):
            return
        yield passage
