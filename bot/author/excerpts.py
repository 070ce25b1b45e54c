"""The passages of files that a model is shown, and what of the files it is not shown, in words for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.author.facts import Facts
from bot.recon.packing import Excerpt, Pack, pack
from bot.recon.packing.fill import NO_ROOM

TOLD = 4  # names in one line about what is cut


def excerpts(
    facts: Facts, tokens: int, first: Sequence[str] = ()
) -> tuple[tuple[Excerpt, ...], tuple[str, ...]]:
    """Excerpts within an estimated number of tokens, those of the files in `first` and of those that the
    issue names before others; and what was cut.
    """
    brief = facts.brief
    found = pack(brief.tree, brief.recon, tokens, first=(*first, *facts.named), notes=False)
    return found.excerpts, tuple(_cut(found))


def _cut(found: Pack) -> Iterator[str]:
    parts = [each.path for each in found.excerpts if not each.whole]
    crowded = [each.name for each in found.missing if each.why == NO_ROOM]
    refused = [f"{each.name} ({each.why})" for each in found.missing if each.why != NO_ROOM]
    if parts:
        yield f"lines far from the issue in {_few(parts)}"
    if crowded:
        yield f"for lack of room, {_few(crowded)}"
    if refused:
        yield f"what is not shown at all: {_few(refused)}"


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - TOLD} more" if len(names) > TOLD else ""
    return ", ".join(names[:TOLD]) + more
