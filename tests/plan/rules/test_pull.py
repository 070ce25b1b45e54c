"""Which files a planning pull request may touch, and which lines of them."""

from __future__ import annotations

import pytest

from bot.effects import PLAN_FILE
from bot.plan.formats.plan_file import HEAD
from bot.plan.rules import lint
from tests.plan.rules.fixtures.pull import OLDER, OTHER, PEOPLES, pull, with_ours


@pytest.mark.parametrize(
    "path",
    [
        "IMPLEMENTATION_PLAN.md",
        "specs/12-small-plan/tasks.md",
        "EXPORT/plan_small-plan.md",
        ".agent/planning-output-12.json",
        ".agent/planner-fanout-12.json",
    ],
)
def test_files_of_plans_are_allowed(path: str) -> None:
    assert lint(pull(path), select=["PLN824"]).passed == ("PLN824",)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, with_ours(None)),
        (HEAD, with_ours(HEAD)),
        (PEOPLES, with_ours(PEOPLES)),
        (with_ours(PEOPLES, OLDER), with_ours(PEOPLES)),
        (with_ours(PEOPLES), PEOPLES),
        (PEOPLES.replace("\n", "\r\n"), with_ours(PEOPLES.replace("\n", "\r\n"))),
        ("\ufeff" + PEOPLES, with_ours("\ufeff" + PEOPLES)),
        ("No newline", with_ours("No newline")),
    ],
    ids=["new file", "first", "beside another", "again", "taken out", "crlf", "bom", "no newline"],
)
def test_our_own_section_may_change(before: str | None, after: str) -> None:
    assert lint(pull(before=before, after=after), select=["PLN824"]).passed == ("PLN824",)


def test_the_line_that_changed_is_named() -> None:
    after = with_ours(PEOPLES).replace("Our notes", "Your notes")
    (found,) = lint(pull(before=PEOPLES, after=after), select=["PLN824"]).findings
    assert found.location is not None
    assert after.split("\n")[found.location.line - 1] == "Your notes."
    assert found.message == f"Planning PR touches {PLAN_FILE}: outside the plan's own section"


def test_each_path_is_told_once() -> None:
    report = lint(pull("a.py", "a.py", "b.py"), select=["PLN824"])
    assert [str(one.location) for one in report.findings] == ["a.py:1:1", "b.py:1:1"]


def test_a_large_file_is_compared_quickly() -> None:
    """Every line differs, in a file ten times as large as any we would write ourselves."""
    lines = "\n".join(f"Line {n}" for n in range(50_000))
    after = with_ours(lines.replace("Line", "Row"))
    (found,) = lint(pull(before=lines, after=after), select=["PLN824"]).findings
    assert found.location is not None
    assert found.location.line == 1
    assert OTHER not in after
