"""Every demand an issue makes, word for word, with its place in the text.

The Markdown is parsed into blocks, never matched as a whole; quoted replies, code, HTML comments and
folded `<details>` hold no demands. Judging whether a demand makes sense is not done here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

ObligationKind = Literal["checkbox", "criterion", "sentence", "expected", "ordered"]

LONGEST = 262_144  # characters that are read; GitHub's own limit is a quarter of it
MOST = 200
LONGEST_SENTENCE = 600  # characters; what is longer is a paste, not a sentence
NEWLINE = re.compile(r"\r\n?|\n")
CHECKBOX = re.compile(r"\[([ xX])\][ \t]+")
ABOUT_DEMANDS = re.compile(
    r"\b(acceptance|criteria|requirements?|definition of done|tasks?|to-?dos?|expected|scope of work"
    r"|deliverables|must haves?)\b",
    re.IGNORECASE,
)
ABOUT_ORDER = re.compile(
    r"\b(plan|proposal|proposed|implementation|steps|approach|checklist|roadmap)\b", re.IGNORECASE
)
NO_DEMANDS = re.compile(
    r"\b(reproduc\w*|reproduction|environment|versions?|current(ly)? behaviou?r|actual|alternatives?"
    r"|out of scope|non-?goals?"
    r"|not in scope|logs?|stack ?trace|traceback|describe the bug|what happened|prerequisites"
    r"|before (submitting|you)|pre-?flight"
    r"|provide|verbose output|guidelines|code of conduct|confirm)\b",
    re.IGNORECASE,
)
EXPECTED = re.compile(r"\b(expected|desired|should happen)\b", re.IGNORECASE)
MUST = re.compile(
    r"\b(must|shall|needs? to|(?:is|are|be) required|required to|has to|have to)\b", re.IGNORECASE
)
WISHED = re.compile(
    r"\b(should|would like|i'd like|we'd like|want|please|expect(?:ed)?|it would be (?:nice|great|good"
    r"|useful))\b",
    re.IGNORECASE,
)
DECLARATION = re.compile(
    r"(i|we)(?:'ve|'m| have| am| agree| understand| searched| checked| read| verified| confirm| did| tried"
    r"| can| could| think| was| were)\b"
    r"|this (?:is|issue) (?:not )?(?:a )?(?:bug|feature|duplicate)\b",
    re.IGNORECASE,
)
REPORTER = re.compile(
    r"\b(?:i|you|users?)(?:'ll|'d| will| would)? (?:need|have|had|has) to\b|\b(?:we|they|people)(?:'ll"
    r"|'d)? (?:have|had) to\b|\b(?:when|whenever|if|where) (?:we|they|people) need to\b",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"[.!?](?=[\s\"')*_]|$)|\n[ \t]*\n")
HIDES = re.compile(r"`+|<!--")
NOT_AN_END = ("e.g", "i.e", "etc", "vs", "cf", "approx", "resp", "incl", "no", "fig")


@dataclass(frozen=True, slots=True)
class Obligation:
    """One demand. `text` are its words with line breaks made spaces;
    `original[start:end]` holds them verbatim.
    """

    id: str
    text: str
    start: int
    end: int
    kind: ObligationKind
    checked: bool = False

    def to_dict(self) -> dict[str, object]:
        return {"id": self.id, "text": self.text, "start": self.start, "end": self.end, "kind": self.kind,
                "checked": self.checked}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of prose: its place, the headings it stands under, and what list it is an item of."""

    start: int
    end: int
    heading: str
    item: Literal["", "bullet", "ordered"]


def obligations(text: str) -> tuple[Obligation, ...]:
    """The demands of an issue body in order of place, ids I-1, I-2, …; at most 200.

    Sentences with «should» or a wish count only when the text holds no firmer demand.
    """
    shown = text[:LONGEST]
    pieces = list(_pieces(shown))
    found = [each for piece in pieces for each in _demands(shown, piece)]
    if not found:
        found = [each for piece in pieces for each in _sentences(shown, piece, WISHED, "expected")]
    return tuple(
        Obligation(f"I-{number}", " ".join(shown[start:end].split()), start, end, kind, checked)
        for number, (start, end, kind, checked) in enumerate(found[:MOST], 1)
    )


_Found = tuple[int, int, ObligationKind, bool]


def _demands(text: str, piece: _Piece) -> Iterator[_Found]:
    if NO_DEMANDS.search(piece.heading):
        return
    if piece.item:
        box = CHECKBOX.match(text, piece.start, piece.end)
        start = box.end() if box else piece.start
        if box and not DECLARATION.match(text, start, piece.end) and start < piece.end:
            yield start, piece.end, "checkbox", box.group(1) != " "
            return
        if box:
            return
        kind = _item_kind(piece)
        if kind and not DECLARATION.match(text, start, piece.end):
            yield piece.start, piece.end, kind, False
            return
    if EXPECTED.search(piece.heading):
        yield from _sentences(text, piece, None, "expected")
    else:
        yield from _sentences(text, piece, MUST, "sentence")


def _item_kind(piece: _Piece) -> ObligationKind | None:
    if ABOUT_DEMANDS.search(piece.heading):
        return (
            "ordered"
            if piece.item == "ordered"
            else "expected"
            if EXPECTED.search(piece.heading)
            else "criterion"
        )
    return "ordered" if piece.item == "ordered" and ABOUT_ORDER.search(piece.heading) else None


# --- blocks ----------------------------------------------------------------------------------------------


def _parser() -> MarkdownIt:
    """Blocks only: inline markup is not needed and costs more than anything else on hostile input."""
    blocks = ["blockquote", "code", "fence", "heading", "hr", "html_block", "lheading", "list", "table"]
    return MarkdownIt("zero", {"html": True, "maxNesting": 40}).enable(blocks)


