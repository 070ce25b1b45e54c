"""Each recipe plans its kind of issue completely, and refuses when it is not sure."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.author.checking import checked
from bot.author.facts import Facts
from bot.author.parts import provenance
from bot.author.recipes import recipe_plan
from bot.plan.model import Plan
from tests.author.issues import FILES, Written, make_brief

LOCK = '[[package]]\nname = "requests"\nversion = "2.28.0"\n'


def plan_of(title: str, body: str = "", files: Mapping[str, str] = FILES) -> Plan | None:
    brief = make_brief(Written(title, body), files)
    plan = recipe_plan(Facts(brief), provenance(brief, "outline/1"))
    if plan is not None:
        _, report = checked(plan, brief)
        assert report.errors == ()
        assert [task.origin for task in plan.tasks] == ["computed"]
    return plan


def changes(plan: Plan | None) -> list[tuple[str, str]]:
    assert plan is not None
    return [(change.path, change.change) for change in plan.tasks[0].files]


def test_bump_finds_manifest_lock_and_usages() -> None:
    plan = plan_of("Bump requests from 2.28 to 2.32.3", files={**FILES, "poetry.lock": LOCK})
    assert changes(plan) == [("pyproject.toml", "edit"), ("poetry.lock", "edit")]
    assert plan is not None
    task = plan.tasks[0]
    assert "`pyproject.toml` asks for `requests` 2.32.3" in task.acceptance
    assert task.gotchas == ("`requests` is used in `src/ledger/report.py`.",)
    assert task.user_instructions == ("Run `poetry lock` to renew `poetry.lock`.",)


def test_rename_finds_every_file() -> None:
    plan = plan_of("Rename `to_text` to `as_text`")
    assert changes(plan) == [
        ("src/ledger/cli.py", "edit"),
        ("src/ledger/report.py", "edit"),
        ("tests/test_report.py", "edit"),
    ]


def test_typo_in_several_files_is_a_plan() -> None:
    plan = plan_of("Typo: `acounts` should be `accounts`")
    assert changes(plan) == [("README.md", "edit"), ("docs/usage.md", "edit")]
    assert plan is not None
    assert plan.tasks[0].kind == "docs"


def test_missing_test_goes_where_its_neighbours_are() -> None:
    plan = plan_of("Add tests for `parse_amount`")
    assert changes(plan) == [("tests/test_money.py", "new")]


def test_missing_test_uses_the_file_that_is_there() -> None:
    assert changes(plan_of("Add a test for `total_of`")) == [("tests/test_report.py", "edit")]


def test_runtime_is_raised_wherever_it_is_declared() -> None:
    plan = plan_of("Raise the minimum Python version to 3.11")
    assert changes(plan) == [
        (".github/workflows/ci.yml", "edit"),
        ("Dockerfile", "edit"),
        ("pyproject.toml", "edit"),
    ]


@pytest.mark.parametrize(
    ("title", "body", "files"),
    [
        ("Bump flask to 3.0", "", FILES),
        ("Bump requests", "", FILES),
        ("Rename `rows` to `lines`", "", FILES),
        ("Rename `to_text` to `total_of`", "", FILES),
        ("Rename `to_text` to `as_text`", "", {**FILES, "src/ledger/other.py": "def to_text():\n    pass\n"}),
        ("Rename `to_text` to `as_text`", "", {**FILES, "dist/bundle.js": "to_text()\n"}),
        ("Rename `to_text` to `as_text`", "- [ ] a must\n- [ ] b must\n- [ ] c must\n- [ ] d must\n", FILES),
        ("Typo: `acounts` should be `accounts` and `x1y` should be `xy1`", "", FILES),
        ("Add tests for `to_text`", "", FILES),
        ("Add tests for `nothing_here`", "", FILES),
        ("Raise the minimum Ruby version to 3.4", "", FILES),
        ("Raise the minimum Node version to 22", "", FILES),
        ("Please think about renaming things", "", FILES),
    ],
)
def test_an_unsure_recipe_refuses(title: str, body: str, files: Mapping[str, str]) -> None:
    assert plan_of(title, body, files) is None


def test_a_tree_that_is_not_complete_makes_every_recipe_refuse() -> None:
    from dataclasses import replace

    brief = make_brief(Written("Rename `to_text` to `as_text`", ""))
    tree = replace(brief.tree, truncated=True)  # type: ignore[type-var]
    assert recipe_plan(Facts(replace(brief, tree=tree)), provenance(brief, "outline/1")) is None


TOKEN = "ghp_" + "A1b2C3d4E5f6G7h8I9j0" * 2


def test_words_beside_a_secret_are_not_quoted_and_the_file_is_still_named() -> None:
    files = {**FILES, "src/ledger/extra.py": f"# {TOKEN}\nfrom ledger.report import to_text\n"}
    plan = plan_of("Rename `to_text` to `as_text`", files=files)
    assert ("src/ledger/extra.py", "edit") in changes(plan)
    assert plan is not None
    quotes = {each.path: each.quote for each in plan.tasks[0].evidence}
    assert quotes["src/ledger/extra.py"] == ""
    assert quotes["src/ledger/cli.py"] != ""
    assert TOKEN not in plan.model_dump_json()
