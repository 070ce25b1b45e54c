"""What a pack says beside files: the issue's demands, and how the repository works, with evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot.recon.conventions import Conventions, Fact
from bot.recon.packing.estimate import tokens
from bot.recon.packing.model import Note
from bot.recon.report import Recon

SHOWN_COMMANDS, SHOWN_FACTS = 12, 3


def demands(recon: Recon) -> tuple[Note, ...]:
    """The issue's demands word for word, which no budget cuts."""
    return tuple(_notes("demands", (f"{each.id}: {each.text}" for each in recon.obligations)))


def working(recon: Recon) -> tuple[Note, ...]:
    """The commands and the habits."""
    commands = (f"{each.kind}: {each.line}   ({each.evidence.path}:{each.evidence.line})"
                for each in recon.commands[:SHOWN_COMMANDS])  # fmt: skip
    return (*_notes("commands", commands), *_notes("conventions", habits(recon.conventions)))


def habits(found: Conventions) -> Iterator[str]:
    """A line for each kind of habit: `linter: ruff (pyproject.toml:3)`; and manifests not read."""
    listed = (
        ("test framework", found.test_frameworks), ("linter", found.linters), ("formatter", found.formatters),
        ("migrations", found.migrations), ("rules", found.rules),
        ("changelog", (found.changelog,) if found.changelog else ()),
    )  # fmt: skip
    yield from (f"tests: {each.pattern} ({each.count} of {each.total})" for each in found.test_habits[:1])
    yield from (f"{name}: {_facts(facts)}" for name, facts in listed if facts)
    if found.ci_jobs:
        yield "CI jobs: " + ", ".join(dict.fromkeys(each.name for each in found.ci_jobs[:8]))
    yield from (f"not read: {each.path} {each.reason}" for each in found.unreadable[:SHOWN_FACTS])


def _facts(facts: Sequence[Fact]) -> str:
    return ", ".join(f"{each.value} ({_where(each)})" for each in facts[:SHOWN_FACTS])


def _where(fact: Fact) -> str:
    return f"{fact.evidence[0].path}:{fact.evidence[0].line}" if fact.evidence else "no file"


def _notes(name: str, lines: Iterable[str]) -> Iterator[Note]:
    text = "\n".join(lines)
    if text:
        yield Note(name, text, tokens(f"{name}\n{text}\n\n"))
