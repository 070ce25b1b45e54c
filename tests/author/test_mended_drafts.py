"""Drafts that the linter's own mutators broke, in front of a model that mends them, half mends them, makes
them worse, or patches other places: nothing with an error gets out, no worse plan is taken, no more calls are
made than there may be.

`make test` takes some of them, GROUNDPLAN_FULL=1 two hundred. The run's summary counts how they ended; the
answers are scripted, so this says nothing about any model.
"""

from __future__ import annotations

import json
import os
import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from bot.author.brief import Brief
from bot.author.drafting import Source, candidate
from bot.author.facts import Facts
from bot.author.model import Usage
from bot.author.patches import tokens
from bot.plan.draft import draft_of
from bot.plan.model import Plan
from bot.recon.report import survey
from sandbox.minds import Mind, also_open, findings_in, patch, patches
from sandbox.model_server import Asked, Says
from tests.author.scripted import DRAFT_ONLY, Draft, writing, wrote
from tests.plan.mutants import inside, outside  # noqa: F401  importing registers
from tests.plan.mutants.bases import base
from tests.plan.mutants.harness import MUTATORS, Mutator
from tests.plan.mutants.repos import tree

FULL = os.environ.get("GROUNDPLAN_FULL") == "1"
MANY = 200 if FULL else 4
BASES = ("roadmap-small-python", "roadmap-medium-go")
MOST_CALLS = 1 + DRAFT_ONLY.repairs + 1
SOURCE = Source("model:x/1", "x", "1", Usage(calls=1))
Count = Callable[[str, object], None]


@dataclass(frozen=True)
class Broken:
    """A draft with one injected defect, and the clean one it was made of."""

    name: str
    base: str
    draft: Draft
    clean: Draft


@cache
def brief_of(name: str) -> Brief:
    """The issue that a clean plan answers: its demands as a list."""
    plan = plan_of_base(name)
    body = "\n".join(f"- [ ] {each.text}" for each in plan.obligations)
    files = tree(base(name).repo)
    found = survey(files, plan.title, body)
    return Brief(plan.issue, plan.title, body, files, found, "roadmap", "0" * 64, files.sha)


def plan_of_base(name: str) -> Plan:
    plan = base(name).plan
    assert plan is not None
    return plan


def broken(name: str, one: Mutator, seed: int) -> Broken | None:
    """What a mutator makes of a clean plan, as a model's draft; None where no draft can have that defect."""
    dice = random.Random(zlib.crc32(f"{one.name} {name} {seed}".encode()))
    mutant = one.mutate(base(name), dice)
    if mutant is None or not isinstance(mutant.given.plan, Plan):
        return None
    clean = draft_of(plan_of_base(name))
    try:
        draft = draft_of(mutant.given.plan)
    except AttributeError:  # a plan that was only read in part
        return None
    return Broken(f"{one.name} on {name}", name, draft, clean) if draft != clean else None


def all_broken() -> Iterator[Broken]:
    for seed in range(9):
        for at, one in enumerate(each for each in MUTATORS if "roadmap" in each.formats):
            if found := broken(BASES[(at + seed) % 2], one, seed):
                yield found


