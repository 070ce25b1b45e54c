"""Markdown as GitHub shows it: tables, task lists, alerts, folded details, links to issues and files.

Raw HTML stays escaped but for `<details>` and `<summary>`; nothing here may fetch or look anything up itself.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from html import escape, unescape
from itertools import chain
from typing import Literal
from urllib.parse import quote, unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup

Kind = Literal["blob", "tree", "raw"]

DETAILS_DEPTH = 20
HEAD_LINES = 20
_TASK = re.compile(r"\[([ xX])\]\s+")
_FENCE = re.compile(r"^(`{3,}|~{3,})", re.MULTILINE)
_ALERT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*(?:\n|$)", re.IGNORECASE)
_DETAILS = re.compile(r"<details(\s+open(?:=\"\")?)?\s*>\s*(?:<summary>(.*?)</summary>)?", re.DOTALL | re.I)
_DETAILS_TAG = re.compile(r"<(/?)details\b[^>]*>", re.IGNORECASE)
_CODE_SPAN = re.compile(r"(`+)[^`].*?\1")
_SPOKEN = re.compile(
    r"(?P<url>https?://[^\s<>\"]*[^\s<>\".,:;!?')\]*_~])"
    r"|(?<![\w/&#.-])(?P<repo>[\w-]+/[\w.-]+)?#(?P<number>[1-9]\d{0,9})\b(?![/-])"
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a text can point at.

    `issue` gives the address of (full name or "", number), `file` that of (path in the repository, kind);
    both give None for what is not there. `folder` is where the text itself lies; `breaks` keeps every line's
    end, as GitHub does in conversations and not in files.
    """

    issue: Callable[[str, int], str | None] = lambda repo, number: None
    file: Callable[[str, Kind], str | None] = lambda path, kind: None
    folder: str = ""
    breaks: bool = True


NOWHERE = Surroundings()


def markdown(text: str | None, around: Surroundings = NOWHERE) -> Markup:
    """The text as HTML that is safe to put into a page; dangerous link schemes are refused by the parser."""
    return Markup(_parser(around.breaks).render(without_comments(text or ""), {"around": around}))


def without_comments(text: str) -> str:
    """HTML comments hidden, as GitHub hides them, but not those shown inside fenced code."""
    out, fence = [], None
    pending: list[str] = []
    for line in text.split("\n"):
        mark = _FENCE.match(line.lstrip())
        if fence is None and mark:
            out.append(_hidden("\n".join(pending)))
            pending, fence = [line], mark[1]
        elif fence is not None and line.strip().startswith(fence):
            out.append("\n".join([*pending, line]))
            pending, fence = [], None
        else:
            pending.append(line)
    rest = "\n".join(pending)
    out.append(rest if fence else _hidden(rest))
    return "\n".join(out)


def _hidden(text: str) -> str:
    """Without whole comments; one that never ends stays, so that this stays linear in the text's length."""
    out, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        out.append(text[at:start])
        at = end + 3
    return "".join(out) + text[at:]


@cache
def _parser(breaks: bool) -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "breaks": breaks}).enable(["table", "strikethrough"])
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    made.block.ruler.before("paragraph", "details", _details, interrupts)
    made.core.ruler.after("block", "alerts", _alerts)
    made.core.ruler.after("alerts", "bare tables", _bare_tables)
    made.core.ruler.after("bare tables", "diagrams", _diagrams)
    made.core.ruler.push("tasks", _task_lists)
    made.core.ruler.push("addresses", _addresses)
    return made


def _html(content: str) -> Token:
    return Token("html_block", "", 0, content=content)


# https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting


