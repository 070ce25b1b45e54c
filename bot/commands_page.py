"""The table of commands as people read it: what `/plan help` answers, and docs/commands.md. Pure."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from bot.commands import PLACES, VERBS, Verb
from bot.render import render


def help_text(prefix: str = "plan") -> str:
    """The commands as a comment shows them."""
    return render("comments/help.md", verbs=_rows(prefix)).strip()


def page() -> str:
    """docs/commands.md."""
    return render("docs/commands.md", verbs=_rows("plan"))


def _rows(prefix: str) -> list[dict[str, object]]:
    return [_row(verb, lambda text: text.replace("/plan", f"/{prefix}")) for verb in VERBS.values()]


def _row(verb: Verb, named: Callable[[str], str]) -> dict[str, object]:
    who = "anybody who can read here" if verb.least == "read" else f"{verb.least} or more"
    return {
        "usage": named(verb.usage),
        "does": named(verb.does),
        "who": f"{who}, and the issue's author" if verb.author and verb.least != "read" else who,
        "where": ", ".join(PLACES[one] for one in PLACES if one in verb.where),
        "examples": [named(one) for one in verb.examples],
    }


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
