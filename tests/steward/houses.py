"""Households for the tests of deciding: an ordinary one, and what makes others of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.config import ConfigFile
from bot.effects import Changeset, Effect, Receipt
from bot.marks import Place, read_mark
from bot.situation import Repository
from bot.steps import Policy
from bot.steward import Complaint, Household, next_duty

SECRET = "a secret of at least thirty-two characters"
POLICY = Policy(SECRET)
HEAD, CHANGED, PUSHED = "a" * 40, "c" * 40, "e" * 40
REPOSITORY = Repository(7, "acme", "widgets", "main", HEAD)
HOUSE = Household(REPOSITORY, url="https://github.test/acme/widgets")
BROKEN = ConfigFile("lint:\n  supress: []\n  links: 3\n")
SOUND = ConfigFile("labels:\n  states: false\n")


def house(**changes: Any) -> Household:
    return replace(HOUSE, **changes)


def repository(**changes: Any) -> Repository:
    return replace(REPOSITORY, **changes)


def receipts(*keys: str, number: int = 0, sha: str = "") -> dict[str, Receipt]:
    return {key: Receipt(key, "created", number=number, sha=sha) for key in keys}


def effects_of(given: Household, policy: Policy = POLICY) -> tuple[Effect, ...]:
    step = next_duty(given, policy)
    assert isinstance(step, Changeset), step
    return step.effects


def complaint_in(text: str, number: int = 5) -> Complaint:
    """The complaint that is read back from an issue's text."""
    mark = read_mark(SECRET, Place(REPOSITORY.id, 0), text)
    assert mark is not None
    return Complaint(number, mark.get("name"), mark.get("faults"))
