"""A run as a person reads it: by file, each finding with its line, why it matters and what to do.

Colours only on a terminal; the words are the same everywhere.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TextIO

from bot.lint.outcome import Linted, Run
from bot.lint.words import columns, counted, harmless, visible, window
from bot.plan.findings import Finding
from bot.plan.rules.reasons import REASONS
from bot.secret_text import secret_in

WIDTH = 100
SHOWN_OF_ONE_KIND = 5
_GUTTER = 8
_STYLES = {"error": "bold red", "warning": "bold yellow", "info": "bold cyan"}

Segment = tuple[str, str]  # text, style of rich ("" none)
Row = list[Segment]


def write(run: Run, out: TextIO) -> None:
    """Print the run; with colours when `out` is a terminal."""
    if out.isatty():
        _write_in_colour(run, out)
        return
    for row in rows(run):
        print(_plain(row), file=out)


def _write_in_colour(run: Run, out: TextIO) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(file=out, highlight=False, markup=False, emoji=False)
    for row in rows(run, min(console.width, 120)):
        console.print(Text.assemble(*row), soft_wrap=True)


def _plain(row: Row) -> str:
    return harmless("".join(text for text, _ in row).rstrip())


def rows(run: Run, width: int = WIDTH) -> Iterator[Row]:
    """Every line, without line ends."""
    told: set[str] = set()
    texts = {name: text for plan in run.plans for name, text in plan.texts.items()}
    pairs = sorted(run.findings(), key=lambda pair: _order(*pair))
    for name, group in groupby(pairs, key=lambda pair: pair[0].file_of(pair[1])):
        yield [(visible(name), "bold underline")]
        yield []
        yield from _file([finding for _, finding in group], _lines(texts.get(name, "")), told, width)
    yield from _ending(run, width)


def _order(plan: Linted, finding: Finding) -> tuple[str, int, int, str, str]:
    place = finding.location
    line, col = (place.line, place.col) if place else (0, 0)
    return plan.file_of(finding), line, col, finding.rule, finding.message


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _file(found: Sequence[Finding], lines: Sequence[str], told: set[str], width: int) -> Iterator[Row]:
    shown: Counter[str] = Counter()
    for finding in found:
        shown[finding.rule] += 1
        if shown[finding.rule] <= SHOWN_OF_ONE_KIND:
            yield from _finding(finding, lines, told, width)
            yield []
    for rule, number in sorted(shown.items()):
        if number > SHOWN_OF_ONE_KIND:
            more = number - SHOWN_OF_ONE_KIND
            yield [(f"  and {more:,} more of {rule}; --format json lists all", "dim")]
            yield []


def _finding(finding: Finding, lines: Sequence[str], told: set[str], width: int) -> Iterator[Row]:
    place = f"{finding.location.line}:{finding.location.col}" if finding.location else ""
    head: Row = [
        (f"  {place:<{_GUTTER}}", "dim"),
        (finding.severity, _STYLES[finding.severity]),
        (f" {finding.rule} ", "bold"),
    ]
    yield from _wrapped(head, visible(finding.message), width)
    yield from _source(finding, lines, width)
    if finding.rendered and finding.rendered != finding.location:
        yield from _note("shown", str(finding.rendered), width)
    if finding.suggestion and finding.suggestion not in finding.message:
        yield from _note("do", finding.suggestion, width)
    if finding.rule not in told and finding.rule in REASONS:
        told.add(finding.rule)
        yield from _note("why", REASONS[finding.rule].why, width)


def _source(finding: Finding, lines: Sequence[str], width: int) -> Iterator[Row]:
    place = finding.location
    if place is None or not 0 < place.line <= len(lines) or not lines[place.line - 1].strip():
        return
    if secret_in(lines[place.line - 1]):
        yield [(f"{place.line:>{_GUTTER}} │ (not shown: it may hold a secret)", "dim")]
        return
    part, at = window(lines[place.line - 1], place.col, width - _GUTTER - 6)
    yield [(f"{place.line:>{_GUTTER}} │ ", "dim"), (part, "")]
    yield [(f"{'':>{_GUTTER}} │ ", "dim"), (" " * at + "^", _STYLES[finding.severity])]


def _note(name: str, text: str, width: int) -> Iterator[Row]:
    yield from _wrapped([(f"{'':>{_GUTTER}} {name + ':':<6} ", "dim")], visible(text), width)


def _wrapped(head: Row, text: str, width: int) -> Iterator[Row]:
    """`head` with the text beside it, further lines below the text."""
    indent = sum(columns(part) for part, _ in head)
    first, *rest = textwrap.wrap(text, max(width - indent, 30), break_on_hyphens=False) or [""]
    yield [*head, (first, "")]
    for line in rest:
        yield [(" " * indent, ""), (line, "")]


# --- how it ended ---


def _ending(run: Run, width: int) -> Iterator[Row]:
    for mended in run.mended:
        yield [
            (f"repaired {counted(mended.places, 'place')} in {visible(mended.file)} ({mended.rule})", "green")
        ]
    if run.plans:
        yield from _wrapped([], _summary(run), width)
        yield from _unchecked(run, width)
        yield from _remarks(run, width)


def _summary(run: Run) -> str:
    numbers = ", ".join(counted(run.count(one), one) for one in ("error", "warning", "info"))
    commits = sorted({plan.commit[:7] for plan in run.plans if plan.commit})
    against = f" against {', '.join(commits)}" if commits else ""
    files = counted(len(run.files), "file")
    return f"{numbers} in {files}; {counted(len(run.checked), 'rule')} checked{against}."


def _unchecked(run: Run, width: int) -> Iterator[Row]:
    if not run.not_checked:
        return
    reasons = Counter(one.reason for one in run.not_checked)
    grouped = "; ".join(f"{reason} ({number})" for reason, number in reasons.most_common())
    text = f"Not checked: {counted(len(run.not_checked), 'rule')}. {visible(grouped)}."
    yield from _wrapped([], text, width)


def _remarks(run: Run, width: int) -> Iterator[Row]:
    suppressed = sum(1 for _ in run.suppressed())
    if suppressed:
        yield [(f"Suppressed with a reason: {counted(suppressed, 'finding')}.", "")]
    mendable = sum(plan.mendable for plan in run.plans)
    if mendable:
        yield [(f"--fix may repair {mendable:,} of them.", "")]
    remarks = [f"{plan.name}: {note}" for plan in run.plans for note in plan.notes]
    unread = [f"Not read in {plan.name}: {_few(plan.not_read)}" for plan in run.plans if plan.not_read]
    for some in (remarks, unread):
        for text in some[:SHOWN_OF_ONE_KIND]:
            yield from _wrapped([], visible(text), width)
        if len(some) > SHOWN_OF_ONE_KIND:
            yield [
                (f"… and so in {len(some) - SHOWN_OF_ONE_KIND:,} more plans; --format json lists all", "dim")
            ]


def _few(words: Sequence[str]) -> str:
    return "; ".join(words[:SHOWN_OF_ONE_KIND]) + ("; …" if len(words) > SHOWN_OF_ONE_KIND else "")
