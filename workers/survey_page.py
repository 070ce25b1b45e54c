"""What recon found, as a person reads it: files that matter and why, demands, commands, habits, the pack.

Colours only on a terminal; the words are the same everywhere.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from bot.lint.words import columns, counted, same_width, visible
from bot.recon.packing import Excerpt, Missing, Pack
from bot.recon.packing.fill import NO_ROOM
from bot.recon.packing.notes import SHOWN_COMMANDS, habits
from bot.recon.ranking import RankedFile
from bot.recon.report import Recon

WIDTH, WIDEST, NARROWEST = 100, 120, 40
SHOWN_DEMANDS, SHOWN_MISSING, SHOWN_CROWDED, SHOWN_RANGES = 20, 12, 6, 12
BAR = 5
LEGEND = "A: the issue names it, B: several signals agree, C: a guess"
CONFIDENCE = {"A": "bold green", "B": "bold yellow", "C": "dim"}

Segment = tuple[str, str]  # text, style of rich ("" none)
Row = list[Segment]


def write(name: str, title: str, recon: Recon, packed: Pack | None, out: TextIO) -> None:
    """Print the page; with colours when `out` is a terminal."""
    full = (out.encoding or "").lower().startswith("utf")
    if not out.isatty():
        for row in rows(name, title, recon, packed, WIDTH, full=full):
            print("".join(text for text, _ in row).rstrip(), file=out)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=out, highlight=False, markup=False, emoji=False)
    width = max(NARROWEST, min(console.width, WIDEST))
    for row in rows(name, title, recon, packed, width, full=full):
        console.print(Text.assemble(*row), soft_wrap=True)


def rows(
    name: str, title: str, recon: Recon, packed: Pack | None, width: int = WIDTH, *, full: bool = True
) -> Iterator[Row]:
    """Every line, without line ends; `full` allows signs beyond ASCII."""
    yield from _wrapped([], title, width, "bold")
    yield from _wrapped([], (" · " if full else ", ").join(_about(name, recon)), width, "dim")
    yield from _files(recon.ranked, width, "█" if full else "#")
    yield from _demands(recon, width)
    yield from _commands(recon, width)
    yield from _habits(recon, width)
    if packed:
        yield from _manifest(packed, {each.path for each in recon.ranked}, width)
        yield from _missing(packed.missing, width)
        yield from _content(packed, width, "─" if full else "-")


def _about(name: str, recon: Recon) -> list[str]:
    shares = [f"{each.name} {each.share:.0%}" for each in recon.languages[:4] if each.share >= 0.005]
    files = counted(recon.files, "file") + (" and more, which were not listed" if recon.truncated else "")
    return [name, f"{files} at {recon.sha[:7]}", *([", ".join(shares)] if shares else [])]


def _heading(words: str, width: int, more: str = "") -> Iterator[Row]:
    yield []
    head: Row = [(words, "bold underline")]
    if not more:
        yield head
    elif columns(words) + 2 + columns(more) <= width:
        yield [*head, (f"  {more}", "dim")]
    else:
        yield head
        yield from _wrapped([("  ", "")], more, width, "dim")


# --- sections ---


def _files(ranked: Sequence[RankedFile], width: int, block: str) -> Iterator[Row]:
    yield from _heading("Files that matter", width, LEGEND)
    if not ranked:
        yield [("  None found: the issue shares no word with any file.", "")]
    best = max((each.score for each in ranked), default=0.0) or 1.0
    for at, each in enumerate(ranked, 1):
        bar = block * max(1, round(BAR * each.score / best))
        yield [
            (f"{at:>4}  ", "dim"),
            (each.confidence, CONFIDENCE[each.confidence]),
            (f"  {bar:<{BAR}}  ", "cyan"),
            (visible(each.path), "bold"),
        ]
        yield from _wrapped([(" " * (11 + BAR), "")], "; ".join(each.reasons), width)


def _demands(recon: Recon, width: int) -> Iterator[Row]:
    yield from _heading("What the issue asks", width)
    if not recon.obligations:
        yield from _wrapped(
            [("  ", "")], "No demand was found: say what must be true when it is done.", width
        )
    for each in recon.obligations[:SHOWN_DEMANDS]:
        done = "[x] " if each.checked else "[ ] " if each.kind == "checkbox" else ""
        yield from _wrapped([(f"{each.id:>6}  ", "dim")], done + each.text, width)
    yield from _more(len(recon.obligations) - SHOWN_DEMANDS, "--json lists all")


def _commands(recon: Recon, width: int) -> Iterator[Row]:
    yield from _heading("Commands", width)
    if not recon.commands:
        yield [("  None found.", "")]
    shown = recon.commands[:SHOWN_COMMANDS]
    widest = min(max((columns(visible(each.line)) for each in shown), default=0), width // 2)
    for each in shown:
        line, where = visible(each.line), f"{visible(each.evidence.path)}:{each.evidence.line}"
        room = " " * max(0, widest - columns(line))
        head: Row = [(f"  {each.kind:<10}", "green"), (line, "bold")]
        if 14 + max(widest, columns(line)) + columns(where) <= width:
            yield [*head, (f"{room}  {where}", "dim")]
        else:
            yield head
            yield [(f"{'':<12}{where}", "dim")]
    yield from _more(len(recon.commands) - SHOWN_COMMANDS, "--json lists all")


def _habits(recon: Recon, width: int) -> Iterator[Row]:
    found = [each.partition(": ") for each in habits(recon.conventions)]
    if not found:
        return
    yield from _heading("Conventions", width)
    for name, _, value in found:
        yield from _wrapped([(f"  {name:<15} ", "green")], value, width)


def _manifest(packed: Pack, told: set[str], width: int) -> Iterator[Row]:
    reserve = packed.budget - packed.usable
    yield from _heading(
        "Pack", width, f"{packed.tokens:,} of {packed.budget:,} tokens; {reserve:,} stay in reserve"
    )
    if packed.tokens > packed.usable:
        words = "The demands alone need more than the budget; they are never cut."
        yield from _wrapped([("  ", "")], words, width, "yellow")
    for each in packed.notes:
        yield [(f"{each.tokens:>8,}  ", "dim"), (each.name, "")]
    for one in packed.excerpts:
        yield [(f"{one.tokens:>8,}  ", "dim"), (visible(one.path), "bold"), (f"  {_share(one)}", "dim")]
        why = one.why if one.path in told else (one.reason, *one.why)
        yield from _wrapped([(" " * 10, "")], "; ".join(why), width)
        if not one.whole:
            yield from _wrapped([(" " * 10, "")], f"lines {_ranges(one)}", width, "cyan")


def _share(one: Excerpt) -> str:
    return "whole" if one.whole else f"{len(one.lines):,} of {counted(one.of, 'line')}"


def _ranges(one: Excerpt) -> str:
    shown = [f"{first}-{last}" if last > first else str(first) for first, last in one.ranges]
    return _few(shown, SHOWN_RANGES)


def _few(shown: Sequence[str], number: int) -> str:
    rest = f" and {len(shown) - number:,} more" if len(shown) > number else ""
    return ", ".join(shown[:number]) + rest


def _missing(missing: Sequence[Missing], width: int) -> Iterator[Row]:
    refused = [each for each in missing if each.why != NO_ROOM]
    crowded = [each.name for each in missing if each.why == NO_ROOM]
    if missing:
        yield from _heading("Left out of the pack", width)
    for each in refused[:SHOWN_MISSING]:
        yield from _wrapped([(f"  {visible(each.name)}  ", "")], each.why, width, "dim")
    yield from _more(len(refused) - SHOWN_MISSING, "--json lists all")
    if crowded:
        yield from _wrapped([("  no room  ", "")], _few(crowded, SHOWN_CROWDED), width, "dim")


def _content(packed: Pack, width: int, line: str) -> Iterator[Row]:
    yield []
    yield [(line * width, "dim")]
    for note in packed.notes:
        yield from ([], [(note.name, "bold")])
        yield from ([(same_width(line), "")] for line in note.text.split("\n"))
    for one in packed.excerpts:
        yield from ([], [(visible(one.path), "bold")])
        yield from (_numbered(each) for each in one.text.split("\n")[1:])


def _numbered(shown: str) -> Row:
    number, colon, text = shown.partition(":")
    return [(number + colon, "dim"), (same_width(text), "")] if colon else [(shown, "dim")]


# --- lines ---


def _more(number: int, where: str) -> Iterator[Row]:
    if number > 0:
        yield [(f"  and {number:,} more; {where}", "dim")]


def _wrapped(head: Row, text: str, width: int, style: str = "") -> Iterator[Row]:
    """`head` with the text beside it, further lines below the text."""
    indent = sum(columns(part) for part, _ in head)
    for at, line in enumerate(_folded(visible(text), max(width - indent, NARROWEST // 2))):
        yield [*head, (line, style)] if not at else [(" " * indent, ""), (line, style)]


def _folded(text: str, width: int) -> Iterable[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False, break_long_words=False) or [""]
