"""Commands: how they are read out of comments, and who may use which of them where."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import (
    MOST_COMMANDS,
    MOST_TEXT,
    PLACES,
    ROLES,
    VERBS,
    Command,
    Role,
    Where,
    commands_in,
    refusal,
)
from bot.commands_page import help_text, page
from bot.config import CommandName

# Who may use what, said a second time and on purpose: "+" is the least role, "a" adds the author.
WHO: dict[str, tuple[Role, bool]] = {
    "plan": ("triage", False),
    "revise": ("triage", False),
    "refresh": ("triage", False),
    "status": ("read", True),
    "stop": ("triage", True),
    "hold": ("triage", False),
    "doctor": ("triage", False),
    "help": ("read", True),
    "decide": ("write", False),
}
WHERE: dict[str, set[Where]] = {
    "plan": {"issue"},
    "revise": {"issue", "plan"},
    "refresh": {"issue", "plan"},
    "status": {"issue", "plan", "decision"},
    "stop": {"issue", "plan"},
    "hold": {"issue", "plan"},
    "doctor": {"issue", "plan"},
    "help": {"issue", "plan", "decision"},
    "decide": {"plan", "decision"},
}
TABLE = list(itertools.product(VERBS, ROLES, PLACES, (False, True)))


@pytest.mark.parametrize(("verb", "role", "where", "author"), TABLE)
def test_who_may_use_which_command_where(verb: str, role: Role, where: Where, author: bool) -> None:
    command = Command(verb, "words", f"/plan {verb}")
    no = refusal(command, role, where, is_author=author)
    least, also_author = WHO[verb]
    permitted = ROLES.index(role) >= ROLES.index(least) or (also_author and author)
    assert (no is None) == (permitted and where in WHERE[verb])
    if no:
        assert no.why.endswith(".")
        assert no.instead
    if no and where not in WHERE[verb]:
        assert PLACES[where] in no.why
    elif no:
        assert role in no.why
        assert least in no.why or least == "read"


def test_the_table_here_knows_every_command() -> None:
    assert set(WHO) == set(WHERE) == set(VERBS)


def test_the_configuration_names_the_commands_that_can_be_permitted() -> None:
    assert set(get_args(CommandName)) == set(VERBS) - {"help", "status", "decide"}


@pytest.mark.parametrize("least", ROLES)
def test_a_repository_may_ask_for_another_role(least: Role) -> None:
    for role in ROLES:
        no = refusal(Command("plan", "", "/plan"), role, "issue", least=least)
        assert (no is None) == (ROLES.index(role) >= ROLES.index(least))


def read(body: str) -> list[tuple[str, str]]:
    return [(one.verb, one.text) for one in commands_in(body, app="groundplan[bot]")]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("/plan", [("plan", "")]),
        ("/PLAN Help", [("help", "")]),
        ("Dear all,\n\n/plan", [("plan", "")]),
        ("/plan\r\n/plan status\r\n", [("plan", ""), ("status", "")]),
        (
            "/plan revise split T3\nand drop T4\n\n/plan status",
            [("revise", "split T3\nand drop T4"), ("status", "")],
        ),
        ("/plan revise\n\n- one\n- two", [("revise", "- one\n- two")]),
        ("@groundplan plan refresh", [("refresh", "")]),
        ("@groundplan[bot] plan", [("plan", "")]),
        ("/decide B because\nwe said so", [("decide", "B because\nwe said so")]),
        ("/plan keep it small please", [("plan", "keep it small please")]),
        ("   /plan help", [("help", "")]),
        ("<b>loud</b>\n/plan help", [("help", "")]),
        ("`x\n/plan\n` and\n/plan help", [("help", "")]),
    ],
)
def test_commands_are_read_from_the_start_of_lines(body: str, found: list[tuple[str, str]]) -> None:
    assert read(body) == found


@pytest.mark.parametrize(
    "body",
    [
        "",
        "so /plan",
        "/planning",
        "/plans",
        "\\/plan",
        "> /plan",
        "> quoted\n/plan lazily goes on in the quote",
        "`/plan`",
        "a `b\n/plan\n` c",
        "```\n/plan\n```",
        "~~~\n/plan",
        "    /plan",
        "<!--\n/plan\n-->",
        "a <!-- b\n/plan\n--> c",
        "<div>\n/plan\n</div>",
        "- /plan",
        "- item\n  /plan",
        "1. /plan",
        "# /plan",
        "/plan\n===",
        "[a\n/plan](https://example.com)",
        "**a\n/plan** b",
        "| a |\n|---|\n| /plan |",
        "[a]: https://example.com '\n/plan'",
        "\u200b/plan",
        "\ue000plan",
        "@groundplan please plan",
        "@groundplans plan",
    ],
)
def test_nothing_else_is_a_command(body: str) -> None:
    assert commands_in(body, app="groundplan") == ()


@pytest.mark.parametrize(
    ("line", "plan_format", "profile", "text"),
    [
        ("/plan as steps", "steps", "", ""),
        ("/plan deep", "", "deep", ""),
        ("/plan quick as export", "export", "quick", ""),
        ("/plan as technical deep mind the cache", "technical", "deep", "mind the cache"),
        ("/plan as", "", "", ""),
        ("/plan everything as steps", "", "", "everything as steps"),
    ],
)
def test_options_of_a_plan(line: str, plan_format: str, profile: str, text: str) -> None:
    [command] = commands_in(line)
    if line == "/plan as":
        assert command.verb == ""
    else:
        assert (command.verb, command.format, command.profile, command.text) == (
            "plan",
            plan_format,
            profile,
            text,
        )


@pytest.mark.parametrize(
    ("line", "nearest"),
    [
        ("/plan stpo", "stop"),
        ("/plan docter", "doctor"),
        ("/plan revize the tasks", "revise"),
        ("/plan dance", ""),
    ],
)
def test_an_unknown_command_is_answered_with_the_nearest(line: str, nearest: str) -> None:
    [command] = commands_in(line)
    assert (command.verb, command.nearest) == ("", nearest)
    no = refusal(command, "admin", "issue")
    assert no
    assert (f"/plan {nearest}" if nearest else "/plan help") in no.instead


def test_an_unknown_format_is_answered_with_the_nearest() -> None:
    [command] = commands_in("/plan as roadmaps")
    no = refusal(command, "admin", "issue")
    assert no
    assert "roadmap" in no.instead


def test_words_that_have_to_follow() -> None:
    [command] = commands_in("/plan revise")
    no = refusal(command, "admin", "plan")
    assert no
    assert "needs words" in no.why


def test_another_prefix() -> None:
    assert [one.verb for one in commands_in("/gp status\n/plan help", prefix="gp")] == ["status"]


def test_a_flood_is_bounded() -> None:
    assert len(commands_in("/plan help\n" * 500)) == MOST_COMMANDS
    [command] = commands_in("/plan revise " + "x" * 60_000)
    assert len(command.text) == MOST_TEXT


@given(st.text(alphabet="/plan help\n`>-#<!*[]() \\\t@", max_size=200))
def test_whatever_people_write_is_read_without_an_error(body: str) -> None:
    for command in commands_in(body, app="plan"):
        assert command.verb in VERBS or command.verb == ""
        assert command.line.casefold().startswith(("/plan", "/decide", "@plan"))


@given(st.text(max_size=60))
def test_what_is_quoted_or_fenced_is_never_a_command(text: str) -> None:
    plain = " ".join(text.replace("~", "").split())
    assert commands_in(f"~~~\n/plan {plain}\n~~~") == ()
    assert commands_in(f"> /plan {plain}") == ()


def test_the_page_is_written_from_the_table() -> None:
    written = Path(__file__).parents[2] / "docs" / "commands.md"
    assert written.read_text(encoding="utf-8") == page(), "run `make docs`"
    for verb in VERBS.values():
        assert verb.usage.replace("|", "\\|") in help_text()


def test_the_receiver_does_not_read_comments_with_a_model_library() -> None:
    code = "import sys, bot.commands; print(sorted({'openai', 'githubkit', 'jinja2'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
