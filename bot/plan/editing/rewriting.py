"""Which files of a plan have to be written again after people edited them. Writes none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.effects import PLAN_FILE
from bot.plan.editing.unread import same_words


def to_write(
    again: Mapping[str, str], there: Mapping[str, str], *, changed: bool
) -> Iterator[tuple[str, str]]:
    """The files that say something else. Line ends stay; other white space does where nothing changed."""
    for path, text in again.items():
        before = there.get(path)
        crlf = before is not None and "\r\n" in before and path != PLAN_FILE
        ours = text.replace("\n", "\r\n") if crlf else text
        if before is None or (ours != before and (changed or not _says_the_same(path, ours, before))):
            yield path, ours


def _says_the_same(path: str, one: str, other: str) -> bool:
    return path.endswith(".md") and same_words(one, other)
