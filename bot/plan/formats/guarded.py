"""Texts of a plan, written so that the readers of a document take them for nothing else, and what those
readers will say they are. Knows no document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bot.plan.formats.shape import Data
from bot.plan.loose import loosely
from bot.plan.readers.parts import first_label, is_none, not_applicable
from bot.plan.readers.stretch import Stretch, words
from bot.plan.safe_text import cell, inline, plain

_SPAN = re.compile(r"`([^`]+)`")
_TICKS = re.compile(r"`+")
_ENDS_IN_PUNCTUATION = re.compile(r"(?<!\\)[:.\u2013\u2014-]$")


def disguised(source: str) -> str:
    """Inline Markdown that shows the same and whose first character is not there for patterns to match."""
    first = source[:1]
    if first == "`":
        found = _SPAN.match(source)
        return f"&#96;{inline(found[1])}&#96;{source[found.end() :]}" if found else source
    if not first or first in "\\&":
        return source
    return f"&#{ord(first)};{source[1:]}"


def unless(means: Callable[[str], object], text: str) -> str:
    """`text` as inline Markdown, disguised when it would mean something to a reader."""
    source = inline(text)
    return disguised(source) if means(source) else source


def unlabelled(text: str, labels: frozenset[str]) -> str:
    """`text` as inline Markdown that does not begin with one of these labels."""
    return unless(lambda source: first_label(Stretch(source, ((1, 1),)), labels), text)


def bold_name(text: str) -> str:
    """`text` for the end of a bold name: readers take a colon or dash at its end for their own."""
    source = inline(text)
    found = _ENDS_IN_PUNCTUATION.search(source)
    return f"{source[:-1]}&#{ord(source[-1])};" if found else source


def as_code(text: str) -> str:
    """A path or command as one code span, whatever it holds: half a command must never be run."""
    said = code_shown(text)
    ticks = "`" * (1 + max(map(len, _TICKS.findall(said)), default=0))
    pad = " " if said.startswith("`") or said.endswith("`") else ""
    return f"{ticks}{pad}{said}{pad}{ticks}" if said else ""


def as_cell_code(text: str) -> str:
    """As `as_code`, for a table cell."""
    return as_code(text).replace("|", "\\|")


def code_shown(text: str) -> str:
    """What `as_code` shows. A comment would end what hides it."""
    return plain(text).replace("<!--", "<! --")


def bare_shown(text: str) -> str:
    """What a reader of ids and choices makes of a cell: its words without backticks."""
    return words(cell(text).replace("\\|", "|"), "")


def said_of(items: Iterable[str]) -> list[str]:
    """The items of a list that say something."""
    return [one for one in items if not is_none(one)]


def listed(items: Sequence[str]) -> list[str]:
    """The items of a section that is a list; one alone that says why there are none makes it empty."""
    if len(items) == 1 and not_applicable(items[0]):
        return []
    return said_of(items)


def told(data: Data, left_out: frozenset[str]) -> Data:
    """Data of a plan, complete and as documents show it, without the fields of `left_out`."""
    facets = {name: data.get(name) or {} for name in ("requirements", "streams", "delivery")}
    whole = loosely({**data, **facets}).model_dump(mode="json", warnings=False)
    kept: Data = _kept(whole, left_out, "")
    return kept


def _kept(value: Any, left_out: frozenset[str], name: str) -> Any:
    if isinstance(value, dict):
        named = {key: f"{name}.{key}".lstrip(".") for key in value}
        return {
            key: _kept(one, left_out, named[key]) for key, one in value.items() if named[key] not in left_out
        }
    if isinstance(value, list):
        return [_kept(one, left_out, name) for one in value]
    return plain(value) if isinstance(value, str) else value
