"""Issues that an issue names are part of what a plan starts from, as they were when it was asked for."""

from __future__ import annotations

import json

import pytest

from bot.config import CONFIG_PATH
from bot.references import issues_named
from tests.scenarios.town import TITLE, Town

DESIGN = "The search answers within 200 ms and never shows parcels of other customers."


def snapshot(town: Town, issue: int) -> str:
    [pull] = town.pulls()
    text = town.file(pull["head"]["ref"], f".agent/planning-output-{issue}.json")
    assert text is not None
    return json.dumps(json.loads(text), ensure_ascii=False)


def asked(town: Town, body: str) -> int:
    town.commit("main", {CONFIG_PATH: "formats:\n  default: technical\n"})
    number = town.open_issue(TITLE, body)
    town.ask_again(number)
    return number


def test_the_text_of_a_named_issue_is_read(town: Town) -> None:
    design = town.open_issue("How the search has to be", DESIGN)
    number = asked(
        town, f"It must be built as #{design} says.\n\n- [ ] `src/parcels/search.py` finds parcels\n"
    )
    told = snapshot(town, number)
    assert f"issue {design}" in told
    assert f"issue {design} not read" not in told


@pytest.mark.parametrize("words", ["#999", "acme/other#1", "https://example.com/issues/1"])
def test_what_is_not_there_or_elsewhere_is_not_read_and_costs_no_plan(town: Town, words: str) -> None:
    number = asked(
        town, f"It must be built as {words} says.\n\n- [ ] `src/parcels/search.py` finds parcels\n"
    )
    assert "Plan ready for review" in town.status(number)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("see #12 and GH-7, then #12", (12, 7)),
        ("https://github.com/acme/shop/issues/3 before #2", (3, 2)),
        ("https://github.com/acme/other/issues/3", ()),
        ("acme/other#4, foo#5, &#38; and #0 or #x", ()),
        ("#" * 50_000 + "1" * 50_000, ()),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, numbers: tuple[int, ...]) -> None:
    assert issues_named(text, "acme/shop") == numbers