@cache
def sample() -> tuple[Broken, ...]:
    """As many as wanted, spread over all rules."""
    found = list(all_broken())
    step = max(1, len(found) // MANY)
    return tuple(found[::step][:MANY])


# --- minds -----------------------------------------------------------------------------------------------


def at(value: Any, parts: tuple[str, ...]) -> Any:
    for part in parts:
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def mends(asked: Asked, one: Broken, share: float = 1.0) -> list[dict[str, str]]:
    """What the clean draft has at the places that are open; the first share of it. An item that the clean one
    has not is taken away, and work that cannot be undone and was called safe is called what it is.
    """
    out = {}
    for rule, place in findings_in(asked):
        parts = tokens(place)
        field = next((at + 2 for at, part in enumerate(parts) if part.isdigit()), len(parts))
        pointer = pointer_of(parts[:field])
        if rule == "PLN507":
            note = "Restore the backup that is made before, with the command of the runbook."
            out[pointer] = patch(rule, pointer, {"kind": "manual", "note": note})
        elif there(one.clean, parts[:field]):
            out[pointer] = patch("PLN000", pointer, at(one.clean, parts[:field]))
        elif any(part.isdigit() for part in parts):
            last = max(at for at, part in enumerate(parts) if part.isdigit())
            out[pointer] = patch("PLN000", pointer_of(parts[: last + 1]), None, "remove")
    for place in also_open(asked):
        out |= {each["pointer"]: each for each in restored(one, tokens(place))}
    listed = list(out.values())
    return listed[: max(1, round(len(listed) * share))]


def restored(one: Broken, place: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """What the clean draft has at every place of this form where the broken one has something else."""
    holder = place[: place.index("*")] if "*" in place else ()
    for number in range(len(at(one.draft, holder)) if holder else 0):
        parts = tuple(str(number) if part == "*" else part for part in place)
        both = there(one.clean, parts) and there(one.draft, parts)
        if both and at(one.clean, parts) != at(one.draft, parts):
            yield patch("PLN000", pointer_of(parts), at(one.clean, parts))


def pointer_of(parts: tuple[str, ...]) -> str:
    return "".join(f"/{part}" for part in parts)


def there(value: Any, parts: tuple[str, ...]) -> bool:
    try:
        at(value, parts)
    except (KeyError, IndexError, TypeError, ValueError):
        return False
    return True


def worsens(asked: Asked, one: Broken) -> list[dict[str, str]]:
    """More of what is wrong, at the places that are flagged."""
    return [
        patch("PLN000", place, "TODO: as discussed above, @everyone, maybe")
        for _, place in findings_in(asked)
    ]


def elsewhere(asked: Asked, one: Broken) -> list[dict[str, str]]:
    """Everything else is taken away or replaced."""
    gone = [patch("PLN000", f"/tasks/{at}", None, "remove") for at in range(len(one.draft["tasks"]))]
    return [*gone, patch("PLN000", "/summary", "Nothing."), patch("PLN000", "", {}),
            patch("PLN000", "/obligations", []), patch("PLN000", "/decisions", [])]  # fmt: skip


ANSWERS: dict[str, Callable[[Asked, Broken], list[dict[str, str]]]] = {
    "fixes": mends,
    "half fixes": lambda asked, one: mends(asked, one, 0.5),
    "worsens": worsens,
    "patches elsewhere": elsewhere,
}


@pytest.mark.parametrize("how", ANSWERS)
def test_a_broken_draft_is_mended_or_withheld(how: str, record_property: Count) -> None:
    """One test for each mind, since what is counted is how all of them end."""
    assert len(sample()) == MANY
    ends: dict[str, int] = {}
    for one in sample():
        end = ended(one, how)
        ends[end] = ends.get(end, 0) + 1
    for end, count in ends.items():
        record_property(f"broken drafts, a mind that {how}: {end}", count)
    if how == "fixes":
        assert "withheld" not in ends, ends


def ended(one: Broken, how: str) -> str:
    """How writing ends; what must never happen is asserted here."""
    brief = brief_of(one.base)
    answer = ANSWERS[how]
    mind = Mind(one.draft, {"patches": lambda asked: patches(*answer(asked, one))})
    with writing(Says(mind)) as (author, server):
        ran = wrote(author, brief)
    before = candidate(json.dumps(one.draft), Facts(brief), SOURCE)
    assert len(server.asked) <= MOST_CALLS, one.name
    if ran.end != "plan":
        assert ran.end == "failed", one.name
        return "withheld"
    after = candidate(json.dumps(draft_of(ran.plan)), Facts(brief), SOURCE)
    assert after.is_sound, one.name
    assert after.score <= before.score, one.name
    assert not before.is_sound or after.holds(before), one.name
    return ("sound before" if before.is_sound else "mended") + (
        "" if after.score[1] < before.score[1] or not before.score[1] else ", warnings stay"
    )
