"""What of a text is meant for us, besides commands: our name in it, and the wish to be left out. Pure.

As for commands, code, quotes and HTML comments say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

OPT_OUT = "[no groundplan]"
_LIKE = re.compile("^[ \ue000-\ue0ff]*[/@]", re.MULTILINE)  # commands are read without these characters


def may_command(body: str) -> bool:
    """Whether a line begins as commands do. Quick, and never False for a text that holds one."""
    return _LIKE.search(body) is not None


def mentions(body: str, app: str) -> bool:
    """Whether the App of this slug is named, as `@slug` or `@slug[bot]`."""
    slug = app.removesuffix("[bot]").casefold()
    if not slug or f"@{slug}" not in body.casefold():
        return False
    named = _named(slug)
    return any(named.search(text) for text in _spoken(body))


def opted_out(body: str) -> bool:
    """Whether the text asks us not to act on it."""
    return OPT_OUT in body.casefold() and any(OPT_OUT in text.casefold() for text in _spoken(body))


@cache
def _named(slug: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@/.-])@{re.escape(slug)}(?![\w-]|\.\w|/)", re.IGNORECASE)


def _spoken(body: str) -> Iterator[str]:
    """The plain words of a text, block by block, quotes and code left out."""
    quoted = 0
    for token in MarkdownIt("commonmark").parse(body):
        if token.type in ("blockquote_open", "blockquote_close"):
            quoted += token.nesting
        if token.type == "inline" and not quoted:
            yield _plain(token.children or [])


def _plain(inline: list[Token]) -> str:
    kinds = ("text", "softbreak", "hardbreak")
    return "".join((one.content or "\n") if one.type in kinds else " " for one in inline)
