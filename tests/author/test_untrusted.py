"""Strangers' text loses what cannot be seen and nothing else, here and where it is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.author.untrusted import WITHHELD, one_line, without_invisible, without_secrets
from bot.plan.safe_text import INVISIBLE, clipped, plain

HIDDEN = (
    "\x00\x1b\x9f\u00ad\u061c\u200b\u200d\u200f\u202e\u2066\ufeff\ufffa\ue000\U000e0041"
    "\u034f\u1160\u3164\ufe00\ufe0f\uffa0"
)


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


@pytest.mark.parametrize("text", ["\u26a0\ufe0f take care", "\U0001f6e0\ufe0f", "1\ufe0f\u20e3 first"])
def test_an_emoji_stays_an_emoji(text: str) -> None:
    assert without_invisible(text) == (text, 0)
    assert plain(text) == text


def test_a_second_mark_behind_an_emoji_hides_something() -> None:
    assert without_invisible("\u26a0\ufe0f\ufe0f") == ("\u26a0\ufe0f", 1)


TOKEN = "ghp_" + "A1b2C3d4E5f6G7h8I9j0" * 2
KEY = "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEowIBAAKCAQEAabcdefghijklmnopq\n" * 3


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"one\nuse {TOKEN}\nthree", f"one\n{WITHHELD}\nthree"),
        (f"one\n{KEY}-----END RSA PRIVATE KEY-----\nthree", f"one\n{WITHHELD}\nthree"),
        (f"one\n{KEY}", f"one\n{WITHHELD}"),
        ("one\nthe password = chosen by people\n", "one\nthe password = chosen by people\n"),
    ],
)
def test_only_what_looks_like_a_secret_is_withheld(text: str, kept: str) -> None:
    assert without_secrets(text) == kept
