"""The structure of Markdown, without its words: what hostile text must not change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from markdown_it import MarkdownIt

from bot.effects import File
from bot.plan.model import Plan, Rollback
from tests.plan.samples import change, milestone, small_plan, task

_STRUCTURE = ("heading", "table", "tr", "fence", "code_block", "html_block", "hr", "blockquote", "th", "td")


def filled_with(words: str, **fields: Any) -> Plan:
    """A plan that says `words` wherever it can."""
    line = words.replace("\n", " ")
    first = task(
        "T1",
        title=line,
        objective=words,
        track=line,
        files=(change("src/a.py", "edit", words), change("src/b.py", "new", words)),
        acceptance=(words, "It holds"),
        changes=(words, "More"),
        gotchas=(words, "More"),
        tests=(words, "More"),
        commands=(line, "make test"),
        user_instructions=(words, "More"),
        rollback=Rollback(kind="manual", note=words),
    )
    return small_plan(
        first,
        milestones=(milestone("M1", title=line, outcome=line, acceptance=(words,), risks=(words,)),),
        **{"title": line, "summary": words, **fields},
    )


def shapes(files: Iterable[File]) -> list[list[str]]:
    """Headings, tables, fences and the like of each Markdown file."""
    parser = MarkdownIt("commonmark").enable("table")
    documents = [file.text for file in files if file.path.endswith(".md")]
    return [
        [one.type + one.tag for one in parser.parse(text) if one.type.startswith(_STRUCTURE)]
        for text in documents
    ]
