"""Templates to text: the one owner of Jinja2. Values are shown as they are, so untrusted text goes
through a filter.

Filters: `inline` (one line), `block` (paragraphs), `code` (code span), `cell` (one line, fit for a
table), `cell_code` (a path or command in a table), `clip(n)` (shorten, before one of the others), `raw`
(our own text, as it is).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.plan import safe_text

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"

_TRAILING_SPACE = re.compile(r"[ \t]+$", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{3,}")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        inline=safe_text.inline,
        cell=safe_text.cell,
        block=safe_text.block,
        code=safe_text.code,
        cell_code=safe_text.cell_code,
        clip=safe_text.clipped,
        raw=str,
    )
    return environment


def compile_templates() -> None:
    """Compile every template now. Processes forked later share them; compiling takes each
    longer than planning does.
    """
    for name in _environment().list_templates(extensions=["md"]):
        _environment().get_template(name)


def render(name: str, /, **values: object) -> str:
    """The template `name` (a path under templates/) with `values`; at most one blank line in
    a row, one final newline.

    Raises jinja2.UndefinedError when the template asks for a value that was not given.
    """
    text = _environment().get_template(name).render(**values)
    return _BLANK_LINES.sub("\n\n", _TRAILING_SPACE.sub("", text)).strip("\n") + "\n"
