"""What is said about rules: every rule has its reasons and examples, and the pages are those of the rules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.errors import UserError
from bot.lint import catalogue
from bot.lint.catalogue import page_of, pages
from bot.plan.rules import RULES
from bot.plan.rules.engine import LETTERS
from bot.plan.rules.reasons import REASONS

DOCS = Path(__file__).resolve().parents[2] / "docs" / "rules"


def test_every_rule_says_why_with_a_bad_and_a_good_example() -> None:
    assert sorted(REASONS) == sorted(RULES)
    for rule, reason in REASONS.items():
        assert reason.why.endswith((".", "?")), rule
        assert len(reason.why) <= 200, rule
        for example in (reason.bad, reason.good):
            assert example.strip(), rule
            assert example.count("\n") < 6, rule
        assert reason.bad != reason.good, rule


EXAMPLES = [
    (rule, example)
    for rule, reason in REASONS.items()
    for example in (reason.bad, reason.good)
    # The bad example of PLN001 is one of what is no JSON.
    if example.startswith("{") and (rule, example) != ("PLN001", REASONS["PLN001"].bad)
]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_examples_in_json_are_json(rule: str, example: str) -> None:
    assert isinstance(json.loads(example), dict), rule


def test_the_pages_are_up_to_date() -> None:
    """`make docs` writes them again."""
    there = {file.name: file.read_text(encoding="utf-8") for file in DOCS.glob("*")}
    assert there == catalogue.files()


def test_a_page_tells_everything_that_explain_promises() -> None:
    page = page_of("PLN308")
    for text in (page.markdown(), page.text()):
        for part in (page.id, page.title, page.severity, page.bad.split("\n")[0], page.good.split("\n")[0]):
            assert part in text
        assert "suppressed" in text
        assert "roadmap plans" in text


def test_every_letter_and_need_has_words() -> None:
    letters = {letter for one in RULES.values() for letter in one.formats}
    assert letters | set(LETTERS.values()) <= set(catalogue.FORMATS)
    assert {need for one in RULES.values() for need in one.needs} <= set(catalogue.NEEDS)


def test_rules_are_listed_by_family() -> None:
    every = pages()
    assert [page.id for page in every] == sorted({*RULES, "PLN099"})
    assert {page.family for page in pages("graph")} == {"graph"}
    assert pages("graph") == pages("pln3")
    assert "PLN308" in catalogue.listing(pages("graph"))
    assert [one["id"] for one in json.loads(catalogue.as_json(pages("graph")))] == [
        page.id for page in pages("graph")
    ]


@pytest.mark.parametrize("family", ["graphs", "PLN", "3", "PLNX"])
def test_an_unknown_family_is_refused(family: str) -> None:
    with pytest.raises(UserError, match="no family"):
        pages(family)


def test_pages_of_rules_that_are_no_more_go_away(tmp_path: Path) -> None:
    (tmp_path / "PLN000.md").write_text("old", encoding="utf-8")
    catalogue.write(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == set(catalogue.files())


def test_what_is_said_about_suppressions_is_explained_too() -> None:
    assert "reason" in page_of("PLN099").text()
    assert not page_of("PLN099").suppressible
    assert not page_of("PLN401").suppressible
    assert page_of("PLN308").suppressible
