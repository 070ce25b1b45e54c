"""An issue's text as a weighted bag of stems: the title first, the noise of templates,
comments and addresses out.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from bot.recon.mentions import LONGEST
from bot.recon.tokens import IDENTIFIER, stems_of

TITLE, PROSE, CODE = 3.0, 1.0, 0.5
LONGEST_CODE_LINE = 500
ADDRESS = re.compile(r"https?://[^\s)>\]\"']+")
CHECKBOX = re.compile(r"\s{0,20}[-*+]\s{1,4}\[[ xX]\]")
BOILERPLATE = re.compile(
    r"(i (have|am|agree|understand)\b|i've\b|please (complete|search|fill|read|describe|provide)\b)",
    re.IGNORECASE,
)
NOISE_HEADING = re.compile(
    r"(environment|versions?|system info|platform|setup|checklist|prerequisites|installed versions|before )",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Query:
    """Weights of stems, and how often each identifier stands in title, prose and code."""

    weights: dict[str, float]
    title: frozenset[str]


def query(title: str, body: str) -> Query:
    """The stems an issue asks for. A stem's weight grows with the logarithm of its weighted count."""
    counts: Counter[str] = Counter()
    for text, weight in ((title, TITLE), *_parts(body[:LONGEST])):
        for name in IDENTIFIER.findall(text):
            for word in stems_of(name):
                counts[word] += weight  # type: ignore[assignment]
    return Query(
        dict(counts), frozenset(word for name in IDENTIFIER.findall(title) for word in stems_of(name))
    )


def _parts(body: str) -> list[tuple[str, float]]:
    """The body's lines as (text, weight); what only the issue template said is gone."""
    out: list[tuple[str, float]] = []
    fence, noisy = "", False
    for line in without_comments(body).split("\n"):
        bare = line.strip()
        if bare[:3] in {"```", "~~~"}:
            fence = "" if fence else bare[:3]
        elif fence or line.startswith(("    ", "\t", ">>> ")):
            out.append((line[:LONGEST_CODE_LINE], CODE * (0.3 if noisy else 1)))
        elif bare.startswith("#"):
            noisy = bool(NOISE_HEADING.match(bare.lstrip("# *")))
        elif not CHECKBOX.match(line[:60]) and not BOILERPLATE.match(bare[:60].lstrip("-* ")):
            out.append((ADDRESS.sub(" ", line), PROSE * (0.3 if noisy else 1)))
    return out


def without_comments(text: str) -> str:
    """The text with HTML comments cut out; an unclosed comment ends with the text. One pass."""
    out: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0:
        out.append(text[at:start])
        end = text.find("-->", start + 4)
        at = len(text) if end < 0 else end + 3
    return "".join([*out, text[at:]])
