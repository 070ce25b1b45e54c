"""What Markdown plans are made of, whatever their format: chapters, entries with what is nested below them,
labelled fields, lists, references and file lines. Knows no format.

Nothing is guessed: what these readings do not understand, a page keeps as prose and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from bot.plan.markdown import Block, Document
from bot.plan.readers.reading import Sheet
from bot.plan.readers.stretch import Stretch, of_block, of_cell, uncommented, verbatim

CHANGES: Mapping[str, str] = {
    **dict.fromkeys(("new", "new file", "add", "added", "create", "created", "creates"), "new"),
    **dict.fromkeys(
        ("edit", "edited", "modify", "modified", "update", "updated", "change", "changed"), "edit"
    ),
    **dict.fromkeys(("delete", "deleted", "remove", "removed"), "delete"),
    **dict.fromkeys(("rename", "renamed", "move", "moved"), "rename"),
}

_NOTHING = frozenset(
    {"", "none", "n/a", "na", "nothing", "nil", "—", "–", "-", "not applicable", "none open", "no files"}
)
_NOT_APPLICABLE = re.compile(r"(?:not applicable|n/a|none)\s*[:—–-]\s*\S", re.IGNORECASE)
_NUMBERING = re.compile(r"^\s*(?:\d{1,3}\.)*\d{1,3}[.):]?\s+")
_IN_BRACKETS = re.compile(r"\([^()]{0,200}\)|\[[^\[\]]{0,200}\]")
_LINE_END = re.compile(r"[ \t]*(?:\n|$)")
_NO_WORD = re.compile(r"[^a-z0-9]+")

_RANGE = re.compile(r"([A-Z]{1,4}-?)(\d{1,6})\s*(?:–|—|-|\.\.\.?|…|to|through)\s*(?:\1)?(\d{1,6})")
_BETWEEN = re.compile(r"(?:[,;&+]|\band\b)[\s,]*")
_REMARK = re.compile(r"\s{0,40}\([^()]{0,200}\)\s{0,40}\.?$|\.$")
_WIDEST = 100


@dataclass
class Entry:
    """A block with what is nested below it: the lists and paragraphs of a list item."""

    block: Block
    text: Stretch
    below: list[Entry] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.block.kind

    def cell(self, *heads: str) -> Stretch | None:
        """The cell of a row under the first of `heads` that the table has; only letters and digits count."""
        columns = _columns(self.block.heads)
        at = next((columns[name_of(head)] for head in heads if name_of(head) in columns), None)
        return of_cell(self.block.cells[at]) if at is not None and at < len(self.block.cells) else None

    def has(self, *heads: str) -> bool:
        """Whether this is a row of a table with all these columns."""
        return self.kind == "row" and all(name_of(head) in _columns(self.block.heads) for head in heads)


@dataclass
class Chapter:
    """A heading (level 0: the document itself), what stands under it, and the chapters in it."""

    title: Stretch
    level: int
    own: list[Entry] = field(default_factory=list)
    chapters: list[Chapter] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The heading as sections are compared: without numbering, remarks in brackets and punctuation."""
        return name_of(_NUMBERING.sub("", self.title.words))

    @property
    def entries(self) -> Iterator[Entry]:
        """What stands under it, in chapters below too."""
        yield from self.own
        for chapter in self.chapters:
            yield from chapter.entries


@dataclass
class Field:
    """A labelled text: the label's name ("" for text without one), what follows on the line and what is
    below."""

    name: str
    label: Stretch
    text: Stretch
    below: list[Entry]
    of_item: bool

    @property
    def said(self) -> list[Stretch]:
        """Its texts, one for each item, or the one of its line."""
        found = [self.text] if self.text.source else []
        return found + list(texts(self.below))


@lru_cache(maxsize=1024)
def name_of(text: str) -> str:
    """A title or head as it is compared."""
    bare = _IN_BRACKETS.sub(" ", text) or text
    return _NO_WORD.sub(
        " ", bare.lower().replace("&", " and ").replace("'", "").replace("\u2019", "")
    ).strip()


@lru_cache(maxsize=256)
def _columns(heads: tuple[str, ...]) -> dict[str, int]:
    return {name_of(head): at for at, head in reversed(list(enumerate(heads)))}


