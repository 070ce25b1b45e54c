"""Every line of a plan's files leads to the part of the plan that stands there."""

from __future__ import annotations

import pytest

from bot.effects import PLAN_FILE
from bot.plan.contract import contract_path
from bot.plan.formats import FORMATS
from bot.revising.pointing import NOWHERE, Pointer
from tests.plan.formats import faceted
from tests.plan.formats.plans import delivered_plan
from tests.plan.samples import webhook_plan

PLANS = {
    "roadmap": webhook_plan,
    "steps": webhook_plan,
    "technical": delivered_plan,
    "export": faceted.PLANS["export", "medium"],
    "functional": faceted.PLANS["functional", "medium"],
}


def texts(plan_format: str) -> dict[str, str]:
    return {file.path: file.text for file in FORMATS[plan_format].files(PLANS[plan_format](), {})}


def item_at(plan_format: str, part: str, words: str, below: int = 0) -> str:
    """The id of what stands where these words are, or some lines below."""
    files = texts(plan_format)
    [path] = [path for path in files if part in path]
    lines = files[path].split("\n")
    line = next(at for at, text in enumerate(lines, 1) if words in text) + below
    return Pointer(plan_format, PLANS[plan_format]().issue, files).at(path, line).item


AT = [
    ("roadmap", "/tasks.md", "## T3 · ", 0, "T3"),
    ("roadmap", "/tasks.md", "## T3 · ", 5, "T3"),
    ("roadmap", "/tasks.md", "## T4 · ", -2, "T3"),
    ("roadmap", "/acceptance.md", "## M2 · ", 2, "M2"),
    ("roadmap", PLAN_FILE, "| M2 |", 0, "M2"),
    ("roadmap", PLAN_FILE, "**A-1**", 0, "A-1"),
    ("roadmap", PLAN_FILE, "# Implementation plan", 0, ""),
    ("steps", "/steps.md", "**Step 3 – ", 0, "T3"),
    ("steps", "/steps.md", "**Step 3 – ", 2, "T3"),
    ("technical", "/plan.md", "T3 · ", 0, "T3"),
    ("export", "EXPORT/", "### Step 2: ", 1, "T2"),
    ("functional", "/plan.md", "### FR-2", 2, "FR-2"),
    ("functional", "/plan.md", "### AC-2", 1, "AC-2"),
    ("functional", "/plan.md", "| BR-1 |", 0, "BR-1"),
    ("roadmap", "planning-output", '"id": "T3"', 0, "T3"),
    ("roadmap", "planning-output", '"id": "T3"', 3, "T3"),
    ("roadmap", "planning-output", '"base_sha"', 0, ""),
]  # fmt: skip


@pytest.mark.parametrize(("plan_format", "part", "words", "below", "wanted"), AT)
def test_a_line_leads_to_its_item(plan_format: str, part: str, words: str, below: int, wanted: str) -> None:
    assert item_at(plan_format, part, words, below) == wanted


@pytest.mark.parametrize("plan_format", FORMATS)
def test_a_part_without_an_id_is_called_by_its_field(plan_format: str) -> None:
    files = texts(plan_format)
    pointer = Pointer(plan_format, PLANS[plan_format]().issue, files)
    known = {one.id for one in PLANS[plan_format]().tasks}
    for path, text in files.items():
        for line in range(1, text.count("\n") + 2):
            point = pointer.at(path, line)
            assert not point.item.startswith("T") or point.item in known
            assert "/" not in point.words


@pytest.mark.parametrize("line", [-1, 0, 10**9])
def test_lines_that_there_are_not_lead_to_no_error(line: int) -> None:
    files = texts("roadmap")
    pointer = Pointer("roadmap", webhook_plan().issue, files)
    assert pointer.at("README.md", 1) == NOWHERE
    for path in files:
        pointer.at(path, line)


@pytest.mark.parametrize(
    "text", ["", "{", "\x00", "<<<<<<< HEAD\n", "<!-- groundplan:plan 42 begin -->\n" * 3]
)
def test_broken_files_lead_to_no_error(text: str) -> None:
    issue = webhook_plan().issue
    files = dict.fromkeys((PLAN_FILE, contract_path(issue), "specs/x/tasks.md"), text)
    pointer = Pointer("roadmap", issue, files)
    assert [pointer.at(path, 1).item for path in files] == ["", "", ""]
