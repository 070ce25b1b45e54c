"""The fields of one task as labelled lines, written so that `bot/plan/readers/work.py` reads them back.
Knows no document.

What the grammar cannot say is shown as a remark in emphasis, which readers pass over: an item that says
"none", a command that must not become code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from bot.plan import safe_text
from bot.plan.formats.companions import squeezed
from bot.plan.formats.shape import Data
from bot.plan.graph import natural, task_graph, write_conflicts
from bot.plan.model import FileChange, Plan, Task
from bot.plan.readers.parts import is_none
from bot.plan.readers.stretch import words

Kind = Literal["words", "codes"]
# The labels of lists, in the order in which they are shown, and what each holds.
LISTS: Mapping[str, tuple[str, Kind]] = {
    "Changes": ("changes", "words"),
    "Acceptance": ("acceptance", "words"),
    "Tests": ("tests", "words"),
    "Run": ("commands", "codes"),
    "Invariants": ("invariants", "words"),
    "Gotchas": ("gotchas", "words"),
    "Only touch": ("allowed_paths", "codes"),
    "Never touch": ("denied_paths", "codes"),
}

_SPAN = re.compile(r"(`+)(?!`).{1,800}?(?<!`)\1(?!`)", re.DOTALL)
_NEXT = re.compile(r";(\s*)`([^`]{0,200}[/.][^`]{0,200})`(?=\s*[(:])")
_AFTER_DASH = re.compile(r"[:.\u2013\u2014-]")


def said(texts: Iterable[str]) -> list[str]:
    """The items of a list that do not say "none", as they are read back."""
    return [text for text in map(safe_text.plain, texts) if not is_none(text)]


def codes(texts: Iterable[str]) -> list[str]:
    """Commands and paths that can stand as code, as they are read back."""
    return [text for text in said(texts) if is_code(text)]


def is_code(text: str) -> bool:
    """Whether `text` shows as one code span that says exactly this."""
    shown = safe_text.code(text)
    span = _SPAN.match(shown)
    return span is not None and span[0] == shown and words(shown, ticks="") == safe_text.plain(text)


def lists(task: Task, names: Sequence[str] = tuple(LISTS)) -> Iterator[tuple[str, list[str]]]:
    """Labels and Markdown items of the task's lists that hold something."""
    for label in names:
        field, kind = LISTS[label]
        texts: Sequence[str] = getattr(task, field)
        shown = (
            [*map(safe_text.code, codes(texts))] if kind == "codes" else [*map(safe_text.inline, said(texts))]
        )
        if shown:
            yield label, shown


def left_out(task: Task, names: Sequence[str] = tuple(LISTS)) -> Iterator[str]:
    """Markdown of what the lists cannot hold, with its label."""
    for label in names:
        field, kind = LISTS[label]
        texts = [safe_text.plain(text) for text in getattr(task, field)]
        kept = codes(texts) if kind == "codes" else said(texts)
        yield from (f"{label}: {safe_text.inline(text)}" for text in texts if text not in kept)


def lists_shown(task: Task, names: Sequence[str] = tuple(LISTS)) -> Data:
    """The task's lists as they are read back."""
    held: Data = {}
    for label in names:
        field, kind = LISTS[label]
        held[field] = codes(getattr(task, field)) if kind == "codes" else said(getattr(task, field))
    return held


def lists_read(data: Mapping[str, Any], names: Sequence[str] = tuple(LISTS)) -> Data:
    """The lists of a task that was read; what it does not say is empty."""
    return {LISTS[label][0]: data.get(LISTS[label][0], []) for label in names}


def file_line(change: FileChange) -> str:
    """`` `path` (new): what changes ``, or `` `old` → `path` (rename): … ``."""
    source = f"{safe_text.code(change.source)} → " if change.source.strip() else ""
    what = f": {file_words(change.summary)}" if change.summary.strip() else ""
    return f"{source}{safe_text.code(change.path)} ({change.change}){what}"


def file_words(summary: str) -> str:
    """What is said of a file; code that would be taken for the next file of the line keeps only its words."""
    shown = safe_text.inline(summary)
    return _NEXT.sub(lambda found: f";{found[1]}\\`{safe_text.inline(found[2])}\\`", shown)


def file_shown(change: FileChange) -> Data:
    """A file change as it is read back."""
    return squeezed(change.model_dump(mode="json"))  # type: ignore[no-any-return]


def file_read(data: Mapping[str, Any]) -> Data:
    """A file change that was read."""
    return {name: data.get(name, "") for name in FileChange.model_fields}


def after_dash(text: str) -> str:
    """One line of Markdown to stand after a dash: what it begins with is no second dash."""
    shown = safe_text.inline(text)
    if not _AFTER_DASH.match(shown):
        return shown
    return f"\\{shown}" if shown[0].isascii() else f"&#{ord(shown[0])};{shown[1:]}"


def number(task_id: str) -> str:
    """What a task's id is called after the word Step: T3 is "3"."""
    return task_id[1:] if re.fullmatch(r"T\d{1,6}[a-z]?", task_id) else task_id


def steps_named(names: Iterable[str]) -> str:
    """ "Step 1, Step 2", or "none"."""
    return ", ".join(f"Step {safe_text.inline(number(name))}" for name in names) or "none"


def beside(plan: Plan) -> dict[str, list[str]]:
    """For each task the ones that may run at the same time, the likeliest first: no chain of needs between
    them, no file in common."""
    graph = task_graph(plan.tasks)
    clash = {frozenset((one.first, one.second)) for one in write_conflicts(plan.tasks)}
    wave = {name: at for at, names in enumerate(graph.waves) for name in names}
    ids = sorted(graph.needs, key=natural)
    return {
        name: sorted(
            (
                other
                for other in ids
                if other != name and not graph.ordered(name, other) and frozenset((name, other)) not in clash
            ),
            key=lambda other: abs(wave[name] - wave[other]),
        )
        for name in ids
    }
