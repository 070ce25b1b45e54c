"""What a model wrote, without what could act on people or machines: mentions, foreign
links, closing words, secrets.

Deterministic and last before the rules: a model that obeys a stranger's instruction changes nothing by it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bot.author.private import without_thoughts
from bot.author.untrusted import WITHHELD, without_invisible, without_orders
from bot.secret_text import secret_in

_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)
_LINK = re.compile(r"!?\[([^\]\n]{0,200})\]\([^)\s]{0,500}\)")
_ADDRESS = re.compile(r"\b(?:[a-z][a-z0-9+.-]{1,20}://|www\.|mailto:)[^\s<>`\"')\]]+", re.IGNORECASE)
_HARMLESS_HOST = re.compile(
    r"https?://(localhost|127\.0\.0\.1|\[::1\]|example\.(com|org|net))(?=[:/?#]|$)", re.IGNORECASE
)
_CLOSING = re.compile(
    r"\b(close[sd]?|fix(?:e[sd])?|resolve[sd]?)(\s*:\s+|\s+)(?=(?:[\w.-]{1,100}/[\w.-]{1,100})?#\d|GH-\d)",
    re.IGNORECASE,
)
_MENTION = re.compile(r"(?<![\w`/.@])@[A-Za-z0-9][\w-]*(?:/[\w.-]*\w)?")
_REFERENCE = re.compile(r"(?<![\w`&/])(?:[\w.-]{1,100}/[\w.-]{1,100})?#\d+\b|\bGH-\d+\b")
_SLASH = re.compile(r"(?m)^([ \t]*)/(?=[a-z])")
_BORS = re.compile(r"(?im)^([ \t]*)(bors)(?=:?[ \t])")
_UNSAFE = re.compile(
    r"\b(?:curl|wget)\b[^\n`|]{0,300}\|\s*(?:sudo\s+)?(?:ba|z)?sh\b|\brm\s+-[a-z]*r[a-z]*f?[a-z]*\s+[~/$][^\s`]*"
    r"|--no-verify\b|\bchmod\s+(?:-R\s+)?777\b"
    r"|\bgit\s+push\s+[^\n`]{0,200}(?:--force\b|-f\b)|\bdrop\s+database\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"(`[^`\n]*`)")
LONGEST = 8_000
# What a work stream is handed over with; shown as code.
_OF_STREAMS = frozenset({"/schema", "/api-design", "/implement"})


@dataclass
class Purge:
    """Cleans texts and counts what it took out, by kind."""

    removed: Counter[str] = field(default_factory=Counter)

    def data(self, value: Any) -> Any:
        """Every string of a JSON value, cleaned; keys and other values stay."""
        if isinstance(value, dict):
            return {key: item if _is_of_stream(key, item) else self.data(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.data(item) for item in value]
        return self.text(value) if isinstance(value, str) else value

    def text(self, text: str) -> str:
        """One text. Nothing is left that GitHub would act on, apart from what stands in a code span."""
        visible, count = without_invisible(text)
        self._note("invisible characters", count)
        visible, count = without_thoughts(visible)
        self._note("private thoughts", count)
        if secret_in(visible):
            self._note("secrets", 1)
            return WITHHELD
        if len(visible) > LONGEST:
            self._note("texts too long", 1)
            visible = visible[:LONGEST]
        visible, count = without_orders(_COMMENT.sub(self._comment, visible))
        self._note("orders to a model", count)
        for kind, pattern, instead in (
            ("unsafe commands", _UNSAFE, "(unsafe command removed)"),
            ("links", _LINK, r"\1"),
            ("commands to a bot", _SLASH, r"\1"),
            ("commands to a bot", _BORS, r"\1`\2`"),
            ("closing words", _CLOSING, r"refs\2"),
        ):
            visible, count = pattern.subn(instead, visible)
            self._note(kind, count)
        return self._addresses("".join(self._prose(part) for part in _CODE.split(visible)))

    def _comment(self, _found: re.Match[str]) -> str:
        self._note("hidden comments", 1)
        return ""

    def _addresses(self, text: str) -> str:
        def judged(found: re.Match[str]) -> str:
            if _HARMLESS_HOST.match(found[0]):
                return found[0]
            self._note("links", 1)
            return "(link removed)"

        return _ADDRESS.sub(judged, text)

    def _prose(self, part: str) -> str:
        if part.startswith("`"):
            return part
        for kind, pattern in (("mentions", _MENTION), ("references", _REFERENCE)):
            part, count = pattern.subn(lambda found: f"`{found[0]}`", part)
            self._note(kind, count)
        return part

    def _note(self, kind: str, count: int) -> None:
        if count:
            self.removed[kind] += count

    def told(self) -> str:
        """What was taken out or put into code, in one line; "" for nothing."""
        return ", ".join(f"{count} {kind}" for kind, count in sorted(self.removed.items()))


def _is_of_stream(key: str, item: object) -> bool:
    return key == "command" and isinstance(item, str) and item in _OF_STREAMS
