"""Our part of a text is found, replaced and put back, and nothing else of the text ever changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.own_part import BEGIN, END, part_of, with_part, wrapped

WORDS = st.text(st.sampled_from("ab \r<!->"), max_size=12)
PARTS = st.lists(WORDS | st.sampled_from([f"> {BEGIN}", "```", "x"]), max_size=4).map("\n".join)
AROUND = st.lists(WORDS | st.sampled_from([f"> {BEGIN}", f"`{END}`", END]), max_size=4).map("\n".join)


@given(AROUND, PARTS, PARTS, WORDS)
def test_what_stands_around_stays_to_the_byte(before: str, old: str, new: str, after: str) -> None:
    text = f"{before}\n{wrapped(old)}\n{after}"
    changed = with_part(text, new)
    assert changed == f"{before}\n{wrapped(new)}\n{after}"
    assert part_of(changed) == part_of(wrapped(new))
    assert with_part(changed, new) == changed


@given(AROUND.filter(lambda text: part_of(text) is None), PARTS)
def test_a_missing_part_is_added_at_the_end_once(text: str, part: str) -> None:
    once = with_part(text, part)
    assert once.startswith(text if text.strip() else BEGIN)
    assert once.endswith(wrapped(part))
    assert with_part(once, part) == once


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", None),
        (f"{BEGIN}\na", None),
        (f"a\n{END}", None),
        (f"{END}\n{BEGIN}\na\n{END}", "a"),
        (f"{BEGIN}\nstray\n{BEGIN}\na\n{END}", "a"),
        (f"{BEGIN}\na\n{END}\n{BEGIN}\ncopy\n{END}", "a"),
        (f"> {BEGIN}\n> quoted\n> {END}\n  {BEGIN}\r\na\r\n{END} ", "a\r"),
        (f"{BEGIN} x\na\n{END}", None),
    ],
)
def test_which_lines_are_ours(text: str, part: str | None) -> None:
    assert part_of(text) == part


def test_markers_inside_our_part_go() -> None:
    sly = wrapped(f"a\n{END}\nb {BEGIN}")
    assert (sly.count(BEGIN), sly.count(END)) == (1, 1)
    assert part_of(sly) == "a\n\nb"
