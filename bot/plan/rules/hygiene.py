"""PLN005, PLN008-011: texts that are sound as such: whole Markdown, visible characters, sizes that fit, words
in a language the rules know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Literal

from bot.effects import PLAN_FILE
from bot.errors import UserError
from bot.plan.findings import Fix
from bot.plan.formats.plan_file import sections
from bot.plan.formats.plan_marks import marked
from bot.plan.language import language_of
from bot.plan.located_json import child, line_and_column
from bot.plan.markdown import Block, Document
from bot.plan.rules.engine import Hit, Lacking, LintInput, rule
from bot.plan.rules.fields import TextField
from bot.plan.rules.pages import at_line, judged
from bot.plan.safe_text import INVISIBLE

BODY_LIMIT = 65_536
BODY_SPLIT = 60_000
FILE_LINES = 2_000
FILE_BYTES = 60_000
GROWTH = 1.5
SMALL_FILE = 20_000  # below this a file may grow by any factor: a first plan always does

_BAR = re.compile(r"(?<!\\)\|")
_QUOTE = re.compile(r"^(?:\s*>)+")
_FENCE = re.compile(r" {0,3}(?:`{3}|~{3})")


@rule("PLN005", severity="error", needs=["documents"], message="Malformed Markdown at line {l}: {what}")
def markdown_is_whole(given: LintInput) -> Iterator[Hit]:
    """Marks pair, no merge conflict is left, fences end, table rows fit, headings go down one level a time"""
    foreign = given.format == "foreign"
    for document in given.documents:
        yield from _damages(document)
    for document in judged(given):
        yield from _unended(document, foreign)
        yield from _bad_rows(document, foreign)
        yield from _jumps(document, foreign)


def _damages(document: Document) -> Iterator[Hit]:
    """What keeps us from telling what is ours, people's words around it included: no plan is written then."""
    for one in marked(document.text).damages:
        values = {"l": one.line, "what": one.what, "key": one.what}
        suggestion = "mend it by hand, or take the file from an earlier commit"
        yield Hit("", values, suggestion, location=at_line(document, one.line, one.col))


def _unended(document: Document, foreign: bool) -> Iterator[Hit]:
    """A tag hides the fence right below it, up to the next empty line; what was to end it then begins one."""
    swallowed = 0
    for block in document.blocks:
        if block.kind == "html":
            swallowed = _swallowed(block) or swallowed
        elif block.open and swallowed:
            what = (
                f"the code fence of line {swallowed} is part of the HTML above it, so its end begins another"
            )
            suggestion = f"put an empty line above line {swallowed}"
            severity: Literal["info", "error"] = "info" if foreign else "error"
            yield _malformed(document, block, what, suggestion, severity=severity)
        elif block.open:
            yield _malformed(document, block, "a code fence has no end", "close it")
        elif block.kind == "fence":
            swallowed = 0


def _swallowed(block: Block) -> int:
    """The line of a fence that begins in HTML and does not end in it; 0 when there is none."""
    fences = [at for at, line in enumerate(block.text.split("\n")) if _FENCE.match(line)]
    return block.line + fences[-1] if len(fences) % 2 else 0


def _malformed(document: Document, block: Block, what: str, suggestion: str, **fields: Any) -> Hit:
    place = at_line(document, block.line, block.col)
    return Hit("", {"l": block.line, "what": what, "key": what}, suggestion, location=place, **fields)


def _bad_rows(document: Document, foreign: bool) -> Iterator[Hit]:
    """More cells than the head has are not shown at all; fewer are filled up by the page."""
    for block in document.blocks:
        if block.kind != "row" or block.head:
            continue
        line = document.lines[block.line - 1]
        there, wanted = _cells(line), len(block.heads)
        if foreign and "|" not in line:
            continue  # what stands directly below a table is shown as a row of it, and is none
        if there > wanted:
            what = f"a table row has {there} cells, its head {wanted}: the last ones are not shown"
            yield _malformed(document, block, what, "write \\| for a bar that belongs to a text")
        elif there < wanted:
            what = f"a table row has {there} cells, its head {wanted}"
            severity: Literal["info", "error"] = "info" if foreign else "error"
            yield _malformed(document, block, what, "add the empty cells", severity=severity)


def _cells(line: str) -> int:
    """How many cells a row of a table has as it is written."""
    row = _QUOTE.sub("", line).strip()
    row = row.removeprefix("|")
    if row.endswith("|") and not row.endswith("\\|"):
        row = row[:-1]
    return len(_BAR.findall(row)) + 1


