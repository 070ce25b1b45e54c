"""PLN914-918: nothing leaks, notifies, closes, links or commands that should not.

Rules on what GitHub would do look at Markdown as it is shown: at rendered files, files that were read, and
texts that are published. Plan texts that a template makes harmless first are not judged by them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.plan.findings import Location, Severity
from bot.plan.markdown import Block, Document, Span
from bot.plan.prose import short
from bot.plan.rules.engine import Hit, Lacking, LintInput, rule
from bot.plan.rules.pages import judged
from bot.plan.rules.scope import bare, milder
from bot.secret_text import secret_in


@dataclass(frozen=True, slots=True)
class Page:
    """Markdown that people will see. `name` is a file's path, or what GitHub calls the text when it is
    published."""

    name: str
    document: Document
    published: bool

    def place(self, line: int, col: int = 1) -> Location | None:
        return None if self.published else Location(self.name, line, col)

    def where(self, line: int) -> str:
        return f"{self.name}, line {line}"

    @property
    def raw(self) -> bool:
        """Whether GitHub shows the text as it is, so that nothing in it can be hidden."""
        return self.published and self.name.endswith(("title", "headline"))


def _pages(given: LintInput) -> tuple[Page, ...]:
    """Raises Lacking when there is no Markdown at all."""
    found = [Page(one.path, one, False) for one in judged(given)]
    found += [Page(name, _document(name, text), True) for name, text in given.published.items()]
    if not found:
        raise Lacking("no Markdown document and no text for GitHub")
    return tuple(found)


@lru_cache(maxsize=64)
def _document(name: str, text: str) -> Document:
    return Document(name, text)


def _spans(page: Page) -> Iterator[Span]:
    return (span for block in page.document.blocks for span in block.spans)


def _words(page: Page) -> Iterator[tuple[str, int, int]]:
    """Text that GitHub reads as prose, with its line and column: no code, no links' words, no comments."""
    for block in page.document.blocks:
        if block.kind == "html":
            yield _COMMENT.sub(" ", block.text), block.line, 1
        for span in block.spans:
            if span.kind in ("text", "strong"):
                yield span.text, span.line, span.col


_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)

# --- secrets ---------------------------------------------------------------------------------------------


@rule(
    "PLN914",
    severity="error",
    needs=[],
    formats="*",
    message="Possible {kind} in {pointer}: redacted",
)
def nothing_holds_a_secret(given: LintInput) -> Iterator[Hit]:
    """No text holds what looks like a live secret"""
    if not any((given.plan, given.documents, given.texts, given.published)):
        raise Lacking("no text to look through")
    hits = list(_secrets_in_plan(given)) or list(_secrets_in_texts(given))
    yield from hits
    for name, text in given.published.items():
        if found := secret_in(text):
            yield _secret(given, found.what, f"{name}, line {found.line}")


def _secrets_in_plan(given: LintInput) -> Iterator[Hit]:
    for leaf in given.strings:
        if len(leaf.text) > _SHORTEST and (found := secret_in(leaf.text)):
            yield _secret(given, found.what, leaf.pointer, leaf.pointer)


# Every kind of secret is longer.
_SHORTEST = 15


def _secrets_in_texts(given: LintInput) -> Iterator[Hit]:
    named = [(one.path, one.text) for one in judged(given)]
    named += [(one.path, one.text) for one in given.renderings if not one.path.endswith(".md")]
    for name, text in (*named, *given.texts):
        if found := secret_in(text):
            place = Location(name, found.line, 1)
            yield _secret(given, found.what, f"{name}, line {found.line}", place=place)


# Kinds that only the words around them tell, and one that is made for every try; the others have a form that
# their makers gave them.
_UNSURE = ("assigned", "password", "bearer", "JSON web token")


def _secret(given: LintInput, kind: str, where: str, pointer: str = "", place: Location | None = None) -> Hit:
    return Hit(
        pointer,
        {"kind": kind, "pointer": where},
        "take it out, and revoke it if it is real",
        location=place,
        severity=milder(given) if kind.startswith(_UNSURE) else None,
    )


# --- mentions --------------------------------------------------------------------------------------------

_MENTION = re.compile(
    r"(?<![\w@/.`+$-])@([A-Za-z0-9][A-Za-z0-9-]{0,38}(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,99})?)(?![\w@-])"
)


@rule(
    "PLN915",
    severity="error",
    needs=[],
    formats="R,S,X,F,P,O,PR",
    message="Mention @{n} would notify",
)
def nobody_is_mentioned(given: LintInput) -> Iterator[Hit]:
    """No text of ours notifies people but those on the list"""
    allowed = {name.lstrip("@").casefold() for name in given.limits.mentions}
    for page in _pages(given):
        for text, line, col in _words(page):
            for found in _MENTION.finditer(text):
                if found[1].casefold() not in allowed:
                    place = page.place(line, col + found.start())
                    values = {"n": found[1], "place": page.where(line)}
                    yield Hit("", values, f"`@{found[1]}`", location=place)


