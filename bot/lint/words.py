"""Plan text made fit to be shown in a terminal or a log: what nobody can see is made visible, and columns
are counted as a terminal does. Knows nothing of findings.
"""

from __future__ import annotations

import json
import unicodedata
from typing import TextIO

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_STAND_IN = "\ufffd"


def visible(text: str) -> str:
    """One line of text; control and invisible characters are written as <U+202E>."""
    return "".join(
        " " if letter in "\t\r\n" else f"<U+{ord(letter):04X}>" if _unseen(letter) else letter
        for letter in text
    )


def harmless(line: str) -> str:
    """A line for a log that GitHub's runners read: they obey `::command::` at its start, and `##[command]`
    anywhere.
    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
    """
    line = line.replace("##[", "# #[")
    return line.replace("::", ": :", 1) if line.lstrip().startswith("::") else line


def json_text(document: object, out: TextIO) -> str:
    """JSON that any reader of `out` understands, and in which GitHub's runners find no command."""
    plain = (out.encoding or "utf-8").lower().replace("-", "") != "utf8"
    return json.dumps(document, ensure_ascii=plain, indent=2).replace("##[", "#\\u0023[")


def same_width(line: str) -> str:
    """A line of source in which every character that cannot be shown is replaced by one that can."""
    return "".join(" " if letter == "\t" else _STAND_IN if _unseen(letter) else letter for letter in line)


def _unseen(letter: str) -> bool:
    return not (" " <= letter <= "~") and unicodedata.category(letter) in _UNSEEN


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(_width(letter) for letter in text)


def _width(letter: str) -> int:
    if letter <= "~":
        return 1
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def window(line: str, col: int, width: int) -> tuple[str, int]:
    """The part of a line that fits into `width` columns and holds column `col` (from 1), and where that is in
    it, from 0, in columns.
    """
    line = same_width(line)
    at = min(max(col - 1, 0), len(line))
    start = max(0, at - width // 2) if columns(line) > width else 0
    shown = ("…" if start else "") + line[start:]
    before = columns(shown[: at - start + (1 if start else 0)])
    return _cut(shown, width), before


def _cut(text: str, width: int) -> str:
    if len(text) <= width and columns(text) <= width:
        return text
    taken, used = [], 1
    for letter in text:
        used += _width(letter)
        if used > width:
            break
        taken.append(letter)
    return "".join(taken) + "…"


def counted(number: int, thing: str) -> str:
    """ "1 error", "2 errors"."""
    return f"{number:,} {thing}" + ("" if number == 1 else "s")
