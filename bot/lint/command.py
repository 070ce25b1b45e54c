"""The commands `lint` and `rules`, as the command line hands them over.

Answers go to standard output, refusals to standard error; the exit code says how it went.
"""

from __future__ import annotations

import os
import sys
from typing import TextIO

from bot.errors import UserError
from bot.lint.outcome import CLEAN, Run
from bot.lint.selection import unknown_rule
from bot.lint.story import Request, run
from bot.lint.words import harmless, visible


def lint(request: Request, output: str = "text") -> int:
    """Lint and tell; `output` is text, json, sarif or github. UserError for a question that has no answer."""
    _show_every_character(sys.stdout, sys.stderr)
    outcome = run(request)
    try:
        _write(outcome, output, sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except (OSError, AttributeError) as error:
        raise _unwritten(error) from None
    for refusal in outcome.refused:
        print(harmless(f"groundplan: {visible(str(refusal))}"), file=sys.stderr)
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


def _unwritten(error: OSError | AttributeError) -> UserError:
    """Standard output is full or, when it is None, closed. Nobody saw the findings, so it is none of the
    ways in which a run can end well."""
    if isinstance(error, AttributeError) and sys.stdout is not None:
        raise error
    if isinstance(error, OSError):
        # What is still in the buffer would be tried once more at the end of the process, and end it badly.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    why = error.strerror if isinstance(error, OSError) else "it is closed"
    return UserError("not-written", f"The findings could not be written: {why}.", "Check standard output.")


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
