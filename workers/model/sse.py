"""Server-sent events out of bytes as they come in: split anywhere, in the middle of a letter too.

Knows nothing of what events say. https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

LONGEST_EVENT = 8 * 1024 * 1024  # characters


class TooLong(ValueError):
    """One event is longer than any answer may be."""


def events(chunks: Iterable[bytes]) -> Iterator[str]:
    """The data of each event, in order. Comments and other fields are left out; an event that no blank line
    ends is not given, since it may be half an event. Raises TooLong.
    """
    data: list[str] = []
    size = 0
    for line in _lines(chunks):
        if not line:
            if data:
                yield "\n".join(data)
            data, size = [], 0
        elif line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
            size += len(line)
            if size > LONGEST_EVENT:
                raise TooLong


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Whole lines, whatever ends them. Bytes that are no UTF-8 become replacement characters."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    parts: list[str] = []
    size = 0
    for chunk in chunks:
        text = decoder.decode(chunk)
        *whole, rest = text.replace("\r\n", "\n").split("\n")
        for line in whole:
            yield ("".join(parts) + line).rstrip("\r").removeprefix("\ufeff")
            parts, size = [], 0
        parts.append(rest)
        size += len(rest)
        if size > LONGEST_EVENT:
            raise TooLong