def _jumps(document: Document, foreign: bool) -> Iterator[Hit]:
    above = 0
    for block in document.headings:
        if above and block.level > above + 1 and not block.quoted:
            what = f"a heading of level {block.level} follows one of level {above}"
            suggestion = f"make it level {above + 1}"
            severity: Literal["info", "error"] = "info" if foreign else "error"
            yield _malformed(document, block, what, suggestion, severity=severity)
        above = above if block.quoted else block.level


# Signs that nobody sees and that still belong where they stand: joiners inside an emoji and in scripts that
# need them, the sign that asks for a plain glyph, marks of direction beside letters that run from the right.
_FITTING = re.compile(
    "(?<=[\ufe0f\u2600-\u27bf\U0001f000-\U0001faff])\u200d(?=[\u2190-\u2bff\U0001f000-\U0001faff])"
    "|(?<=[\u0600-\u06ff\u0750-\u077f\u0900-\u0dff\u1000-\u109f])[\u200c\u200d]"
    "|(?<=[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff])\ufe0e"
    "|(?<=[\u0590-\u08ff])[\u200e\u200f]|[\u200e\u200f](?=[\u0590-\u08ff])"
)
_HIDDEN = re.compile(f"{INVISIBLE.pattern}|[\x0b\x0c]")


_COLOURS = re.compile(r"\x1b\[[0-9;]{0,20}m")


def hidden(text: str) -> Iterator[re.Match[str]]:
    """Every character of `text` that readers do not see and no script or emoji needs."""
    fitting = {found.start() for found in _FITTING.finditer(text)} if _HIDDEN.search(text) else set()
    return (found for found in _HIDDEN.finditer(text) if found.start() not in fitting)


@rule(
    "PLN008",
    severity="error",
    needs=[],
    message="Invisible/control character U+{hex} in {pointer}",
)
def characters_are_visible(given: LintInput) -> Iterator[Hit]:
    """No character that people cannot see and machines obey"""
    if given.plan is None and not given.texts and not given.documents:
        raise Lacking("no text at hand")
    if given.plan and not (given.reading and given.documents):
        for leaf in given.strings:
            fix: Fix = "safe" if given.own and visible(leaf.text).strip() else "none"
            yield from (replace(hit, fix=fix) for hit in _unseen(leaf.text, leaf.pointer))
    if given.plan is None:
        for file, document in (("contract", given.contract_json), ("fanout", given.fanout_json)):
            for pointer, text in _strings_of(document.value if document else None, ""):
                yield from _unseen(text, pointer, "contract" if file == "contract" else "fanout")
    for page in judged(given):
        for found in _first_of_each(hidden(page.text.removeprefix("\ufeff"))):
            line, col = line_and_column(page.text.removeprefix("\ufeff"), found.start())
            values = {"hex": _hex(found[0]), "pointer": f"{page.path}, line {line}", "key": _hex(found[0])}
            soft = given.format == "foreign" and found[0] == "\u00ad"  # where a word may be broken
            place = at_line(page, line, col)
            yield Hit("", values, "take it out", "warning" if soft else None, location=place)


def _unseen(text: str, pointer: str, file: Literal["", "contract", "fanout"] = "") -> Iterator[Hit]:
    for found in _first_of_each(hidden(text)):
        values = {"hex": _hex(found[0]), "key": _hex(found[0])}
        yield Hit(pointer, values, "take it out", file=file)


def visible(text: str) -> str:
    """The text without the characters that readers do not see."""
    text, out, at = _COLOURS.sub("", text), [], 0
    for found in hidden(text):
        out.append(text[at : found.start()])
        at = found.end()
    return "".join([*out, text[at:]])


def _first_of_each(found: Iterable[re.Match[str]]) -> Iterable[re.Match[str]]:
    first: dict[str, re.Match[str]] = {}
    for one in found:
        first.setdefault(one[0], one)
    return first.values()


def _hex(character: str) -> str:
    return f"{ord(character):04X}"


