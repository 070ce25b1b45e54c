"""Decisions on their way to the owner and back: the issue that asks, the words that answer, the time that
passes. Pure: nothing is read, filed or written here."""

from bot.decisions.answering import Refused, answer_of, letters
from bot.decisions.asking import (
    READY_LABELS,
    closing,
    decisions_of,
    labels_of,
    made_by_deadline,
    open_decisions,
    ready_among,
    stripped,
)
from bot.decisions.numbers import filled, placeholder, unfilled, with_placeholders
from bot.decisions.timing import default_of, due, reminder, with_deadlines

__all__ = [
    "READY_LABELS",
    "Refused",
    "answer_of",
    "closing",
    "decisions_of",
    "default_of",
    "due",
    "filled",
    "labels_of",
    "letters",
    "made_by_deadline",
    "open_decisions",
    "placeholder",
    "ready_among",
    "reminder",
    "stripped",
    "unfilled",
    "with_deadlines",
    "with_placeholders",
]
