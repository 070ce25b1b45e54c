"""The commands `lint` and `rules`, as the command line hands them over.

Answers go to standard output, refusals to standard error; the exit code says how it went.
"""

from __future__ import annotations

import sys
from typing import TextIO

from bot.lint.outcome import CLEAN, Run
from bot.lint.selection import unknown_rule
from bot.lint.story import Request, run


def lint(request: Request, output: str = "text") -> int:
    """Lint and tell; `output` is text, json, sarif or github. UserError for a question that has no answer."""
    _show_every_character(sys.stdout, sys.stderr)
    outcome = run(request)
    _write(outcome, output, sys.stdout)
    for refusal in outcome.refused:
        print(f"groundplan: {refusal}", file=sys.stderr)
    return outcome.exit_code


def _write(outcome: Run, output: str, out: TextIO) -> None:
    """Each output is imported when it is wanted: a run in a hook should not pay for the others."""
    if output == "json":
        from bot.lint.machine import write
    elif output == "sarif":
        from bot.lint.sarif import write
    elif output == "github":
        from bot.lint.github import write
    else:
        from bot.lint.text import write
    write(outcome, out)


def explain(name: str) -> int:
    """Print everything about one rule."""
    from bot.lint.catalogue import names, page_of

    _show_every_character(sys.stdout)
    rule = name.strip().upper()
    if rule not in names():
        raise unknown_rule(name)
    print(page_of(rule).text())
    return CLEAN


def rules(family: str = "", output: str = "text") -> int:
    """Print all rules, or those of a family."""
    from bot.lint.catalogue import as_json, listing, pages

    _show_every_character(sys.stdout)
    found = pages(family)
    print(as_json(found) if output == "json" else listing(found))
    return CLEAN


def _show_every_character(*streams: TextIO) -> None:
    """A file name or plan may hold what the terminal's encoding cannot."""
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="backslashreplace")