def _strings_of(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _strings_of(inner, child(pointer, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _strings_of(inner, child(pointer, at))


@rule(
    "PLN009",
    severity="error",
    needs=[],
    message="{target} is {n} {unit} (limit {max}); split as {proposal}",
)
def texts_are_short_enough(given: LintInput) -> Iterator[Hit]:
    """What GitHub shows fits its limits, and a file can be read"""
    if not given.published and not given.documents:
        raise Lacking("no rendered text at hand")
    for name, text in given.published.items():
        if len(text) > BODY_SPLIT:
            over = len(text) > BODY_LIMIT
            limit = BODY_LIMIT if over else BODY_SPLIT
            yield _too_long(Document(name, text), len(text), "chars", limit, error=over)
    for page in judged(given):
        lines = sum(bool(line.strip()) for line in page.lines) if _is_shared(page) else len(page.lines)
        if lines > FILE_LINES:
            yield _too_long(page, lines, "lines", FILE_LINES, error=False)


def _is_shared(page: Document) -> bool:
    """A file of which only a part is ours; the rest is blanked out."""
    return page.path == PLAN_FILE


def _too_long(page: Document, there: int, unit: str, limit: int, *, error: bool) -> Hit:
    values = {
        "target": page.path,
        "key": page.path,
        "n": f"{there:,}",
        "unit": unit,
        "max": f"{limit:,}",
        "proposal": _proposal(page, limit if unit == "lines" else BODY_SPLIT, unit),
    }
    return Hit("", values, location=at_line(page, 1), severity="error" if error else "warning")


def _proposal(page: Document, limit: int, unit: str) -> str:
    """Parts that begin at headings of level 2 and stay within the limit where the sections let them."""
    starts = [(one.title, one.line) for one in page.sections if one.level == 2]
    if len(starts) < 2:
        return "sections of their own: it has no two headings of level 2 to split at"
    sizes = [0]
    for line in page.lines:
        sizes.append(sizes[-1] + (1 if unit == "lines" else len(line) + 1))
    parts = [starts[0]]
    ends = [*(line for _, line in starts[2:]), len(page.lines) + 1]
    for (title, start), end in zip(starts[1:], ends, strict=True):
        if sizes[end - 1] - sizes[parts[-1][1] - 1] > limit:
            parts.append((title, start))
    return f"{len(parts)} parts that begin at " + ", ".join(f"'{title}'" for title, _ in parts[:6])


@rule(
    "PLN010",
    severity="info",
    needs=[],
    message="Lexical rules skipped for {pointer}: language {lang}",
)
def language_is_known(given: LintInput) -> Iterator[Hit]:
    """Texts are in English, or the rules on English words say that they stepped aside"""
    if not given.texts_of_plan:
        raise Lacking("no text of a plan")
    if given.language == "other":
        yield Hit("", {"lang": "other than English"}, message=_WHOLLY)
        return
    for part, fields in _by_part(given.texts_of_plan).items():
        other = [one.pointer for one in fields if language_of(one.text) == "other"]
        mostly = len(other) > 1 and 2 * len(other) >= len(fields)
        for pointer in [part] if mostly else other:
            yield Hit(pointer, {"lang": "other than English"})


_WHOLLY = "The plan is not in English: rules on English words are skipped"


def _by_part(fields: Iterable[TextField]) -> dict[str, list[TextField]]:
    """The texts that rules on words may judge, by the part of the plan, or the heading, they stand under."""
    parts: dict[str, list[TextField]] = {}
    places: dict[str, str] = {}
    for one in fields:
        if not one.quoted:
            way = one.pointer.split("/")[1:3]
            part = "/" + "/".join(way if len(way) > 1 and way[1].isdecimal() else way[:1])
            if one.purpose == "prose":
                part = places.setdefault(one.owner, one.pointer)
            parts.setdefault(part, []).append(one)
    return parts


@rule(
    "PLN011",
    severity="warning",
    tier="extended",
    needs=["before_files", "renderings"],
    formats="R",
    message="IMPLEMENTATION_PLAN.md grew {a} -> {b} bytes; archive finished milestones",
)
def plan_file_stays_small(given: LintInput) -> Iterator[Hit]:
    """The plan file does not grow out of hand from one update to the next"""
    before = (given.before_files or {}).get(PLAN_FILE)
    after = next((file.text for file in given.renderings if file.path == PLAN_FILE), None)
    if before is None or after is None:
        raise Lacking(f"no earlier {PLAN_FILE}")
    was, now = len(before.encode("utf-8", "replace")), len(after.encode("utf-8", "replace"))
    if now > max(was, SMALL_FILE) and (now > GROWTH * was or now > FILE_BYTES) and not _shrunk(before, after):
        yield Hit("", {"a": f"{was:,}", "b": f"{now:,}"}, location=at_line(Document(PLAN_FILE, after), 1))


def _shrunk(before: str, after: str) -> bool:
    """Whether a section was taken out, or cut to less than half: somebody archives."""
    try:
        was = {one.issue: one.end - one.start for one in sections(before)}
        now = {one.issue: one.end - one.start for one in sections(after)}
    except UserError:
        return False
    return any(now.get(issue, 0) < size / 2 for issue, size in was.items())
