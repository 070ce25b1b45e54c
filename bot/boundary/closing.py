"""Which issues a pull request's text closes, read from its Markdown as GitHub reads it.

The keyword and the number stand in one run of plain text: code, quotes, HTML, the words of a link, and a
keyword that is bold on its own close nothing. GitHub heeds keywords only of pull requests into the default
branch, and knows links made by hand besides: both are facts that whoever asks has to bring.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from markdown_it.token import Token

from bot.plan.markdown import tokens

LONGEST = 65_536  # characters of a text that are read: as many as GitHub takes
_CLOSING = re.compile(
    r"(?<!\w)(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)(?::[ \t]{0,4}|[ \t]{1,4})"
    r"(?:(?P<site>https?://[\w.:-]{1,200})/(?P<address>[\w.-]{1,80}/[\w.-]{1,100})/issues/"
    r"|(?P<repo>[\w.-]{1,80}/[\w.-]{1,100})?#|GH-)"
    r"(?P<number>[1-9][0-9]{0,9})(?![\w/#?])",
    re.IGNORECASE,
)


def closes(
    body: str, full_name: str, known: Collection[int], site: str = "https://github.com"
) -> tuple[int, ...]:
    """The issues of `known` that the text closes, in its order, each once. `full_name` is the repository's
    owner/name: a number of another repository, or at another `site`, is passed over."""
    found = (hit for text in _runs(tokens(body[:LONGEST])) for hit in _CLOSING.finditer(text))
    numbers = (int(hit["number"]) for hit in found if _is_ours(hit, full_name, site))
    return tuple(dict.fromkeys(number for number in numbers if number in known))


def _is_ours(hit: re.Match[str], full_name: str, site: str) -> bool:
    if hit["site"] and hit["site"].casefold() != site.rstrip("/").casefold():
        return False
    named = hit["address"] or hit["repo"] or full_name
    return named.casefold() == full_name.casefold()


def _runs(parsed: tuple[Token, ...]) -> Iterator[str]:
    """The runs of plain text outside quotes."""
    quotes = 0
    for token in parsed:
        quotes += token.nesting if token.type.startswith("blockquote_") else 0
        if token.type == "inline" and not quotes:
            yield from _plain_runs(token.children or [])


def _plain_runs(children: list[Token]) -> Iterator[str]:
    """What stands between two changes of style; an address in angle brackets is text as well."""
    run, bare, linked = "", False, False
    for token in children:
        if token.type == "text" and (bare or not linked):
            run += token.content
        elif token.type.startswith("link_") and (bare or token.markup == "autolink"):
            bare = linked = token.nesting == 1
        else:
            yield run
            run = ""
            linked = token.nesting == 1 if token.type.startswith("link_") else linked
    yield run