def book(document: Document) -> Chapter:
    """The document as chapters."""
    root = Chapter(Stretch("", ((1, 1),)), 0)
    way, items = [root], list[Entry]()
    for block in document.blocks:
        if block.kind == "heading" and not block.quoted:
            while way[-1].level >= block.level:
                way.pop()
            chapter = Chapter(of_block(document, block), block.level)
            way[-1].chapters.append(chapter)
            way.append(chapter)
            items = []
        elif not (block.kind == "rule" or (block.kind == "html" and not uncommented(block.text).strip())):
            _place(Entry(block, _text(document, block)), way[-1].own, items)
    return root


def of_format(documents: Sequence[Document]) -> list[Document]:
    """The documents to read for a format: without the file of our roadmap sections, when there are others."""
    others = [
        one for one in documents if "<!-- groundplan:plan " not in one.text and not one.path.endswith(".json")
    ]
    return others or [one for one in documents if not one.path.endswith(".json")]


def _text(document: Document, block: Block) -> Stretch:
    if block.kind in ("fence", "html", "row"):
        return Stretch(block.text, tuple((block.line + at, 1) for at in range(block.text.count("\n") + 1)))
    return of_block(document, block)


def _place(entry: Entry, own: list[Entry], items: list[Entry]) -> None:
    """Put an entry below the list item it is nested in; `items` are the open ones, from the outermost."""
    depth = entry.block.level - (1 if entry.kind == "item" else 0)
    while items and items[-1].block.level > max(depth, 0):
        items.pop()
    (items[-1].below if items else own).append(entry)
    if entry.kind == "item":
        items.append(entry)


def is_none(text: str) -> bool:
    """Whether a text says that there is nothing."""
    return text.strip(" .*_`").lower() in _NOTHING


def not_applicable(text: str) -> bool:
    """Whether a text says that there is nothing, with a reason."""
    return bool(_NOT_APPLICABLE.match(text))


def texts(entries: Iterable[Entry]) -> Iterator[Stretch]:
    """The texts of a list, nested ones after the one they are below; the paragraphs when there is no list."""
    for entry in listed(entries):
        yield entry.text
        yield from _nested(entry)


def _nested(entry: Entry) -> Iterator[Stretch]:
    for one in entry.below:
        if one.kind in ("item", "paragraph"):
            yield one.text
            yield from _nested(one)


def listed(entries: Iterable[Entry]) -> list[Entry]:
    """The items of a list; the paragraphs when there is no list, but for those that introduce something."""
    held = [one for one in entries if not one.block.quoted]
    items = [entry for entry in held if entry.kind == "item"]
    return items or [one for one in held if one.kind == "paragraph" and not _introduces(one)]


def _introduces(entry: Entry) -> bool:
    return entry.text.source.rstrip("*_ ").endswith(":")


def rows(entries: Iterable[Entry], *heads: str) -> Iterator[Entry]:
    """The rows of every table that has all these columns, without its head."""
    return (entry for entry in entries if entry.has(*heads) and not entry.block.head)


@cache
def _labels(names: frozenset[str]) -> re.Pattern[str]:
    """A label at the start of a line, or a bold one anywhere; the colon may stand inside the bold text.

    In the middle of a line the colon is needed, at its start bold is enough.
    """
    one = "|".join(
        r"[\s/&-]+".join(re.escape(part) for part in name.split())
        for name in sorted(names, key=lambda name: (-len(name), name))
    )
    remark = r"(?:[ \t]*\([^()]{0,60}\))?"
    colon = r"[ \t]*[:\uff1a]"
    return re.compile(
        rf"(?:^|(?<=\s))(?P<mark>\*\*|__)(?P<bold>{one}){remark}(?:{colon}(?P=mark)|(?P=mark){colon})"
        rf"|^[ \t]*(?P<start>\*\*|__)(?P<strong>{one}){remark}(?P=start)(?![^\s—–-])(?:[ \t]*[—–-](?=\s))?"
        rf"|^[ \t]*(?P<light>[*_]?)(?P<plain>{one}){remark}(?:{colon}(?P=light)|(?P=light){colon})"
        r"(?=\s|$|[`*\[])",
        re.IGNORECASE | re.MULTILINE,
    )


