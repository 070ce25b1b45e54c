"""Untrusted text as Markdown that only ever shows as text. Pure, linear in the length of the text.

Mentions, issue references, links and addresses become code spans, because GitHub resolves them after Markdown
escapes are gone; everything else is escaped. `` `code` `` of one line stays code. markdown-it reads back what
went in, but for white space, which is squeezed, and invisible characters, which become U+FFFD.
"""

from __future__ import annotations

import re

# Control, zero-width, filling, direction and private-use characters; what separates words or lines is white
# space. U+FE0F stays where it makes the sign before it an emoji or a key cap.
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0"
    "\ufff9-\ufffb\ud800-\udfff\ue000-\uf8ff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
    "|(?<![\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff])"
    "\ufe0f(?!\u20e3)"
)
_CODE_SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_WORDS = re.compile(r"([ <]+)")
_WAKES_GITHUB = re.compile(r"@\w|#\d|\bGH-\d|://|www\.|mailto:|xmpp:", re.IGNORECASE)
_SPECIAL = re.compile(r"[\\`*\[\]|~$>]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|&(?=[A-Za-z0-9#]+;)|<")
# A squash merge takes the pull request's text as its message, and in messages code spans protect nothing.
_CLOSES = re.compile(r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+\S*(?:#\d|GH-\d|://)", re.IGNORECASE)
_LINE_START = re.compile(r"[-+#=:/]|[0-9]{1,9}(?=[.)])")
_BORS = re.compile(r"bors(?=:?\s)", re.IGNORECASE)  # obeys lines of pull requests that begin with its name


def plain(text: str) -> str:
    """`text` on one line: white space squeezed, invisible characters shown as U+FFFD."""
    return " ".join(INVISIBLE.sub("\ufffd", text).split())


def inline(text: str) -> str:
    """One line of Markdown that shows `text` and does nothing; for paragraphs and list items."""
    return _guarded_start(_line_of(plain(text), "|"))


def cell(text: str) -> str:
    """As `inline`, for a table cell: bars in code are escaped too."""
    return _guarded_start(_line_of(plain(text), "\\|"))


def block(text: str) -> str:
    """Paragraphs and lines of `text`, each line as `inline` makes it; "- " at a line's
    start stays a list item.
    """
    lines = INVISIBLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return "\n".join(_line(line) for line in lines).strip("\n")


def _line(line: str) -> str:
    item = re.match(r"- (?=\S)", line)
    return f"- {inline(line[2:])}" if item else inline(line)


def code(text: str) -> str:
    """`text` as a code span; text that cannot be one is shown as `inline` shows it."""
    return _code(plain(text), "|")


def cell_code(text: str) -> str:
    """As `code`, for a table cell."""
    return _code(plain(text), "\\|")


def title(text: str) -> str:
    """`text` for the title of an issue or pull request: shown raw, so nothing is escaped,
    only put into backticks.
    """
    return " ".join(
        _raw_code(word) if _WAKES_GITHUB.search(word) else word for word in plain(text).split(" ")
    )


def clipped(text: str, limit: int) -> str:
    """`text` on one line of at most `limit` characters, cut between words where that loses less than half."""
    words = plain(text)
    if len(words) <= limit:
        return words
    short = words[: limit - 1]
    at = short.rfind(" ")
    return (short[:at] if at > limit // 2 else short).rstrip(" ,;:") + "…"


def _code(words: str, bar: str) -> str:
    if not words or "<!--" in words or _CLOSES.search(words):
        return _guarded_start(_escaped(words, bar))
    return _span(words, 2 if "`" in words else 1, bar)


def _fits_code(words: str) -> bool:
    return bool(words) and "`" not in words and "<!--" not in words and not _CLOSES.search(words)


def _line_of(words: str, bar: str) -> str:
    pieces = _CODE_SPAN.split(words)
    shown = [_escaped(piece, bar) if at % 2 == 0 else "" for at, piece in enumerate(pieces)]
    for at in range(1, len(pieces), 2):
        touching = shown[at - 1].endswith("`") or shown[at + 1].startswith("`")
        kept = _fits_code(pieces[at]) and bool(pieces[at].strip()) and not touching
        shown[at] = _span(pieces[at], 1, bar) if kept else f"\\`{_escaped(pieces[at], bar)}\\`"
    return "".join(shown)


def _escaped(text: str, bar: str) -> str:
    return "".join(_word(word, bar) for word in _WORDS.split(text))


def _word(word: str, bar: str) -> str:
    if word and not word.strip("#"):
        return "\\#" * len(word)
    if not _WAKES_GITHUB.search(word):
        return _SPECIAL.sub(_escape, word)
    before, core, after = _edges(word)
    return _SPECIAL.sub(_escape, before) + _span(core, 2, bar) + _SPECIAL.sub(_escape, after)


def _escape(found: re.Match[str]) -> str:
    return {"<": "&lt;", "&": "&amp;", ">": "&gt;"}.get(found[0], "\\" + found[0])


def _edges(word: str) -> tuple[str, str, str]:
    core = word.lstrip("([{\"'*_~")
    bare = core.rstrip(")]}\"'*_~.,;:!?")
    return word[: len(word) - len(core)], bare, core[len(bare) :]


def _raw_code(word: str) -> str:
    before, core, after = _edges(word)
    return f"{before}`{core.replace('`', chr(39))}`{after}"


def _span(text: str, fence: int, bar: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    ticks = "`" * max(fence, longest + 1 if longest else fence)
    pad = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) else ""
    return f"{ticks}{pad}{text.replace('|', bar)}{pad}{ticks}"


def _guarded_start(line: str) -> str:
    if bors := _BORS.match(line):
        return _span(bors[0], 2, "|") + line[bors.end() :]
    found = _LINE_START.match(line)
    if not found:
        return line
    at = found.end() if found[0].isdigit() else 0
    return f"{line[:at]}\\{line[at:]}"
