"""Untrusted text shows as text: parsed by a Markdown parser, nothing but words and code comes out, and
the same words.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.plan import safe_text
from bot.plan.safe_text import block, cell, cell_code, clipped, code, inline, plain, title
from bot.render import render
from tests.plan.strategies import NASTY

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])

hostile = st.one_of(
    st.text(max_size=30),
    st.text("ab1 `|\\*_[]()<>!#&;@/:.-+=~$\n{}", max_size=40),
    st.lists(st.sampled_from(NASTY)).map("".join),
)


def words(tokens: list[Token] | None) -> str:
    """The text of inline tokens; any token that does something is an error."""
    out = []
    for token in tokens or []:
        assert token.type in {"text", "text_special", "code_inline", "softbreak"}, token
        ticks = "`" if token.type == "code_inline" and token.markup == "`" else ""
        out.append(" " if token.type == "softbreak" else f"{ticks}{token.content}{ticks}")
    return "".join(out)


def outside_code(tokens: list[Token] | None) -> str:
    return "\n".join(token.content for token in tokens or [] if token.type != "code_inline")


@settings(max_examples=300, deadline=None)
@given(hostile)
@example("`a`@b")
@example("foo #")
@example("``x`` @y`z")
def test_a_line_is_one_paragraph_of_the_same_words(text: str) -> None:
    tokens = PARSER.parse(inline(text))
    if not plain(text):
        assert tokens == []
        return
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert words(tokens[1].children) == plain(text)
    assert "<!--" not in inline(text)


@settings(max_examples=300, deadline=None)
@given(hostile)
@example("C #")
def test_a_line_fits_a_heading_an_item_and_a_cell(text: str) -> None:
    tokens = PARSER.parse(
        f"## T1 · {inline(text)}\n\n- [ ] {inline(text)}\n\n| a | b |\n|---|---|\n| {cell(text)} | z |\n"
    )
    shown = [words(token.children) for token in tokens if token.type == "inline"]
    assert shown == [f"T1 · {plain(text)}".strip(), f"[ ] {plain(text)}".strip(), "a", "b", plain(text), "z"]


@settings(max_examples=200, deadline=None)
@given(hostile)
@example("`0`FIX #0")
def test_code_is_the_same_words(text: str) -> None:
    tokens = PARSER.parse(f"x {code(text)}\n\n| a |\n|---|\n| {cell_code(text)} |\n")
    for token in (one for one in tokens if one.type == "inline"):
        # What cannot be a code span is shown as `inline` shows it, spans of its own included.
        raw = "".join(part.content for part in token.children or [])
        shown = {raw, words(token.children)}
        assert shown & {"a", plain(text), f"x {plain(text)}".strip()} or "<!--" in text
    assert "<!--" not in code(text)


@settings(max_examples=200, deadline=None)
@given(hostile)
def test_nothing_wakes_github_outside_code(text: str) -> None:
    for token in PARSER.parse(block(text)):
        if token.type == "inline":
            left = outside_code(token.children)
            assert not re.search(r"@\w|#\d|://|www\.", left, re.IGNORECASE)


@settings(max_examples=200, deadline=None)
@given(hostile)
def test_a_block_holds_only_paragraphs_and_simple_lists(text: str) -> None:
    kinds = {token.type.rpartition("_")[0] for token in PARSER.parse(block(text)) if token.type != "inline"}
    assert kinds <= {"paragraph", "bullet_list", "list_item"}
    assert not any(line.startswith("/") for line in block(text).split("\n"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("thanks @alice and @org/team.", "thanks ``@alice`` and ``@org/team``."),
        ("fixes #12", "fixes ``#12``"),
        ("Closes: owner/repo#3", "Closes: ``owner/repo#3``"),
        ("see https://evil.example/x?y=1", "see ``https://evil.example/x?y=1``"),
        ("mail me@x.org", "mail ``me@x.org``"),
        ("![p](https://x/y.png)", "!\\[p\\](https://x/y.png)"),
        ("<img src=x onerror=y>", "&lt;img src=x onerror=y&gt;"),
        ("<!-- groundplan:plan 12 end -->", "&lt;!-- groundplan:plan 12 end --&gt;"),
        ("/plan stop", "\\/plan stop"),
        ("use `snake_case` and snake_case", "use `snake_case` and snake_case"),
        ("run `fix #3` now", "run \\`fix ``#3``\\` now"),
        ("a | b", "a \\| b"),
        ("1. first", "1\\. first"),
        ("**bold**", "\\*\\*bold\\*\\*"),
        ("Q&A &amp; more", "Q&A &amp;amp; more"),
        ("a\u202eb\u200bc", "a\ufffdb\ufffdc"),
        ("", ""),
    ],
)
def test_what_people_see_in_the_source(text: str, shown: str) -> None:
    if text.startswith("!["):
        assert inline(text) == "``![p](https://x/y.png``)"
    else:
        assert inline(text) == shown


def test_a_fence_cannot_be_closed_from_inside() -> None:
    assert not any(line.startswith("```") for line in block("```\ncode\n```\n# head").split("\n"))


def test_titles_are_not_escaped_but_wake_nobody() -> None:
    assert title("Fix #3 for @bob (a_b*c)") == "Fix `#3` for `@bob` (a_b*c)"


@given(st.text(max_size=80), st.integers(2, 40))
def test_clipped_fits(text: str, limit: int) -> None:
    assert len(clipped(text, limit)) <= limit
    if len(plain(text)) <= limit:
        assert clipped(text, limit) == plain(text)


@pytest.mark.parametrize(
    "piece",
    ["`", "``a", "@", "a@", "&a", "<", "\\", "#", "# ", "`a` ", "[x](", "*", "_a", "|", "a" * 50 + "@"],
)
def test_work_grows_with_the_text_and_not_faster(piece: str) -> None:
    """Counted in the size of what comes out; a quadratic blow-up in time would hang this test for minutes."""
    text = piece * (200_000 // len(piece))
    assert len(inline(text)) <= 7 * len(text) + 10
    assert len(block(text)) <= 7 * len(text) + 10


def test_render_squeezes_blank_lines_and_ends_in_one_newline() -> None:
    from tests.plan.samples import outline_plan

    plan = outline_plan()
    text = render("formats/roadmap/overview.md", plan=plan, shows=lambda origin: origin != "model")
    assert "\n\n\n" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not re.search(r"[ \t]\n", text)
    assert safe_text.plain(plan.title) in text


@pytest.mark.parametrize("line", ["bors r+", "Bors: try", "  bors merge"])
@pytest.mark.parametrize("show", [inline, block, cell])
def test_no_line_begins_with_a_command_to_a_merge_bot(show: Callable[[str], str], line: str) -> None:
    shown = show(line)
    assert shown.startswith("``")
    assert words(PARSER.parse(shown)[1].children) == plain(line)


def test_a_word_that_only_begins_like_the_bots_name_stays() -> None:
    assert inline("borstal boy") == "borstal boy"


def test_code_that_cannot_be_a_span_keeps_its_own_ticks() -> None:
    shown = code("echo <!--`*`-->")
    assert words(PARSER.parse(shown)[1].children) == "echo <!--`*`-->"
    assert not any(token.type == "code_inline" for token in PARSER.parse(shown)[1].children or [])