def labelled(text: Stretch, names: frozenset[str]) -> Iterator[tuple[str, Stretch, Stretch]]:
    """A text cut at its labels: name (lower case, "" before the first one), label, what it labels."""
    found = [*_found(text.source, names)]
    before = text.cut(0, found[0].start() if found else None)
    if before.source or not found:
        yield "", before, before
    for at, one in enumerate(found):
        name = one["bold"] or one["strong"] or one["plain"]
        end = found[at + 1].start() if at + 1 < len(found) else None
        yield _plain_name(name), text.cut(*one.span()), text.cut(one.end(), end)


def _found(source: str, names: frozenset[str]) -> Iterator[re.Match[str]]:
    """The labels of a text. A plain one stands at its start, or on a later line when its start is one too: so
    a word that wrapping put at the start of a line is none."""
    start, plain = len(source) - len(source.lstrip()), False
    for one in _labels(names).finditer(source):
        first = one.start() <= start
        plain = plain or (first and bool(one["plain"]))
        alone = bool(one["strong"]) and _LINE_END.match(source, one.end()) is not None
        if one["bold"] or first or (one["plain"] and plain) or alone:
            yield one


def first_label(text: Stretch, names: frozenset[str]) -> Stretch | None:
    """The first label of a text."""
    return next((label for name, label, _ in labelled(text, names) if name), None)


def _plain_name(name: str) -> str:
    return " ".join(re.split(r"[\s/&-]+", name.lower()))


def fields(entries: Sequence[Entry], names: frozenset[str]) -> Iterator[Field]:
    """Entries as labelled fields. What follows a paragraph that ends with a bare label belongs to that label;
    what is nested below an item belongs to the item's last label."""
    current: Field | None = None
    for entry in entries:
        if entry.kind not in ("item", "paragraph") or entry.block.quoted:
            pieces = []
        else:
            pieces = list(labelled(entry.text, names))
        named = any(name for name, _, _ in pieces)
        if not named and current and not current.of_item and not current.text.source:
            current.below.append(entry)
            continue
        if not named:
            if current:
                yield current
            current = None
            yield Field("", entry.text, entry.text, [entry], entry.kind == "item")
            continue
        for name, label, text in pieces:
            if current:
                yield current
            current = Field(name, label, text, [], entry.kind == "item")
        assert current is not None
        current.below.extend(entry.below)
    if current:
        yield current


def groups(chapter: Chapter, names: frozenset[str]) -> Iterator[Field]:
    """The labelled fields of a chapter; a chapter in it whose heading is one of the labels is a field too."""
    yield from fields(chapter.own, names)
    for inner in chapter.chapters:
        name = inner.name if inner.name in names else ""
        yield Field(name, inner.title, inner.title.cut(0, 0), list(inner.entries), False)


def known_chapters(page: Page, book: Chapter, names: Mapping[str, str]) -> Iterator[tuple[str, Chapter]]:
    """The chapters that `names` knows, by what it calls them; what stands in others is kept as prose."""
    for chapter in book.chapters:
        titles = chapter.level == 1 and any(one.name in names for one in chapter.chapters)
        if chapter.name in names and not titles:
            yield names[chapter.name], chapter
            continue
        if chapter.level > 1:
            where = f"{page.path}, line {chapter.title.line}"
            page.not_read.append(f"{where}: no section of this format is called '{chapter.title.words[:80]}'")
        page.keep(chapter.own, chapter.title.words)
        yield from known_chapters(page, chapter, names)


def split_ids(text: Stretch) -> Iterator[tuple[str, Stretch]]:
    """References of a comma list: ranges are counted out, remarks in brackets dropped, other words kept as
    they are."""
    at = 0
    for gap in [*_BETWEEN.finditer(_masked(text.source)), None]:
        piece = text.cut(at, gap.start() if gap else None)
        at = gap.end() if gap else at
        bare = _REMARK.sub("", piece.bare).strip()
        if is_none(bare):
            continue
        counted = _counted(bare)
        for name in counted or [bare]:
            yield name, piece


def _masked(source: str) -> str:
    """Text in brackets holds no separators of the list around it."""
    return _IN_BRACKETS.sub(lambda found: "x" * len(found[0]), source)


