"""A plan file that somebody broke: every fault is found where it is, and nothing of it is guessed or lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.effects import PLAN_FILE, File
from bot.errors import UserError
from bot.plan.formats import FORMATS
from bot.plan.formats.plan_file import begin_mark, end_mark, sections, with_section
from bot.plan.formats.plan_marks import lines_of, marked
from bot.plan.markdown import Document
from bot.plan.rules import lint
from bot.plan.rules.engine import LintInput
from tests.plan.samples import small_plan

BEGIN, END = begin_mark(12, "a" * 64), end_mark(12)
OURS = f"{BEGIN}\nwords\n{END}"
CASES = [
    (f"a\n{BEGIN}\nb", [(2, "does not end")]),
    (f"a\r\n{BEGIN}\r\nb\r\n", [(2, "does not end")]),
    (f"a\n{END}\n", [(2, "did not begin")]),
    (f"{BEGIN}\n{begin_mark(13, 'a')}\n{end_mark(13)}\n{END}", [(2, "inside the one of line 1")]),
    (f"{BEGIN}\nx\n{begin_mark(13, 'a')}\n{end_mark(13)}\n", [(3, "inside the one of line 1")]),
    (f"{OURS}\n\n{OURS}", [(5, "twice, first in line 1")]),
    (f"{OURS}\n{OURS}\n{OURS}", [(4, "twice"), (7, "twice")]),
    (f"{BEGIN}\nx\n{end_mark(13)}", [(1, "does not end"), (3, "did not begin")]),
    (f"words {BEGIN}\nx\n{END}", [(1, "damaged"), (3, "did not begin")]),
    ("a\n\n<!-- groundplan:plan twelve begin -->", [(3, "damaged")]),
    ("<!--groundplan:plan 12 begin-->", [(1, "damaged")]),
    ("<!-- groundplan:finished begin -->\n", [(1, "finished plans begins here")]),
    (f"\ufeff{BEGIN}\n", [(1, "does not end")]),
    (f"<<<<<<< HEAD\n{OURS}\n=======\nWords.\n>>>>>>> other\n", [(1, "merge conflict")]),
    (f"{OURS}\n>>>>>>> other\n", [(4, "merge conflict")]),
    (f"{BEGIN}\n=======\n{END}\n", [(2, "merge conflict")]),
    (f"{BEGIN}\n```\n<<<<<<<\n```\n{END}\n", [(3, "merge conflict")]),
    ("a\n<<<<<<< ours\n||||||| base\n=======\n>>>>>>> theirs\nb\n>>>>>>> x", [(2, "merge"), (7, "merge")]),
    (f"a\n\n```text\n{OURS}\n", [(3, "code block begins here")]),
]
SOUND = [
    "Title\n=======\n\nwords\n",
    f"```\n{BEGIN}\n{END}\n{END}\n```\n",
    f"~~~~md\n{BEGIN}\n<<<<<<< HEAD\n~~~\n~~~~\n",
    f"- item\n\n  ```\n  {BEGIN}\n  ```\n",
    f"Like this:\n\n    {BEGIN}\n    {END}\n",
    f"A line `{BEGIN}` starts it.\n",
    "<<<<<<<< eight\n>>>>>> six\n",
]


@pytest.mark.parametrize(("text", "faults"), CASES)
def test_every_fault_is_found_where_it_is(text: str, faults: list[tuple[int, str]]) -> None:
    found = marked(text).damages
    assert [one.line for one in found] == [line for line, _ in faults]
    assert all(words in one.what for one, (_, words) in zip(found, faults, strict=True))
    for one in found:
        assert Document("", text).lines[one.line - 1][one.col - 1 :]


@pytest.mark.parametrize(("text", "faults"), CASES)
def test_the_linter_says_it_and_no_plan_is_written(text: str, faults: list[tuple[int, str]]) -> None:
    plan = small_plan(issue=13)
    with pytest.raises(UserError, match=rf"line {faults[0][0]}: "):
        FORMATS["roadmap"].files(plan, {PLAN_FILE: text})
    files = [one for one in FORMATS["roadmap"].files(plan, {}) if one.path != PLAN_FILE]
    given = LintInput(plan=plan, renderings=(*files, File(PLAN_FILE, text)))
    found = lint(given, select=["PLN005"]).findings
    places = [one.location for one in found if one.location and one.location.file == PLAN_FILE]
    assert [one.line for one in places] == [line for line, _ in faults]


@pytest.mark.parametrize("text", SOUND)
def test_examples_and_headings_are_nobodys_fault(text: str) -> None:
    assert marked(text).damages == ()
    assert sections(text) == ()
    after = with_section(text, 12, OURS)
    assert after.startswith(text)
    assert [one.issue for one in sections(after)] == [12]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([BEGIN, END, begin_mark(3, "b"), end_mark(3), "<<<<<<< a", "=======",
                                 ">>>>>>> b", "```", "x", "", "- y", "    z", "\ufeff"]), max_size=12),
       st.sampled_from(["\n", "\r\n", "\r"]))  # fmt: skip
def test_whatever_stands_there_is_kept_or_refused_with_a_line(lines: list[str], newline: str) -> None:
    text = newline.join(lines)
    assert [one.text for one in lines_of(text)] == text.split(newline)
    try:
        after = with_section(text, 12, OURS)
    except UserError as no:
        assert 1 <= int(no.reason.partition("line ")[2].partition(":")[0]) <= len(lines)  # noqa: PT017
        return
    before = [text[one.start : one.end] for one in sections(text) if one.issue == 12]
    [ours] = [one for one in sections(after) if one.issue == 12]
    around = (after[: ours.start], after[ours.end :])
    if before:
        assert all(part in after for part in text.split(before[0]))
    else:  # a new section comes between those of other issues, on lines of its own
        assert text.startswith(around[0].rstrip("\r\n"))
        assert text.endswith(around[1].lstrip("\r\n"))
        assert "".join(text.split()) == "".join("".join(around).split())
