"""Two versions of a text with a common origin: both changes, or none."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.revising.joining import merged_lines

LINES = st.lists(st.sampled_from("abcde"), max_size=8)


def merged(base: str, mine: str, theirs: str) -> str | None:
    both = merged_lines([*base], [*mine], [*theirs])
    return None if both is None else "".join(both)


def test_both_changes_are_in_it() -> None:
    assert merged("abc", "xbc", "aby") == "xby"
    assert merged("abc", "abcd", "zabc") == "zabcd"
    assert merged("abc", "bc", "abc") == "bc"
    assert merged("abc", "axc", "axc") == "axc"


def test_different_changes_of_the_same_lines_are_not_merged() -> None:
    assert merged("abc", "axc", "ayc") is None
    assert merged("abc", "ac", "ayc") is None


@given(LINES, LINES)
def test_who_changed_nothing_takes_the_change_of_the_other(base: list[str], other: list[str]) -> None:
    assert merged_lines(base, other, base) == other
    assert merged_lines(base, base, other) == other
    assert merged_lines(base, other, other) == other


@given(LINES, LINES, LINES)
def test_it_does_not_matter_who_is_who(base: list[str], one: list[str], other: list[str]) -> None:
    assert merged_lines(base, one, other) == merged_lines(base, other, one)