# --- closing ---------------------------------------------------------------------------------------------

_CLOSES = re.compile(
    r"(?<![\w-])(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)(?::\s{0,9}|\s{1,9})(?:issue\s)?"
    r"(?:(?:[\w-]{1,39}/[\w.-]{1,100})?#\d{1,9}|GH-\d{1,9}"
    r"|https?://[\w.-]{1,100}/[\w-]{1,39}/[\w.-]{1,100}/issues/\d{1,9})",
    re.IGNORECASE,
)


@rule(
    "PLN916",
    severity="error",
    needs=[],
    formats="R,S,X,F,P,O,PR",
    message="'{t}' would close the issue on merge",
)
def merging_closes_no_issue(given: LintInput) -> Iterator[Hit]:
    """No published text closes an issue when it is merged"""
    for page in _pages(given):
        for found in _CLOSES.finditer(page.document.text):
            line = page.document.text.count("\n", 0, found.start()) + 1
            severity: Severity = "error" if page.published else "warning"
            values = {"t": " ".join(found[0].split()), "place": page.where(line)}
            yield Hit("", values, "write Refs", severity, location=page.place(line))


# --- links -----------------------------------------------------------------------------------------------

_ADDRESS = re.compile(r"(?<![\w/])(?:https?://|www\.)[^\s<>\"'`)\]]{1,2000}", re.IGNORECASE)
_ELSEWHERE = re.compile(r"(?:[a-z][a-z0-9+.-]{1,20}:|//|www\.)", re.IGNORECASE)
_OTHER_ISSUE = re.compile(r"(?<![\w/.-])[\w-]{1,39}/[\w.-]{1,100}#\d{1,9}\b")
_HTML_ADDRESS = re.compile(
    r"<(img|a|source|iframe|link|script|video|audio|object|embed)\b[^>]{0,2000}", re.IGNORECASE
)
_HTML_TARGET = re.compile(
    r"\b(?:src|href|srcset|data|poster)\s{0,3}=\s{0,3}[\"']?([^\s\"'>]{1,2000})", re.IGNORECASE
)
# What our own templates point to.
_OURS = ("https://github.com/github/spec-kit",)


@rule(
    "PLN917",
    severity="error",
    needs=[],
    formats="R,S,X,F,P,O,PR",
    message="Link/reference {u} is not from the inputs",
)
def links_come_from_the_inputs(given: LintInput) -> Iterator[Hit]:
    """No image, and no link or foreign issue that neither the issue nor the settings name"""
    hits, unsure = [], False
    for page in _pages(given):
        for target, kind, line, col in _targets(page):
            if target.startswith((*_OURS, *given.limits.links)):
                continue
            if kind != "image" and given.issue_text is None:
                unsure = True
            elif kind == "image" or target not in (given.issue_text or ""):
                values = {"u": target[:200], "place": page.where(line)}
                hits.append(Hit("", values, f"`{target[:200]}`", location=page.place(line, col)))
    if unsure and not hits:
        raise Lacking("no text of the issue to compare links with")
    yield from hits


def _targets(page: Page) -> Iterator[tuple[str, str, int, int]]:
    """Every address and foreign issue a page refers to: the target, its kind, line and column."""
    for block in page.document.blocks:
        html = [(block.text, block.line, 1)] if block.kind == "html" else []
        html += [(span.text, span.line, span.col) for span in block.spans if span.kind == "html"]
        for text, line, col in html:
            for tag in _HTML_ADDRESS.finditer(_COMMENT.sub(" ", text)):
                kind = "link" if tag[1].lower() == "a" else "image"
                for found in _HTML_TARGET.finditer(tag[0]):
                    if _ELSEWHERE.match(found[1]):
                        yield found[1], kind, line, col
    for span in _spans(page):
        if span.kind in ("image", "link") and _ELSEWHERE.match(span.target):
            yield span.target, span.kind, span.line, span.col
        elif span.kind in ("text", "strong"):
            for pattern in (_ADDRESS, _OTHER_ISSUE):
                for found in pattern.finditer(span.text):
                    yield found[0].rstrip(".,;:!?*_"), "link", span.line, span.col + found.start()


# --- instructions ----------------------------------------------------------------------------------------