def _counted(text: str) -> list[str]:
    found = _RANGE.fullmatch(text)
    if not found:
        return []
    first, last = int(found[2]), int(found[3])
    return [f"{found[1]}{n}" for n in range(first, last + 1)] if first <= last <= first + _WIDEST else []


def change_of(text: str) -> str:
    """How a file changes, in the plan's words; other words as they are."""
    said = text.strip().lower()
    return CHANGES.get(said, said)


_VERB = "|".join(sorted(CHANGES, key=len, reverse=True))
_FILE = re.compile(
    rf"(?:\*\*|__|\*)?(?:\[?(?P<verb>{_VERB})\]?(?:\s*:|(?=\s+`)|\s*:?(?:\*\*|__|\*)(?:\s*:)?)\s*)?(?:\*\*|__)?"
    r"(?:`(?P<code>[^`]+)`|\[`?(?P<link>[^\]`\n]+)`?\]\([^()\s]*\)|(?P<plain>[^\s`*:,;()\[\]]+))"
    r"(?:\*\*|__)?(?::(?:\*\*|__))?",
    re.IGNORECASE,
)
_PATH = re.compile(r"[^\s/]+/[^\s]*|/[^\s]*|\.?[\w*@+-]+(?:\.[\w*-]+)+|Makefile|Dockerfile|LICENSE|Procfile")
_ARROW = re.compile(r"\s{0,40}(?:→|->|=>)\s{0,40}`(?P<to>[^`]+)`")
_SAID = re.compile(
    rf"\s*[(\[](?P<said>{_VERB})(?:\s+from\s+`?(?P<source>[^`()\s]+)`?)?\s*[)\]]", re.IGNORECASE
)
_SUMMARY = re.compile(r"\s{0,40}(?::|—|–|-(?=\s))?\s{0,40}")
_NEXT_FILE = re.compile(r"\s{0,40}(?:[,;]|\band\b)\s{0,40}(?=(?:\*\*)?`)")


@dataclass(frozen=True)
class FileLine:
    """A file named in a list, with what is said about it; parts that are not said are None."""

    path: Stretch
    change: Stretch | None
    summary: Stretch | None
    source: Stretch | None


def file_lines(text: Stretch) -> Iterator[FileLine | Stretch]:
    """The files of one item: `` `a.py` (new): what ``, `` New: `a.py` ``, ``a.py - what``, or several with
    commas. A stretch when it names none."""
    at = 0
    while at < len(text.source):
        found = _FILE.match(text.source, at)
        if not found or not _is_path(found):
            yield text.cut(at)
            return
        end, line = _file_line(text, found)
        yield line
        at = end


def _is_path(found: re.Match[str]) -> bool:
    return bool(found["code"] or found["link"] or _PATH.fullmatch(found["plain"].rstrip(".")))


def _file_line(text: Stretch, found: re.Match[str]) -> tuple[int, FileLine]:
    kind = next(name for name in ("code", "link", "plain") if found[name] is not None)
    path: Stretch = text.cut(*found.span(kind))
    if kind == "code":
        path = verbatim(path)
    source: Stretch | None = None
    change = text.cut(*found.span("verb")) if found["verb"] else None
    at = found.end()
    if arrow := _ARROW.match(text.source, at):
        path, source, at = verbatim(text.cut(*arrow.span("to"))), path, arrow.end()
    if said := _SAID.match(text.source, at):
        change, at = text.cut(*said.span("said")), said.end()
        source = text.cut(*said.span("source")) if said["source"] else source
    after = _NEXT_FILE.match(text.source, at)
    if after:
        return after.end(), FileLine(path, change, None, source)
    gap = _SUMMARY.match(text.source, at)
    start = gap.end() if gap else at
    stop = _next_line(text.source, start)
    summary = text.cut(start, stop[0])
    return stop[1], FileLine(path, change, summary if summary.source else None, source)


_LATER_FILE = re.compile(r";\s*(?=`[^`]{0,200}[/.][^`]{0,200}`\s*(?:\(|:))")


def _next_line(source: str, start: int) -> tuple[int, int]:
    found = _LATER_FILE.search(source, start)
    return (found.start(), found.end()) if found else (len(source), len(source))


