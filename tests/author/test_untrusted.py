"""Strangers' text loses what cannot be seen and nothing else, here and where it is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.author.untrusted import one_line, without_invisible
from bot.plan.safe_text import INVISIBLE, clipped, plain

HIDDEN = "\x00\x1b\x9f\u00ad\u061c\u200b\u200d\u200f\u202e\u2066\ufeff\ufffa\ue000\U000e0041"


@pytest.mark.parametrize("character", HIDDEN, ids=lambda character: f"U+{ord(character):04X}")
def test_what_is_taken_out_here_is_shown_as_a_mark_there(character: str) -> None:
    assert without_invisible(f"a{character}b") == ("ab", 1)
    assert plain(f"a{character}b") == "a\ufffdb"


@pytest.mark.parametrize("space", ["\n", "\r\n", "\r", "\t", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_what_separates_words_goes_on_separating_them(space: str) -> None:
    kept, hidden = without_invisible(f"a{space}b")
    assert (kept.split(), hidden) == (["a", "b"], 0)
    assert one_line(f"a{space}b") == plain(f"a{space}b") == "a b"


@given(st.text())
def test_nothing_that_is_left_is_invisible(text: str) -> None:
    kept, hidden = without_invisible(text)
    assert not INVISIBLE.search(kept)
    assert hidden == len(INVISIBLE.findall(text))


@given(st.text(), st.integers(2, 80))
def test_a_clipped_line_fits(text: str, limit: int) -> None:
    short = clipped(text, limit)
    assert len(short) <= limit
    assert short == plain(text) or short.endswith("…")
