"""Risk and way back, computed from signals in paths and in the issue's own words. It
names the signal each time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.plan.model import RiskClass
from bot.recon.kinds import is_migration, kind_of

MANY_FILES = 10
_WORDS: tuple[tuple[str, RiskClass, str], ...] = (
    ("stored data is migrated", "high", r"migrat(e|es|ion|ions)|backfill|schema change|alter table"),
    (
        "data or a resource is removed for good",
        "high",
        r"drop (the )?(table|column|index)|truncate|purge|wipe|delete (all|old|user)",
    ),
    (
        "signing in or permissions are touched",
        "high",
        r"auth(entication|orization)?|log ?in|password|oauth|permissions?|session tokens?",
    ),
    ("money is touched", "high", r"payments?|billing|invoices?|refunds?|checkout"),
    (
        "a public interface changes",
        "medium",
        r"public api|breaking change|backwards? compat\w*|deprecat\w+|rename the",
    ),
    (
        "how it is deployed changes",
        "medium",
        r"deploy(ment)?|terraform|kubernetes|helm|docker(file)?|ci pipeline|infrastructure",
    ),
)
_INFRA = re.compile(
    r"(^|/)(\.github/workflows|terraform|helm|k8s|deploy|infra)(/|$)|\.tf$|(^|/)Dockerfile$|(^"
    r"|/)compose\.ya?ml$"
)
IRREVERSIBLE = frozenset(
    {"stored data is migrated", "data or a resource is removed for good", "a migration is among the files"}
)
_ORDER: tuple[RiskClass, ...] = ("low", "medium", "high", "critical")


@dataclass(frozen=True, slots=True)
class Signal:
    """One reason for a risk class, and the words or path that gave it."""

    what: str
    risk: RiskClass
    seen: str


def signals(text: str, paths: Sequence[str]) -> tuple[Signal, ...]:
    """Every signal in a text and in the paths a task changes, each kind once."""
    found = [
        Signal(what, risk, hit.group())
        for what, risk, pattern in _WORDS
        if (hit := re.search(rf"\b({pattern})\b", text, re.IGNORECASE))
    ]
    for path in paths:
        if is_migration(path):
            found.append(Signal("a migration is among the files", "high", path))
        if _INFRA.search(path):
            found.append(Signal("how it is built or deployed changes", "medium", path))
        if kind_of(path) == "lock":
            found.append(Signal("the set of installed packages changes", "medium", path))
    if len(paths) > MANY_FILES:
        found.append(Signal(f"more than {MANY_FILES} files change", "medium", str(len(paths))))
    return tuple({each.what: each for each in reversed(found)}.values())[::-1]


def risk_of(found: Iterable[Signal], paths: Sequence[str]) -> RiskClass:
    """The highest signal; without one "low" where the files are known, "medium" where they are not."""
    least: RiskClass = "low" if paths else "medium"
    return max([least, *(each.risk for each in found)], key=_ORDER.index)


def highest(classes: Iterable[RiskClass]) -> RiskClass:
    """The highest of some risk classes, "low" of none."""
    return max(["low", *classes], key=_ORDER.index)


def irreversible(found: Iterable[Signal]) -> bool:
    """Whether reverting the commit would not be the whole way back."""
    return any(each.what in IRREVERSIBLE for each in found)