class Page(Sheet):
    """A sheet that is filled from stretches: every part gets the place of the text it was read from."""

    def text(self, pointer: str, text: Stretch | None) -> None:
        """One line of words; nothing when there are none."""
        if text and text.words:
            self.put(pointer, text.words, text.line, text.col)

    def bare(self, pointer: str, text: Stretch | None) -> None:
        """A path, command, id or choice: words without backticks."""
        if text and text.bare:
            self.put(pointer, text.bare, text.line, text.col)

    def choice(self, pointer: str, text: Stretch | None, known: Mapping[str, str]) -> None:
        """A choice in the plan's words; other words as they are."""
        if text and text.bare:
            said = text.bare.rstrip(".")
            self.put(pointer, known.get(said.lower(), said), text.line, text.col)

    def long(self, pointer: str, said: Sequence[Stretch], between: str = "\n") -> None:
        """A text of several lines or items."""
        filled = [one for one in said if one.words]
        if filled:
            first = filled[0]
            self.put(pointer, between.join(one.words for one in filled), first.line, first.col)

    def many(self, pointer: str, said: Iterable[Stretch], *, code: bool = False) -> None:
        """A list of texts; "none" makes an empty one."""
        for one in said:
            if one.words and is_none(one.words):
                self.empty(pointer, one)
            elif one.words:
                self.add(pointer, one.bare if code else one.words, one.line, one.col)

    def references(self, pointer: str, text: Stretch | None) -> None:
        """A list of ids; "none" makes an empty one."""
        if text is None:
            return
        found = list(split_ids(text))
        if not found:
            self.empty(pointer, text)
        for name, at in found:
            self.add(pointer, name, at.line, at.col)

    def empty(self, pointer: str, at: Stretch) -> None:
        """Say that a list is there and holds nothing, unless it holds something."""
        if pointer not in self.places:
            self.put(pointer, [], at.line, at.col)

    def open(self, pointer: str, at: Stretch) -> str:
        """A new part at the end of a list; its pointer."""
        return self.add(pointer, {}, at.line, at.col)

    def keep(self, entries: Iterable[Entry], heading: str) -> None:
        """Keep entries as prose, with all that is below them."""
        for entry in entries:
            source = entry.text.source
            if entry.kind == "fence":
                source = f"```{entry.block.info}\n{source.rstrip()}\n```"
            elif entry.kind == "html":
                source = uncommented(source)
            if source.strip() and not (entry.kind == "row" and entry.block.head):
                self.say(source, heading, entry.text.line, entry.text.col)
            self.keep(entry.below, heading)

    def puzzled(self, what: str, at: Stretch, entries: Iterable[Entry], heading: str) -> None:
        """Keep entries as prose, and say that they were not understood."""
        self.not_read.append(f"{self.path}, line {at.line}: {what}")
        self.keep(entries, heading)

    def leave(self, chapter: Chapter, what: str = "") -> None:
        """Keep a whole chapter as prose; `what` says why it was not understood."""
        if what:
            self.not_read.append(f"{self.path}, line {chapter.title.line}: {what}")
        self.keep(chapter.own, chapter.title.words)
        for inner in chapter.chapters:
            self.leave(inner)

    def list_of(self, pointer: str, entries: Sequence[Entry], heading: str, *, code: bool = False) -> None:
        """A section that is a list of texts; what else stands in it is prose."""
        taken = listed(entries)
        if len(taken) == 1 and not_applicable(taken[0].text.words):
            self.empty(pointer, taken[0].text)
            self.keep(taken, heading)
        else:
            self.many(pointer, texts(taken), code=code)
            self.keep((one for entry in taken for one in _unlisted(entry)), heading)
        known = {id(entry) for entry in taken}
        self.keep((entry for entry in entries if id(entry) not in known), heading)


def _unlisted(entry: Entry) -> Iterator[Entry]:
    for one in entry.below:
        if one.kind in ("item", "paragraph"):
            yield from _unlisted(one)
        else:
            yield one


def summary(page: Page, chapter: Chapter) -> None:
    """The paragraphs of a chapter as the plan's summary; what else stands there is kept or left."""
    said = [entry.text for entry in chapter.own if entry.kind == "paragraph" and not entry.block.quoted]
    page.long("/summary", said, "\n\n")
    page.keep(
        (one for one in chapter.own if one.kind != "paragraph" or one.block.quoted), chapter.title.words
    )
    for inner in chapter.chapters:
        page.leave(inner)