def _pieces(text: str) -> Iterator[_Piece]:
    """Paragraphs and list items outside of quotes, code, HTML and folded details."""
    lines = _line_starts(text)
    headings: list[tuple[int, str]] = []
    lists: list[Literal["bullet", "ordered"]] = []
    quoted = folded = 0
    lead_in, tokens = "", _parser().parse(text)
    foldable = sum(_folds(token) for token in tokens) <= 0
    for at, token in enumerate(tokens):
        match token.type:
            case "blockquote_open" | "blockquote_close" | "table_open" | "table_close":
                quoted += token.nesting
            case "bullet_list_open":
                lists.append("bullet")
            case "ordered_list_open":
                lists.append("ordered")
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
                lead_in = lead_in if lists else ""
            case "html_block":
                folded = max(0, folded + _folds(token)) if foldable else 0
            case "heading_open":
                level = int(token.tag[1])
                headings = [each for each in headings if each[0] < level]
                headings.append((level, tokens[at + 1].content))
                lead_in = ""
            case "inline" if tokens[at - 1].type == "paragraph_open" and not quoted and not folded:
                start, end = _place(text, lines, token)
                if not lists:
                    lead_in = _as_lead_in(token.content)
                heading = lead_in or " / ".join(name for _, name in headings[-2:])
                if start < end:
                    yield _Piece(start, end, heading, lists[-1] if lists else "")


def _folds(token: Token) -> int:
    """How many more `<details>` a block of HTML opens than it closes."""
    if token.type != "html_block":
        return 0
    low = token.content.lower()
    return low.count("<details") - low.count("</details")


def _as_lead_in(content: str) -> str:
    """A short line that ends in a colon or is all bold heads the list that follows it."""
    bare = content.strip()
    bold = bare.startswith("**") and bare.endswith(("**", "**:")) and len(bare) > 4
    return (
        bare.strip("*: ")
        if len(bare) < 100 and "\n" not in bare and (bare.rstrip("*").endswith(":") or bold)
        else ""
    )


def _line_starts(text: str) -> list[int]:
    """Where each line starts, counted as the Markdown parser counts lines.

    The end of the text closes the list.
    """
    return [0, *(found.end() for found in NEWLINE.finditer(text)), len(text)]


def _place(text: str, lines: list[int], token: Token) -> tuple[int, int]:
    """From the first to the last character of a block's content, in the original text."""
    first, last = token.map or [0, 0]
    begin, stop = lines[min(first, len(lines) - 1)], lines[min(last, len(lines) - 1)]
    content = [line.strip() for line in token.content.split("\n")]
    start = _find(text, content[0], begin, stop)
    end = start
    for line in content:
        at = _find(text, line, end, stop)
        end = at + len(line) if at >= 0 else end
    return (start, end) if start >= 0 else (begin, begin)


def _find(text: str, line: str, begin: int, stop: int) -> int:
    return text.find(line, begin, stop) if line else begin


# --- sentences -------------------------------------------------------------------------------------------


def _sentences(
    text: str, piece: _Piece, sign: re.Pattern[str] | None, kind: ObligationKind
) -> Iterator[_Found]:
    """The piece's sentences that hold the sign (all when there is none),
    without questions and bare headings.
    """
    masked = _masked(text[piece.start : piece.end])
    for start, end in _spans(masked):
        words = masked[start:end]
        if (
            words.endswith((":", "?"))
            or len(words.split()) < 3
            or len(words) > LONGEST_SENTENCE
            or (sign is None and DECLARATION.match(words))
        ):
            continue
        if sign is None or (sign.search(words) and not (sign is MUST and _only_reporters(words))):
            yield piece.start + start, piece.start + end, kind, False


def _only_reporters(words: str) -> bool:
    """«I have to restart it» tells what happens today; it demands nothing."""
    return not MUST.search(REPORTER.sub(" ", words))


def _spans(masked: str) -> Iterator[tuple[int, int]]:
    start = 0
    for found in SENTENCE_END.finditer(masked):
        before = masked[max(0, found.start() - 7) : found.start()].lower()
        if found.group() == "." and re.split(r"[\s(]", before)[-1] in NOT_AN_END:
            continue
        end = found.end() if found.group() in ".!?" else found.start()
        yield from _trimmed(masked, start, end)
        start = found.end()
    yield from _trimmed(masked, start, len(masked))


def _trimmed(masked: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and (masked[start].isspace() or masked[start] in "\"')_"):
        start += 1
    while end > start and masked[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


def _masked(text: str) -> str:
    """The text with inline code, comments and tags replaced by as many `x`, so that places stay and
    nothing in them counts.
    """
    out: list[str] = []
    at = 0
    for found in HIDES.finditer(text):
        end = _hidden_to(text, found.start()) if found.start() >= at else at
        if end > found.start():
            out.append(text[at : found.start()] + "x" * (end - max(at, found.start())))
            at = end
    return "".join([*out, text[at:]])


def _hidden_to(text: str, at: int) -> int:
    """Where the code span or comment that begins here ends, at most 2,000 characters ahead;
    `at` when none does.
    """
    if text.startswith("<!--", at):
        close = text.find("-->", at, at + 2000)
        return close + 3 if close >= 0 else at
    if text[at] != "`":
        return at
    ticks = at
    while ticks < len(text) and ticks - at < 20 and text[ticks] == "`":
        ticks += 1
    close = text.find(text[at:ticks], ticks, at + 2000)
    return close + (ticks - at) if close >= 0 else at
