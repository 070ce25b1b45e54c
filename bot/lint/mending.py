"""Repairs of a Markdown text that need no judgement: each is a function of the text and one finding.

It gives the text without that defect, or None when it cannot. One line changes; line ends stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from bot.plan.findings import Finding

Mend = Callable[[str, Finding], str | None]

_ENDS = re.compile(r"(\r\n|\n|\r)")
_HEX = re.compile(r"[0-9A-Fa-f]{1,6}")
_CLOSES = re.compile(r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\b:?(?=\s)", re.IGNORECASE)
_DELIMITERS = re.compile(r"\s{0,3}\|?\s*+:?-+:?\s*+(?:\|\s*:?-+:?\s*+)*\|?\s*")
_UNESCAPED_PIPE = re.compile(r"(?<!\\)\|")


def _on_line(change: Callable[[str, int, Finding, list[str]], str | None]) -> Mend:
    """A repair of the line that the finding is placed in; `change` gets the column from 0 and all lines."""

    def mend(text: str, finding: Finding) -> str | None:
        pieces = _ENDS.split(text)
        lines, place = pieces[::2], finding.location
        if place is None or not 0 < place.line <= len(lines):
            return None
        line = lines[place.line - 1]
        changed = change(line, max(place.col - 1, 0), finding, lines)
        if changed is None or changed == line:
            return None
        pieces[2 * (place.line - 1)] = changed
        return "".join(pieces)

    return mend


def _without_invisible(line: str, col: int, finding: Finding, lines: list[str]) -> str | None:
    """PLN008: the character goes away where it was seen."""
    written = finding.evidence.get("hex", "").removeprefix("U+")
    if not _HEX.fullmatch(written) or (code := int(written, 16)) > 0x10FFFF:
        return None
    at = line.find(chr(code), min(col, len(line)))
    at = at if at >= 0 else line.find(chr(code))
    return line[:at] + line[at + 1 :] if at >= 0 else None


def _padded_row(line: str, col: int, finding: Finding, lines: list[str]) -> str | None:
    """PLN005: a table row that is too short gets empty cells. One that is too long is for a person."""
    assert finding.location is not None
    wanted = _columns(lines, finding.location.line - 1)
    missing = (wanted or 0) - _cells(line)
    if missing <= 0 or "|" not in line:
        return None
    body = line.rstrip()
    closed = body.endswith("|") and not body.endswith("\\|")
    return body + ("" if closed else " |") + "  |" * missing


def _columns(lines: list[str], row: int) -> int | None:
    """How many columns the table of a row has; None when the line is in no table, or no row of its body."""
    for at in range(row - 1, 0, -1):
        if "|" not in lines[at]:
            return None
        if _DELIMITERS.fullmatch(lines[at][:2000]):
            return _cells(lines[at - 1])
    return None


def _cells(line: str) -> int:
    body = line.strip()
    if body.startswith("|"):
        body = body[1:]
    if body.endswith("|") and not body.endswith("\\|"):
        body = body[:-1]
    return len(_UNESCAPED_PIPE.findall(body)) + 1


def _referring(line: str, col: int, finding: Finding, lines: list[str]) -> str | None:
    """PLN916: "Fixes #12" becomes "Refs #12"."""
    found = _CLOSES.search(line, min(col, len(line))) or _CLOSES.search(line)
    return line[: found.start()] + "Refs" + line[found.end() :] if found else None


def _without_dot(line: str, col: int, finding: Finding, lines: list[str]) -> str | None:
    """PLN403: a path loses the "./" in front."""
    path = next((value for value in finding.evidence.values() if value.startswith("./")), "")
    better = path[2:].lstrip("/")
    at = line.find(path, max(col - 2, 0)) if better and path else -1
    at = at if at >= 0 or not better else line.find(path)
    return line[:at] + better + line[at + len(path) :] if at >= 0 and better else None


MENDS: Mapping[str, Mend] = {
    "PLN005": _on_line(_padded_row),
    "PLN008": _on_line(_without_invisible),
    "PLN403": _on_line(_without_dot),
    "PLN916": _on_line(_referring),
}


def mendable(finding: Finding) -> bool:
    """Whether there is a repair for this kind of finding."""
    return finding.rule in MENDS and finding.location is not None


def mended(text: str, findings: Iterable[Finding]) -> tuple[str, int]:
    """`text` with the repairs of all `findings` in it, from its end to its start, and how many were made."""
    made = 0
    for finding in sorted((one for one in findings if mendable(one)), key=_from_the_end):
        better = MENDS[finding.rule](text, finding)
        if better is not None:
            text, made = better, made + 1
    return text, made


def _from_the_end(finding: Finding) -> tuple[int, int]:
    assert finding.location is not None
    return -finding.location.line, -finding.location.col
