"""Rules on the size of tasks: what must not hit, and what they say."""

from __future__ import annotations

import pytest

from bot.plan.rules import lint
from tests.plan.rules.fixtures.atomicity import files, foreign, one_step, unsaid
from tests.plan.rules.fixtures.base import sound
from tests.plan.samples import change, task


@pytest.mark.parametrize(
    "title",
    [
        "Add import and export commands",
        "Add create, edit and delete actions",
        "Fix search and replace",
        "Build and push the image",
        "Show list and create pages",
        "Add password reset and update forms",
        "Document install and update",
        "Add `read` and `write the` locks",
        "Support copy and paste",
        "Retry and back off",
        "Research and development page",
        "Add a table for pending deliveries",
        'Rename "add and remove the item" in the menu',
    ],
)
def test_a_title_about_one_thing_may_have_two_verbs(title: str) -> None:
    assert lint(one_step(title=title), select=["PLN504"]).passed == ("PLN504",)


def test_a_title_names_its_two_verbs() -> None:
    (found,) = lint(one_step(title="Add the page and then remove the old one"), select=["PLN504"]).findings
    assert found.message == "Step 1 seems to do two things: add / remove"


def test_many_files_are_split_by_the_folders_most_of_them_are_in() -> None:
    many = (*files(12, "src/api"), *files(8, "src/web"), *files(1, "src"))
    (found,) = lint(one_step(files=many), select=["PLN501"]).findings
    assert found.message == "Step 1 touches 21 files (max 20); split by 12 in src/api, 8 in src/web"


def test_many_files_in_one_folder_have_no_folders_to_split_by() -> None:
    (found,) = lint(one_step(files=files(21)), select=["PLN501"]).findings
    assert found.message.endswith("split by what belongs together in src")


def test_a_file_named_twice_counts_once() -> None:
    assert lint(one_step(files=files(20) * 2), select=["PLN501"]).ok


def test_others_are_only_warned_about_many_files() -> None:
    (found,) = lint(foreign(sound(task("T1", files=files(21)))), select=["PLN501"]).findings
    assert found.severity == "warning"


@pytest.mark.parametrize(
    "fields",
    [
        {"changes": ("Rename the function",)},
        {"commands": ("make lint",)},
        {"tests": ("tests/test_app.py",)},
        {"user_instructions": ("Ask the team",)},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_a_step_without_files_may_do_something_else(fields: dict[str, tuple[str, ...]]) -> None:
    assert lint(one_step(files=(), **fields), select=["PLN503"]).ok


@pytest.mark.parametrize(
    "fields",
    [
        {"effort": "S", "files": files(5)},
        {"effort": "S", "files": files(9), "kind": "docs"},
        {"effort": "M", "files": files(9)},
        {"effort": "L", "files": files(1), "gotchas": ("The parser has no tests",)},
        {"effort": "L", "files": files(1), "risk_class": "high"},
        {"effort": "L", "files": files(5)},
        {"effort": "S", "files": (change("tests/migrations/1.sql", "new"),)},
        {"effort": "", "files": files(9)},
    ],
    ids=str,
)
def test_effort_that_fits_is_left_alone(fields: dict[str, object]) -> None:
    step = task("T1").model_copy(update=fields)
    assert lint(unsaid(step), select=["PLN505"]).passed == ("PLN505",)
