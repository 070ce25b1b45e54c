"""What of a text is meant for us, besides commands."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.addressed import may_command, mentions, opted_out
from bot.commands import commands_in


@pytest.mark.parametrize("text", ["/plan", "a\n  /plan", "@groundplan plan", "\r\n/decide B", "//", "@"])
def test_lines_that_begin_as_commands_do(text: str) -> None:
    assert may_command(text)


@pytest.mark.parametrize("text", ["", "see /plan", "a@b.c", "> /plan", "- /plan", "\n\n", "x" * 65_536])
def test_lines_that_do_not(text: str) -> None:
    assert not may_command(text)


@given(st.text(alphabet="/plan @groud\n\r `>\ue000\u2028\t", max_size=40))
@example("\ue000/plan")
def test_no_text_with_a_command_is_passed_over(text: str) -> None:
    assert may_command(text) or not commands_in(text, app="groundplan")


@pytest.mark.parametrize(
    "text",
    [
        "@groundplan please",
        "Dear @Groundplan,",
        "- do it, @groundplan.",
        "a\n(@groundplan[bot])",
        "**@groundplan**: no",
        "# For @groundplan",
    ],
)
def test_we_are_named(text: str) -> None:
    assert mentions(text, "groundplan")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "groundplan",
        "@groundplanner",
        "@groundplan-dev",
        "me@groundplan.example",
        "x@groundplan",
        "`@groundplan`",
        "> @groundplan please",
        "> a\n@groundplan",
        "- > @groundplan",
        "    @groundplan",
        "```\n@groundplan\n```",
        "<!-- @groundplan -->",
        "/@groundplan",
        "@groundplan/team",
    ],
)
def test_we_are_not_named(text: str) -> None:
    assert not mentions(text, "groundplan")


def test_without_a_name_nobody_names_us() -> None:
    assert not mentions("@ @[bot]", "")


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("[no groundplan] I only note this", True),
        ("It is late. [No Groundplan]", True),
        ("- [no groundplan]", True),
        ("`[no groundplan]` keeps it out", False),
        ("> [no groundplan]", False),
        ("<!-- [no groundplan] -->", False),
        ("no groundplan", False),
    ],
)
def test_a_text_may_ask_to_be_left_out(text: str, out: bool) -> None:
    assert opted_out(text) is out


@pytest.mark.parametrize(
    "text", ["@groundplan\n> " * 3_000, "[" * 30_000 + "@groundplan", "*@groundplan" * 4_000]
)
def test_hostile_texts_come_to_an_end(text: str) -> None:
    assert isinstance(mentions(text, "groundplan"), bool)
    assert not opted_out(text)
