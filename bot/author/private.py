"""A model's private reasoning, taken out of what it says before anybody reads it.

A block that is opened and not closed takes everything behind it along: losing an answer costs one more call,
showing a thought cannot be taken back.
"""

from __future__ import annotations

import re

_NAMES = "brainstorm(?:ing)?|think(?:ing)?|thoughts?|reasoning|scratchpad"
# A tag right behind a backtick is spoken of, not used.
_TAG = re.compile(rf"(?<!`)<(?P<end>/?)(?:antml:)?(?P<name>{_NAMES})(?=[\s/>])[^<>]{{0,200}}>", re.IGNORECASE)
_STRING_OR_TAG = re.compile(rf'"(?:[^"\\]|\\.)*\\?(?:"|\Z)|{_TAG.pattern}', re.IGNORECASE | re.DOTALL)
_BEGINS = re.compile(r"[\ufeff\s]{0,999}(?:\{|```)")


def answer_of(reply: str) -> str:
    """A reply without the private blocks that stand outside of its JSON strings.

    Reasoning that only ends (the opening stood in the prompt) is everything before that end.
    """
    text = _after_stray_end(reply)
    kept: list[str] = []
    at = start = 0
    while found := _STRING_OR_TAG.search(text, at):
        at = found.end()
        if found["name"] and not found["end"]:
            kept.append(text[start : found.start()])
            at = start = _end_of_block(text, found)
    return "".join([*kept, text[start:]])


def without_thoughts(text: str) -> tuple[str, int]:
    """A text without its private blocks and stray marks of them, and how many there were."""
    kept: list[str] = []
    at = count = 0
    while found := _TAG.search(text, at):
        count += 1
        kept.append(text[at : found.start()])
        at = found.end() if found["end"] else _end_of_block(text, found)
    return ("".join([*kept, text[at:]]).strip(), count) if count else (text, 0)


def _end_of_block(text: str, opened: re.Match[str]) -> int:
    """Where the block ends that `opened` begins, blocks of its name inside it counted; the end of the text
    when nothing closes it.
    """
    depth, name = 1, opened["name"].lower()
    for found in _TAG.finditer(text, opened.end()):
        if found["name"].lower() == name:
            depth += -1 if found["end"] else 1
        if not depth:
            return found.end()
    return len(text)


def _after_stray_end(reply: str) -> str:
    first = _TAG.search(reply)
    if first is None or not first["end"] or _BEGINS.match(reply):
        return reply
    return reply[first.end() :]
