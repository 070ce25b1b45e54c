"""An issue's text as a weighted bag of stems: the title first, the noise of templates,
comments and addresses out.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, pairwise

from bot.recon.mentions import LONGEST
from bot.recon.tokens import HUMPS, IDENTIFIER, stem, stems_of

TITLE, LEAD, PROSE, CODE, NOISY = 3.0, 1.3, 0.3, 0.5, 0.3
LEADING = 500  # characters of prose that say what the issue is about
MOST_CODE = 2.0  # a word of a long listing counts at most this often
MOST_PAIRS = 400  # the first ones
MOST_WORDS = 1_000  # the heaviest stems; what a pasted log holds beyond them says nothing
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
WORD_OR_STOP = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}|[.,;:!?()]")


@dataclass(frozen=True, slots=True)
class Query:
    """Weights of stems, the stems of the title among them, and how often stems follow each other.

    Neighbouring words of the title stand there joined as well, since «bulk update» may be `bulk_update`.
    """

    weights: dict[str, float]
    title: frozenset[str]
    pairs: dict[tuple[str, str], int] = field(default_factory=dict)


def query(title: str, body: str) -> Query:
    """The stems an issue asks for. A stem's weight grows with the logarithm of its weighted count."""
    counts: Counter[str] = Counter()
    code: Counter[str] = Counter()
    titled = frozenset([*_stems(title), *joined(title[:LONGEST])])
    for word in titled:
        counts[word] += TITLE  # type: ignore[assignment]
    left, lines = LEADING, _parts(body[:LONGEST])
    for text, is_code, weight in lines:
        into = code if is_code else counts
        for word in _stems(text):
            into[word] += weight * (CODE if is_code else LEAD if left > 0 else PROSE)  # type: ignore[assignment]
        left -= 0 if is_code else len(text)
    for word, count in code.items():
        counts[word] += min(count, MOST_CODE * CODE)  # type: ignore[assignment]
    heaviest = sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:MOST_WORDS]
    pairs = islice(_pairs([title[:LONGEST], *(text for text, _, _ in lines)]), MOST_PAIRS)
    return Query({word: math.log1p(count) for word, count in heaviest}, titled, dict(Counter(pairs)))


def _pairs(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The first stems of words that follow each other on a line, stop words between them or not."""
    for line in lines:
        first = [found[0] for name in IDENTIFIER.findall(line) if (found := stems_of(name))]
        yield from (pair for pair in pairwise(first) if pair[0] != pair[1])


def _stems(text: str) -> list[str]:
    return [word for name in IDENTIFIER.findall(text) for word in stems_of(name)]


def joined(text: str) -> Iterator[str]:
    """The stems of two and three neighbouring words written as one."""
    parts = [HUMPS.findall(each) for each in WORD_OR_STOP.findall(text)]
    for count in (2, 3):
        for at in range(len(parts) - count + 1):
            near = parts[at : at + count]
            if all(near) and sum(map(len, near)) <= 5:
                word = stem("".join(each for part in near for each in part).lower())
                if 5 <= len(word) < 50:
                    yield word


def _parts(body: str) -> list[tuple[str, bool, float]]:
    """The body's lines as (text, whether it is code, share of weight).

    What only the issue template said is gone.
    """
    out: list[tuple[str, bool, float]] = []
    fence, share = "", 1.0
    for line in without_comments(body).split("\n"):
        bare = line.strip()
        if bare[:3] in {"```", "~~~"}:
            fence = "" if fence else bare[:3]
        elif fence or line.startswith(("    ", "\t", ">>> ")):
            out.append((line[:LONGEST_CODE_LINE], True, share))
        elif bare.startswith("#"):
            share = NOISY if NOISE_HEADING.match(bare.lstrip("# *")) else 1.0
        elif not CHECKBOX.match(line[:60]) and not BOILERPLATE.match(bare[:60].lstrip("-* ")):
            out.append((ADDRESS.sub(" ", line), False, share))
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