def _details(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A block from `<details>` to its closing tag, or to the end of what it stands in, as in browsers."""
    depth = state.env.get("details", 0)
    if state.sCount[start] - state.blkIndent >= 4 or depth >= DETAILS_DEPTH:
        return False
    head = state.getLines(start, min(end, start + HEAD_LINES), state.blkIndent, False).lstrip()
    opening = _DETAILS.match(head)
    if opening is None:
        return False
    if silent:
        return True
    last = start + head[: opening.end()].count("\n")
    first = head[opening.end() :].split("\n", 1)[0]
    following = (state.getLines(line, line + 1, state.blkIndent, False) for line in range(last + 1, end))
    inside, rest, height = _until_closed(chain([first], following))
    tag = Token("details_open", "details", 1, block=True, attrs={"open": ""} if opening[1] else {})
    summary = escape(unescape((opening[2] or "Details").strip()), quote=True)
    state.tokens += [tag, _html(f"<summary>{summary}</summary>\n")]
    state.env["details"] = depth + 1
    state.md.block.parse(inside, state.md, state.env, state.tokens)
    state.env["details"] = depth
    state.tokens.append(Token("details_close", "details", -1, block=True))
    state.md.block.parse(rest, state.md, state.env, state.tokens)
    state.line = last + height
    return True


def _until_closed(lines: Iterable[str]) -> tuple[str, str, int]:
    """(what is inside, what follows on the closing tag's line, number of lines up to there)."""
    depth, fence = 1, ""
    inside: list[str] = []
    for line in lines:
        inside.append(line)
        mark = _FENCE.match(line.lstrip())
        if fence:
            fence = "" if line.strip().startswith(fence) else fence
        elif mark:
            fence = mark[1]
        else:
            for tag in _DETAILS_TAG.finditer(_CODE_SPAN.sub(lambda code: " " * len(code[0]), line)):
                depth += -1 if tag[1] else 1
                if depth == 0:
                    within = "\n".join([*inside[:-1], line[: tag.start()]])
                    return within, line[tag.end() :], len(inside)
    return "\n".join(inside), "", len(inside)


def _alerts(state: StateCore) -> None:
    """`> [!NOTE]` becomes a box with a title; one without words in it stays a quote."""
    out: list[Token] = []
    tokens = state.tokens
    for at, token in enumerate(tokens):
        out.append(token)
        words = tokens[at + 2] if token.type == "blockquote_open" and token.level == 0 else None
        found = _ALERT.match(words.content) if words else None
        if words is None or found is None or _is_last(tokens, at + 2, found):
            continue
        kind = found[1].lower()
        closing = next(
            tokens[after]
            for after in range(at, len(tokens))
            if tokens[after].type == "blockquote_close" and tokens[after].level == 0
        )
        token.tag = closing.tag = "div"
        token.attrs = {"class": f"alert alert-{kind}"}
        title = f'<span aria-hidden="true">{_SIGNS[kind]}</span> {kind.title()}'
        out.append(_html(f'<p class="alert-title">{title}</p>\n'))
        words.content = words.content[found.end() :]
        if not words.content:
            tokens[at + 1].hidden = tokens[at + 3].hidden = True
    state.tokens = out


def _is_last(tokens: list[Token], at: int, found: re.Match[str]) -> bool:
    return found.end() == len(tokens[at].content) and tokens[at + 2].type == "blockquote_close"


_SIGNS = {"note": "⊙", "tip": "✦", "important": "❕", "warning": "⚠", "caution": "⊗"}


def _bare_tables(state: StateCore) -> None:
    """A header row without a single word is not shown."""
    kept: list[Token] = []
    for token in state.tokens:
        kept.append(token)
        if token.type == "thead_close":
            at = next(-back for back in range(1, len(kept) + 1) if kept[-back].type == "thead_open")
            if not any(one.content.strip() for one in kept[at:]):
                del kept[at:]
    state.tokens = kept


def _diagrams(state: StateCore) -> None:
    out: list[Token] = []
    for token in state.tokens:
        if token.type == "fence" and token.info.strip().lower() == "mermaid":
            caption = "<figcaption>Mermaid diagram (GitHub draws it)</figcaption>"
            out += [_html(f'<figure class="diagram">{caption}'), token, _html("</figure>\n")]
        else:
            out.append(token)
    state.tokens = out


def _task_lists(state: StateCore) -> None:
    """`- [ ]` and `- [x]` at the start of a list item become boxes that cannot be ticked here."""
    for at, token in enumerate(state.tokens[2:], 2):
        first = token.children[0] if token.children else None
        found = _TASK.match(first.content) if first is not None and first.type == "text" else None
        if first is None or found is None or state.tokens[at - 2].type != "list_item_open":
            continue
        state.tokens[at - 2].attrJoin("class", "task-list-item")
        box = Token("html_inline", "", 0)
        box.content = f'<input type="checkbox" disabled{" checked" if found[1] in "xX" else ""}> '
        first.content = first.content[found.end() :]
        (token.children or []).insert(0, box)


# Where links lead


def _addresses(state: StateCore) -> None:
    around: Surroundings = state.env["around"]
    for token in state.tokens:
        if token.children:
            token.children = _led(token.children, around)


def _led(children: list[Token], around: Surroundings) -> list[Token]:
    out: list[Token] = []
    inside_link = 0
    for token in children:
        inside_link += (token.type == "link_open") - (token.type == "link_close")
        if token.type == "link_open":
            token.attrs["href"] = _target(str(token.attrs["href"]), around) or token.attrs["href"]
        if token.type == "image":
            out += _picture(token, around, bool(inside_link))
        elif token.type == "text" and not inside_link:
            out += _spoken(token.content, around)
        else:
            out.append(token)
    return out


def _target(href: str, around: Surroundings, *, raw: bool = False) -> str | None:
    """The address in the repository that a relative link means, or None for every other link."""
    parts = urlsplit(href)
    if parts.scheme or parts.netloc or not parts.path:
        return None
    asked = unquote(parts.path)
    joined = asked.lstrip("/") if asked.startswith("/") else posixpath.join(around.folder, asked)
    path = posixpath.normpath(joined).strip("/")
    if path.startswith(".."):
        return None
    kind: Kind = "raw" if raw else "tree" if path == "." or asked.endswith("/") else "blob"
    found = around.file("" if path == "." else path, kind)
    return f"{found}#{parts.fragment}" if found and parts.fragment else found


def _picture(token: Token, around: Surroundings, inside_link: bool) -> list[Token]:
    """A picture of this repository is shown; one from elsewhere is a link: pages load nothing from there."""
    source = str(token.attrs["src"])
    here = _target(source, around, raw=True)
    if here or source.startswith("data:image/"):
        token.attrs["src"] = here or source
        return [token]
    words = token.content or "image"
    return [_word(words)] if inside_link else _link(source, words)


def _spoken(text: str, around: Surroundings) -> list[Token]:
    """Bare addresses and `#12` or `owner/name#12` become links, the latter if there is such a thing."""
    out: list[Token] = []
    done = 0
    for found in _SPOKEN.finditer(text):
        url = found["url"] or around.issue(found["repo"] or "", int(found["number"]))
        if url:
            out += [_word(text[done : found.start()]), *_link(url, found[0])]
            done = found.end()
    return [*out, _word(text[done:])]


def _word(text: str) -> Token:
    return Token("text", "", 0, content=text)


def _link(href: str, words: str) -> list[Token]:
    return [Token("link_open", "a", 1, attrs={"href": href}), _word(words), Token("link_close", "a", -1)]


def in_repository(full_name: str, kind: str, ref: str, path: str) -> str:
    """The address of a file or folder page."""
    tail = f"/{quote(path)}" if path else ""
    return f"/{quote(full_name)}/{kind}/{quote(ref)}{tail}"
