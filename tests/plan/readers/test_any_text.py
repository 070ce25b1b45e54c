"""Every reader takes every text: without an exception, with places that hold, however the text is written."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.effects import PLAN_FILE
from bot.plan.loose import loosely
from bot.plan.markdown import Document
from bot.plan.readers import FORMATS, reader_of
from bot.plan.readers.contract import read_contract_file
from bot.plan.readers.fanout import read_fanout_file
from tests.plan.readers.documents import EVERY, NAMES, TEXTS, holds, leaves, reading, resolves, wrapped
from tests.plan.strategies import NASTY


@pytest.mark.parametrize(("plan_format", "text"), EVERY, ids=NAMES)
def test_every_part_of_a_sample_has_a_place(plan_format: str, text: str) -> None:
    read = reading(plan_format, text)
    holds(read)
    tops = {f"/{name}" for name in ("requirements", "streams", "delivery", "codebase", "requirements/header")}
    without = [
        one
        for one in leaves(read.value)[1:]
        if one not in tops and one not in read.places and "rollback" not in one
    ]
    assert without == []


@pytest.mark.parametrize(("plan_format", "text"), EVERY, ids=NAMES)
@pytest.mark.parametrize(
    "written",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "  \n"),
        lambda text: re.sub(r"(?m)^(\s*)- ", r"\1* ", text),
        lambda text: "\ufeff" + text,
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("\n## ", "\n<!-- a note\nof two lines -->\n\n## "),
        lambda text: re.sub(r"(?m)^(#+ .*)$", r"\1 ##", text),
        lambda text: re.sub(r"\*\*([A-Z][A-Za-z ]+)(?:\*\*:|:\*\*)", r"__\1:__", text),
        wrapped,
    ],
    ids=["crlf", "trailing", "stars", "bom", "no-end", "comments", "closed-heads", "colon-inside", "wrapped"],
)
def test_how_a_text_is_written_changes_nothing(plan_format: str, text: str, written: Any) -> None:
    assert written(text) != text
    assert reading(plan_format, written(text)).value == reading(plan_format, text).value


@pytest.mark.parametrize("plan_format", FORMATS)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0\x01\ud800\udfff\u202e",
        "".join(chr(number % 251) for number in range(20_000)),
        "- " * 5_000,
        "> " * 5_000,
        "#" * 10_000,
        "**" * 20_000,
        "`" * 20_000,
        "<!--" * 10_000,
        "(" * 20_000,
        "[" * 20_000,
        "## Implementation Plan\n" * 3_000,
        "**Task**: a " * 5_000,
        "Given When Then And " * 4_000,
        "# Plan\n\n## Business Rules\n\n| Rule | Description |\n|---|---|\n" + "| BR-1 | a `b` |\n" * 10_000,
        "# P\n\n## Work Streams\n\n|Stream|Requirements|\n|-|-|\n"
        + "|WS-1: a|"
        + "FR-1–FR-90, " * 1_000
        + "|\n",
        "## T\n- [ ] **Step 1 – a** (Effort: S)\n  - **Files**: " + "`a/b.py`, " * 8_000,
        "## T\n- [ ] **Step 1 – a** (Effort: S)\n  - **Files**: " + "; `a/b.py" * 8_000,
        "## T\n- [ ] **Step 1 – a** (Effort: S)\n  - **Step Dependencies**: " + "Step 1, " * 8_000,
    ],
)
def test_any_text_is_read(plan_format: str, text: str) -> None:
    holds(reading(plan_format, text))


@pytest.mark.parametrize(("plan_format", "text"), EVERY, ids=NAMES)
def test_a_text_that_was_cut_off_is_read(plan_format: str, text: str) -> None:
    for at in range(0, len(text), 512):
        holds(reading(plan_format, text[:at]))


LINES = [line for texts in TEXTS.values() for text in texts for line in text.split("\n")]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(FORMATS),
    st.lists(st.sampled_from(LINES) | st.sampled_from(NASTY) | st.text(max_size=30), max_size=40),
    st.sampled_from(["plan.md", PLAN_FILE, "specs/3-a/tasks.md", "specs/3-a/acceptance.md"]),
)
def test_any_lines_are_read(plan_format: str, lines: list[str], path: str) -> None:
    holds(reading(plan_format, "\n".join(lines), path))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60) | st.lists(st.sampled_from('{}[]",:1a '), max_size=40).map("".join))
def test_any_text_is_read_as_json(text: str) -> None:
    for read in (read_contract_file("c.json", text), read_fanout_file("f.json", text)):
        assert [pointer for pointer in read.places if not resolves(read.value, pointer)] == []
        loosely(read.value)
    functional = reader_of("functional")
    assert functional is not None
    functional([Document("plan_output.json", text)])


def test_asking_for_a_reader_that_is_not_there() -> None:
    assert reader_of("foreign") is None
    assert all(reader_of(name) for name in FORMATS)