_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|bypass)\s(?:(?:all|any|the|your|of|these|those|every|everything)\s){0,4}"
    r"(?:(?:previous|prior|above|earlier|preceding|foregoing|former|system|other|initial|original)\s){1,2}"
    r"(?:\w{1,20}\s)?(?:instructions?|prompts?|rules|directions|directives|guidelines|messages|orders)\b"
    r"|\b(?:ignore|disregard|forget) (?:everything|anything|all) (?:above|before|you were told)\b"
    r"|\byou are now (?:in |an? )?(?:developer|admin|root|dan|jailbroken|unrestricted|unfiltered|god)\b"
    r"|\b(?:reveal|print|repeat|leak|exfiltrate)\s(?:me\s)?(?:your|the)\s(?:full\s|entire\s|hidden\s)?"
    r"(?:system prompt|hidden instructions|initial instructions)\b"
    r"|\b(?:do not|don't|never) (?:tell|inform|alert|notify) (?:the |any )?"
    r"(?:owner|human|reviewer|maintainer)s?\b"
    r"|<\|(?:im_start|im_end|system|endoftext)\|>|\[/?INST\]",
    re.IGNORECASE,
)
_COMMANDS = (
    r"merge|approve|lgtm|close|reopen|assign|unassign|label|unlabel|plan|decide|deploy|rebase|squash"
    r"|retest|test|hold|unhold"
    r"|override|ok-to-test|cherry-pick|cherrypick|backport|shipit|land|queue|milestone|lock|unlock"
    r"|transfer|duplicate|cc|run"
    r"|rerun|override-labels|kind|priority|area|lifecycle|remove|ready|review|autofix|format|bump|release"
    r"|delete"
)
_SLASH = re.compile(rf"^ {{0,3}}/(?:{_COMMANDS})(?:\s|$)", re.IGNORECASE | re.MULTILINE)
_BOT = re.compile(
    r"(?:(?<![\w/`])@[\w-]{1,39}(?:\[bot\])?|^bors):?\s{1,3}(?:r[+-=]|merge|squash|rebase|approve|close"
    r"|reopen|cancel merge"
    r"|recreate|delegate[+=]|try|retry|run|deploy|ignore this|override|lgtm|queue|update)(?!\w)",
    re.IGNORECASE | re.MULTILINE,
)
_KNOWN_COMMENT = re.compile(
    r"<!--\s*(?:groundplan|plan-lint|markdownlint|prettier|vale|textlint|toc|/toc|cspell|spell-checker"
    r"|lint|eslint|omit)\b",
    re.IGNORECASE,
)


@rule(
    "PLN918",
    severity="error",
    needs=[],
    formats="*",
    message="{pointer}: instruction-like text from untrusted input",
)
def nothing_gives_orders_to_agents(given: LintInput) -> Iterator[Hit]:
    """No text gives orders to agents or bots, and nothing is hidden"""
    if not any((given.plan, given.documents, given.published)):
        raise Lacking("no text to look through")
    yield from _orders_in_plan(given)
    known = _folded(leaf.text for leaf in given.strings) if given.own and not given.reading else None
    for page in _pages(given) if given.documents or given.published else ():
        for what, line, severity in _orders_on(page, foreign=given.format == "foreign", known=known):
            values = {"t": what, "pointer": page.where(line)}
            yield Hit("", values, severity=milder(given) or severity, location=page.place(line))


# Words of the issue and of the repository, kept as they are there.
_COPIES = frozenset({"obligations.text", "tasks.evidence.quote", "codebase.commands.evidence.quote"})


def _orders_in_plan(given: LintInput) -> Iterator[Hit]:
    """Orders that a plan quotes, from the issue or because it is about such attacks, are only warned of."""
    for leaf in given.strings:
        if found := _ORDER.search(leaf.text):
            quoted = leaf.quoted or leaf.way in _COPIES or not _ORDER.search(bare(leaf.text))
            severity: Severity = "warning" if quoted else "error"
            values = {"t": _short(found[0]), "pointer": leaf.pointer}
            yield Hit(
                leaf.pointer, values, severity=milder(given, "info" if quoted else "warning") or severity
            )


def _orders_on(
    page: Page, *, foreign: bool, known: str | None = None
) -> Iterator[tuple[str, int, Severity | None]]:
    """What is hidden or addressed to bots, the line, and the severity when it is not the rule's own.

    `known` are all words of a whole plan of which this page is a view: what else the page says was not
    rendered from it.
    """
    for block in page.document.blocks:
        for text, line in () if page.raw else _comments(block):
            if _ORDER.search(text) or not (foreign or _KNOWN_COMMENT.match(text)):
                yield _short(text), line, None
        if block.kind == "paragraph" and not block.level:
            for found in _SLASH.finditer(block.text):
                yield _short(found[0]), block.line + block.text.count("\n", 0, found.start()), None
    if page.published or known is not None:
        for found in _ORDER.finditer(bare(page.document.text)):
            if known and " ".join(found[0].split()).casefold() in known:
                continue  # said where the plan has it
            yield _short(found[0]), page.document.text.count("\n", 0, found.start()) + 1, None
    for text, line, _ in _words(page):
        for found in _BOT.finditer(text):
            yield _short(found[0]), line, None


def _folded(texts: Iterable[str]) -> str:
    return " ".join(" ".join(texts).split()).casefold()


def _comments(block: Block) -> Iterator[tuple[str, int]]:
    source = [(block.text, block.line)] if block.kind == "html" else []
    source += [(span.text, span.line) for span in block.spans if span.kind == "html"]
    for text, line in source:
        for found in _COMMENT.finditer(text):
            yield found[0], line + text.count("\n", 0, found.start())


def _short(text: str) -> str:
    return short(text, 80)
