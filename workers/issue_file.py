"""An issue that lies in a file or comes through standard input: its title and body, or the reason why not."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from bot.errors import UserError

STDIN = "-"
LARGEST_ISSUE = 262_144  # characters; four times what GitHub takes


def read_issue(name: str) -> tuple[str, str]:
    """Title and body of a file, or of standard input for "-": the first line that is not blank, without a
    leading `# `, and everything after it. UserError when that is no issue.
    """
    shown = "standard input" if name == STDIN else name
    return _parted(_text(_bytes(name, shown), shown), shown)


def _bytes(name: str, shown: str) -> bytes:
    most = LARGEST_ISSUE * 4 + 1
    if name == STDIN:
        return sys.stdin.buffer.read(most)
    try:
        with Path(name).open("rb") as file:
            return file.read(most)
    except OSError as error:
        reason = f"{shown} cannot be read: {error.strerror}."
        raise UserError("issue-not-read", reason, "Name a Markdown file, or - for standard input.") from None


def _text(data: bytes, shown: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise UserError("issue-not-text", f"{shown} is not UTF-8 text.", "Save it as UTF-8.")
    if len(text) > LARGEST_ISSUE:
        reason = f"{shown} is longer than {LARGEST_ISSUE:,} characters."
        raise UserError("issue-too-long", reason, "Leave pasted logs away, or attach them elsewhere.")
    return text


def _parted(text: str, shown: str) -> tuple[str, str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\n \t").split("\n", 1)
    title = re.sub(r"^#{1,6}\s+", "", lines[0]).strip()
    if not title:
        raise UserError("issue-empty", f"{shown} is empty.", "Write `# Title` and below it what you want.")
    return title, lines[1] if len(lines) > 1 else ""
