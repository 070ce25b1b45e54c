"""Demands of an issue: which sentences count, which do not, and that their places are right for any text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.recon.obligations import Obligation, obligations


def kinds(text: str) -> list[tuple[str, str]]:
    return [(each.kind, each.text) for each in obligations(text)]


FOUND = [
    (
        "- [ ] Add a flag\n- [x] Keep the default",
        [("checkbox", "Add a flag"), ("checkbox", "Keep the default")],
    ),
    (
        "## Acceptance criteria\n\n- Returns 404\n* Logs `it`\n",
        [("criterion", "Returns 404"), ("criterion", "Logs `it`")],
    ),
    ("**Definition of done**\n\n1. First\n2. Second\n", [("ordered", "First"), ("ordered", "Second")]),
    ("Requirements:\n\n- one two\n\nNot a demand here.\n\n- three four", [("criterion", "one two")]),
    ("The parser must accept tabs. It is slow.", [("sentence", "The parser must accept tabs.")]),
    (
        "Names (e.g. a.b) shall be kept\nas they are. Done.",
        [("sentence", "Names (e.g. a.b) shall be kept as they are.")],
    ),
    (
        "### Expected behaviour\nIt prints 3. Then it ends.",
        [("expected", "It prints 3."), ("expected", "Then it ends.")],
    ),
    ("The reply should be empty.", [("expected", "The reply should be empty.")]),
    ("It must work. The reply should be empty.", [("sentence", "It must work.")]),
    ("# Tasks\r\n\r\n- [ ] one thing\r\n  over two lines\r\n", [("checkbox", "one thing over two lines")]),
    ("- outer\n  - [ ] inner thing", [("checkbox", "inner thing")]),
    ("ÄÖ 🎉 must stay 🎉 here.", [("sentence", "ÄÖ 🎉 must stay 🎉 here.")]),
]
NOT_FOUND = [
    "> The reviewer said it must be red.",
    "```\nyou must not parse this\n```",
    "    indented code must be ignored",
    "<!-- You must fill this in. -->",
    "Text <!-- it must --> goes on here.",
    "<details><summary>log</summary>\n\nThe server must be restarted.\n\n</details>",
    "Is it required to restart?",
    "I have to restart it each time.",
    "- [x] I have searched the existing issues",
    "- [X] I've read the guidelines",
    "## Steps to reproduce\n1. Open it\n2. You must click",
    "Set `must` to `required`.",
    "",
    "\n\n\n",
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_finds_demands(text: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize("text", NOT_FOUND)
def test_passes_over_what_is_no_demand(text: str) -> None:
    assert kinds(text) == []


def test_ids_places_and_ticks() -> None:
    text = "Intro.\n\n- [ ] Write `a` **now**\n- [x] Read b\n"
    assert obligations(text) == (
        Obligation("I-1", "Write `a` **now**", 14, 31, "checkbox", False),
        Obligation("I-2", "Read b", 38, 44, "checkbox", True),
    )
    assert text[14:31] == "Write `a` **now**"


def test_demands_after_folded_details_count_again() -> None:
    text = "<details>\n\nIt must be hidden.\n\n</details>\n\nIt must be seen.\n"
    assert kinds(text) == [("sentence", "It must be seen.")]


def test_an_unclosed_details_hides_nothing() -> None:
    assert kinds("<details>\n\nIt must be seen.\n") == [("sentence", "It must be seen.")]


MARKDOWN = st.lists(
    st.sampled_from(
        ["- [ ] ", "1. ", "> ", "# Tasks", "must ", "a b c", "`", "```",
         "\n", "\n\n", "\r\n", "\r", "  ", "\t", "<!--", "-->",
         "<details>", "</details>", ".", "?", "\0", "é", "🎉", "\u2028", "|", "---", "* ", "**", "should "]
    ),
    max_size=60,
).map("".join)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(MARKDOWN, st.text(max_size=300)))
def test_places_hold_the_words_of_any_text(text: str) -> None:
    found = obligations(text)
    assert [each.id for each in found] == [f"I-{n}" for n in range(1, len(found) + 1)]
    for each in found:
        assert " ".join(text[each.start : each.end].split()) == each.text
        assert each.text
    assert [each.start for each in found] == sorted(each.start for each in found)
