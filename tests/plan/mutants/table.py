"""The kill table: what became of each mutant. Runs no test itself."""

from __future__ import annotations

import random
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.plan.rules import RULES
from tests.plan.mutants.bases import NAMES, base, formats_of
from tests.plan.mutants.harness import Mutator, linted_wholly

Fate = Literal["killed", "wrong place", "missed"]


@dataclass(frozen=True)
class Outcome:
    """What became of one mutant: found where it is broken, elsewhere (or by other rules only), or not at
    all. `collateral` are the core rules that said something too."""

    rule: str
    mutator: str
    base: str
    seed: int
    fate: Fate
    collateral: frozenset[str]
    said: str

    def __str__(self) -> str:
        return f"{self.mutator} on {self.base} (seed {self.seed}): {self.fate}; {self.said or 'no finding'}"


def outcomes(one: Mutator, seeds: range, most: int = 99) -> Iterator[Outcome]:
    """What becomes of a mutator's mutants, on every base it can be done to, or on `most` of them, others
    for each mutator."""
    names = [name for name in NAMES if formats_of(name) in one.formats]
    random.Random(one.name).shuffle(names)
    done = 0
    for name in names:
        found = [outcome(one, name, seed) for seed in seeds] if done < most else []
        yield from (one for one in found if one)
        done += any(found)


def outcome(one: Mutator, name: str, seed: int) -> Outcome | None:
    """What becomes of one mutant; None when this base cannot be broken so."""
    dice = random.Random(zlib.crc32(f"{one.name} {name} {seed}".encode()))
    mutant = one.mutate(base(name), dice)
    if mutant is None:
        return None
    clean = expected(name)
    findings = [
        found
        for found in linted_wholly(mutant.given, one.rule).findings
        if (found.rule, found.fingerprint) not in clean or found.rule == one.rule
    ]
    right = [found for found in findings if found.rule == one.rule]
    fate: Fate = "missed"
    if any(mutant.is_hit(found) for found in right):
        fate = "killed"
    elif findings:
        fate = "wrong place"
    others = frozenset(found.rule for found in findings if RULES[found.rule].tier == "core") - {one.rule}
    said = "; ".join(f"{one.rule} {one.pointer} {one.location or one.rendered or ''}" for one in findings[:6])
    return Outcome(one.rule, one.name, name, seed, fate, others, said)


_EXPECTED: dict[str, frozenset[tuple[str, str]]] = {}


def expected(name: str) -> frozenset[tuple[str, str]]:
    """What is found in the clean plan itself: notes, never errors or warnings."""
    if name not in _EXPECTED:
        found = linted_wholly(base(name).given(), "PLN010").findings
        _EXPECTED[name] = frozenset((one.rule, one.fingerprint) for one in found)
    return _EXPECTED[name]


def counted(found: list[Outcome]) -> Counter[str]:
    """The figures of some outcomes, by the names under which they are printed."""
    figures: Counter[str] = Counter()
    for one in found:
        family = f"{one.rule[:4]}xx"
        author = "outside" if "-outside_" in one.mutator else "inside"
        for group in (family, "all", author):
            figures[f"mutants, {group}"] += 1
            figures[f"mutants, {group}: {one.fate}"] += 1
        figures["mutants: rules that spoke up too"] += len(one.collateral)
        for other in one.collateral:
            figures[f"mutants: {one.rule} → {other}"] += 1
    return figures
