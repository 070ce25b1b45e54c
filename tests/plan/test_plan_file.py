"""IMPLEMENTATION_PLAN.md: ours between the marks, people's everywhere else, and no
guess on a damaged file.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import UserError
from bot.plan.formats.plan_file import MAX_BYTES, begin_mark, end_mark, section_of, sections, with_section


def section(issue: int, text: str = "words") -> str:
    return f"{begin_mark(issue, 'ab' * 32)}\n{text}\n{end_mark(issue)}"


def test_a_missing_file_is_made_with_a_short_head() -> None:
    text = with_section(None, 12, section(12))
    assert text.startswith("# Implementation plan\n\n")
    assert text.endswith(f"\n\n{section(12)}\n")


def test_an_empty_file_holds_only_the_section() -> None:
    assert with_section("", 12, section(12)) == section(12) + "\n"


def test_writing_again_changes_nothing() -> None:
    once = with_section("# Ours\n", 12, section(12))
    assert with_section(once, 12, section(12)) == once


@pytest.mark.parametrize(
    "before",
    ["no newline", "line\n", "line\n\n", "\ufeff# BOM\n", "a\r\nb\r\n", "a\r\nb", "a\rb\n", "  \n\t"],
)
def test_text_of_people_is_kept_to_the_byte(before: str) -> None:
    once = with_section(before, 12, section(12))
    assert once.startswith(before)
    twice = with_section(once, 12, section(12, "other\nlines"))
    own = section_of(once, 12)
    new = section_of(twice, 12)
    assert own is not None
    assert new is not None
    assert once.replace(own, "") == twice.replace(new, "")
    assert "other" in twice


def test_windows_lines_stay_windows_lines() -> None:
    text = with_section("a\r\nb\r\n", 12, section(12))
    assert text.count("\n") == text.count("\r\n")


def test_sections_stand_in_order_of_issues_wherever_they_come_in() -> None:
    text = "intro\n"
    for issue in (30, 5, 12, 100, 1):
        text = with_section(text, issue, section(issue))
    assert [one.issue for one in sections(text)] == [1, 5, 12, 30, 100]
    assert text.startswith("intro\n\n<!-- groundplan:plan 1 begin")


def test_other_sections_and_text_between_them_are_untouched() -> None:
    before = f"top\n\n{section(5, 'five')}\nbetween, by a person\n{section(20, 'twenty')}\n\nbottom"
    after = with_section(before, 12, section(12))
    assert after.replace(f"\n\n{section(12)}", "") == before
    replaced = with_section(after, 5, section(5, "new five"))
    assert replaced == after.replace(section(5, "five"), section(5, "new five"))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"a\n{begin_mark(12, 'a')}\nb", 2),
        (f"a\n{end_mark(12)}\n", 2),
        (f"{begin_mark(12, 'a')}\n{begin_mark(13, 'a')}\n{end_mark(13)}\n{end_mark(12)}", 2),
        (f"{section(12)}\n{section(12)}", 4),
        (f"{begin_mark(12, 'a')}\nx\n{end_mark(13)}", 1),
        ("a\n\n<!-- groundplan:plan twelve begin -->", 3),
        (f"text {end_mark(12)}", 1),
        ("<!--groundplan:plan 12 begin-->", 1),
        (f"a\n<<<<<<< HEAD\n{section(12)}\n=======\n>>>>>>> other\n", 2),
        (f"{section(12)}\n>>>>>>> other\n", 4),
    ],
)
def test_damaged_files_name_the_line(text: str, line: int) -> None:
    with pytest.raises(UserError, match=f"line {line}:") as caught:
        with_section(text, 12, section(12))
    assert caught.value.code == "plan-file-broken"
    assert caught.value.next_step


def test_a_file_that_would_grow_too_large_is_refused() -> None:
    full = with_section("", 11, section(11, "x" * (MAX_BYTES - 500)))
    with pytest.raises(UserError, match="plan-file-full"):
        with_section(full, 12, section(12, "y" * 500))
    assert with_section("p" * MAX_BYTES, 12, section(12))


lines_of_people = st.text(st.sampled_from("ab#<!->=\n\r \ufeff"), max_size=60)


@settings(max_examples=300, deadline=None)
@given(lines_of_people, st.lists(st.integers(1, 6), max_size=6))
def test_any_text_is_kept_and_every_order_ends_the_same(text: str, issues: list[int]) -> None:
    try:
        sections(text)
    except UserError:
        return
    out = text
    for issue in issues:
        out = with_section(out, issue, section(issue))
    assert out.startswith(text) or text in out
    assert [one.issue for one in sections(out)] == sorted(set(issues))
