"""Our part of a text that people write in too: what stands between two lines of ours. Pure text.

Only that part is ever replaced. Markers count only as lines of their own, so quoting them moves nothing.
"""

from __future__ import annotations

BEGIN = "<!-- groundplan:begin -->"
END = "<!-- groundplan:end -->"


def wrapped(part: str) -> str:
    """`part` between its markers. Markers inside it go: they would end it too early."""
    return f"{BEGIN}\n{part.replace(BEGIN, '').replace(END, '').strip()}\n{END}"


def part_of(text: str) -> str | None:
    """Our part of `text` as it stands there, or None when a marker was taken out."""
    lines = text.split("\n")
    place = _place(lines)
    return None if place is None else "\n".join(lines[place[0] + 1 : place[1]])


def with_part(text: str, part: str) -> str:
    """`text` with our part brought up to date; at its end when it has none. All else stays to the byte."""
    lines = text.split("\n")
    place = _place(lines)
    if place is not None:
        inside = wrapped(part).split("\n")[1:-1]
        return "\n".join([*lines[: place[0] + 1], *inside, *lines[place[1] :]])
    return f"{text}\n\n{wrapped(part)}" if text.strip() else wrapped(part)


def _place(lines: list[str]) -> tuple[int, int] | None:
    """The first pair of markers with no other marker between them, as line numbers from 0."""
    begin = None
    for at, line in enumerate(lines):
        if line.strip() == BEGIN:
            begin = at
        elif line.strip() == END and begin is not None:
            return begin, at
    return None
