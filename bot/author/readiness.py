"""What an issue does not say: deterministic probes, at most five questions, the most important first."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.author.brief import Likely, OpenQuestion, Readiness
from bot.author.facts import Facts
from bot.author.untrusted import one_line

MOST = 5
REPRODUCTION = re.compile(
    r"\b(reproduc\w+|steps|traceback|minimal example|how to trigger)\b|```", re.IGNORECASE
)
VAGUE = re.compile(
    r"\b(fast(er)?|slow(er)?|better|improved?|nicer?|clean(er)?|robust|user[- ]friendly|intuitive|scalable"
    r"|efficient|simpler|easier"
    r"|modern|properly|performance)\b",
    re.IGNORECASE,
)
NUMBER = re.compile(r"\d")
VERSION = re.compile(r"\b(version|v?\d+\.\d+)\b", re.IGNORECASE)

Probe = Callable[[Facts, str], OpenQuestion | None]


def readiness(facts: Facts) -> Readiness:
    """The questions whose answers would let a plan be written, and what the repository says already."""
    text = f"{facts.title}\n{facts.brief.body}"
    asks = [ask for probe in PROBES if (ask := probe(facts, text))]
    return Readiness(tuple(asks[:MOST]), _likely(facts), facts.commands[:8])


def _criteria(facts: Facts, text: str) -> OpenQuestion | None:
    if any(each.is_work for each in facts.demands):
        return None
    if facts.is_bug:
        return OpenQuestion(
            "What should happen instead of what happens now?",
            "Without the expected behaviour nobody can tell when this is done.",
            ("an example with input and expected output", "a test that fails today"),
        )
    return OpenQuestion(
        "How will you see that this is done?",
        "A plan needs acceptance criteria, and only the issue can give them.",
        (
            "a list of checkboxes under “Acceptance criteria”",
            "a command and the output it prints",
            "a screen or page and what it shows",
        ),
    )


def _reproduction(facts: Facts, text: str) -> OpenQuestion | None:
    if not facts.is_bug or REPRODUCTION.search(text):
        return None
    return OpenQuestion(
        "Which steps show the problem?",
        "A fix starts from a test that fails, and that needs the steps.",
        ("commands to run", "the full error message with its stack trace"),
    )


def _place(facts: Facts, text: str) -> OpenQuestion | None:
    if facts.named:
        return None
    near = tuple(f"`{each.path}`" for each in facts.codebase.files[:3])
    return OpenQuestion(
        "Which part of the code is this about?", "The issue names no file of this repository.", near
    )


def _measure(facts: Facts, text: str) -> OpenQuestion | None:
    found = VAGUE.search(f"{facts.title} " + " ".join(each.text for each in facts.demands))
    if not found or NUMBER.search(facts.title + " ".join(each.text for each in facts.demands)):
        return None
    return OpenQuestion(
        f"What does “{found.group().lower()}” mean in numbers here?",
        "A word without a measure cannot be tested.",
        ("a limit, such as seconds, bytes or counts", "an example before and after"),
    )


def _scope(facts: Facts, text: str) -> OpenQuestion | None:
    if len(facts.brief.body) > 200:
        return None
    return OpenQuestion(
        "What does not belong to this?",
        "The issue is short, so a plan could easily do more than you want.",
        ("only what the title says", "list what to leave alone"),
    )


def _version(facts: Facts, text: str) -> OpenQuestion | None:
    if not facts.is_bug or VERSION.search(text):
        return None
    return OpenQuestion(
        "In which version and environment does it happen?",
        "The default branch may behave differently.",
        ("the default branch", "a release"),
    )


PROBES: tuple[Probe, ...] = (_criteria, _reproduction, _place, _measure, _scope, _version)


def _likely(facts: Facts) -> tuple[Likely, ...]:
    return tuple(
        Likely(each.path, each.confidence, tuple(one_line(why, 200) for why in each.reasons))
        for each in facts.codebase.files[:8]
    )
