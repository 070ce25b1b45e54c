"""The JSON of an answer, without what models put around it. Judges nothing."""

from __future__ import annotations

from bot.author.private import answer_of
from bot.plan.rules.input import unfenced


def json_of(reply: str) -> str:
    """The text that is to be read as JSON: no private reasoning, no byte order mark, no fence around it."""
    text, _ = unfenced(answer_of(reply).lstrip("\ufeff \t\r\n"))
    return text.strip()
