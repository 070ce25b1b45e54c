"""What lies inside a task's boundary, and what evidence leaves open."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from bot.plan.boundary import boundary, is_within
from bot.plan.evidence import WITHHELD, CommandRun, Criterion, Evidence, record, verdict
from tests.plan.samples import change, small_plan, task

TASK = task(
    "T1",
    files=(change("src/new.py", "rename", source="src/old.py"),),
    allowed_paths=("src/hooks/", "tests/test_*.py", "docs/[id].md"),
    denied_paths=("src/hooks/secret/**", "src/hooks/key.py"),
    max_diff_scope=3,
    acceptance=("It shows", "It stays"),
    commands=("make test", "make lint"),
)
PLAN = small_plan(TASK)


@pytest.mark.parametrize(
    ("path", "place", "inside"),
    [
        ("src/a.py", "src", True),
        ("src/a.py", "src/", True),
        ("src/a.py", "src/**", True),
        ("src/b/a.py", "src/*.py", True),
        ("srcs/a.py", "src", False),
        ("src", "src", True),
        ("docs/[id].md", "docs/[id].md", True),
        ("docs/i.md", "docs/[id].md", True),
        ("Src/a.py", "src", False),
    ],
)
def test_places(path: str, place: str, inside: bool) -> None:
    assert is_within(path, place) is inside


@pytest.mark.parametrize(
    ("changed", "outside", "denied", "holds"),
    [
        ([], (), (), True),
        (["src/hooks/a.py", "tests/test_a.py", "src/old.py"], (), (), True),
        (["src/new.py", "src/old.py", "src/hooks/a.py", "src/hooks/b.py"], (), (), False),
        (["src/hooks/a.py", "README.md"], ("README.md",), (), False),
        (["src/hooks/secret/a.py"], (), ("src/hooks/secret/a.py",), False),
        (["src/hooks/key.py"], (), ("src/hooks/key.py",), False),
        (["src/hooks/a.py"] * 9, (), (), True),
    ],
    ids=["nothing", "at the limit", "one too many", "elsewhere", "denied below", "denied", "told twice"],
)
def test_crossing(changed: list[str], outside: Any, denied: Any, holds: bool) -> None:
    found = boundary(PLAN, TASK).crossed(changed)
    assert (found.outside, found.denied, found.holds) == (outside, denied, holds)


def test_the_plans_own_documents_do_not_count() -> None:
    folder = f"specs/{PLAN.issue}-{PLAN.slug}"
    own = ["IMPLEMENTATION_PLAN.md", f"{folder}/tasks.md", f".agent/evidence/{PLAN.issue}-T1.json"]
    assert boundary(PLAN, TASK).crossed(own).files == 0
    assert not boundary(PLAN, TASK).crossed([f"specs/{PLAN.issue + 1}-{PLAN.slug}/tasks.md"]).holds


def test_without_named_places_only_the_number_counts() -> None:
    free = task("T1", files=(), denied_paths=("keys",), max_diff_scope=1)
    assert boundary(PLAN, free).crossed(["anywhere/a.py"]).holds
    assert not boundary(PLAN, free).crossed(["keys/a.py"]).holds


def evidence(**fields: Any) -> Evidence:
    whole: dict[str, Any] = {
        "commands": (
            CommandRun(command="make  test", exit_code=0),
            CommandRun(command="make lint", exit_code=0),
        ),
        "changed_files": ("src/hooks/a.py",),
        "acceptance": tuple(Criterion(number=at, met=True, how="a test") for at in (1, 2)),
    }
    return Evidence(**{**whole, **fields})


def test_whole_evidence_leaves_nothing_open() -> None:
    assert verdict(PLAN, TASK, evidence()).complete


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"acceptance": ()}, {"not_covered": ("1. It shows", "2. It stays")}),
        (
            {"acceptance": tuple(Criterion(number=1, met=met, how="x") for met in (True, False))},
            {"not_covered": ("1. It shows", "2. It stays")},
        ),
        ({"acceptance": (Criterion(number=3, met=True, how="x"),)}, {"unknown_criteria": (3,)}),
        ({"commands": ()}, {"not_run": ("make test", "make lint")}),
        (
            {
                "commands": (
                    CommandRun(command="make test", exit_code=0),
                    CommandRun(command="make lint", exit_code=2),
                )
            },
            {"failed": ("make lint",)},
        ),
        ({"changed_files": ("README.md",)}, {"outside": ("README.md",), "inside_boundary": False}),
    ],
)
def test_what_is_missing_is_told(fields: dict[str, Any], said: dict[str, Any]) -> None:
    found = verdict(PLAN, TASK, evidence(**fields))
    assert not found.complete
    assert {name: getattr(found, name) for name in said} == said


def test_commands_and_criteria_count_as_they_were_told_last() -> None:
    again = (CommandRun(command="make lint", exit_code=2), *evidence().commands)
    assert verdict(PLAN, TASK, evidence(commands=again)).complete


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../a", "a/../../b", "~/a", "C:\\a", "C:/a", "", ".", "a\nb", "a\u202eb", "a\0b"]
)
def test_paths_outside_the_repository_are_refused(path: str) -> None:
    with pytest.raises(ValidationError):
        evidence(changed_files=(path,))


def test_a_path_may_be_spelt_in_several_ways() -> None:
    assert evidence(changed_files=("./src//hooks/a.py",)).changed_files == ("src/hooks/a.py",)


@pytest.mark.parametrize(
    "fields",
    [
        {"changed_files": ("a.py",) * 1001},
        {"notes": "x" * 4001},
        {"commands": (CommandRun(command="a", exit_code=0),) * 101},
    ],
)
def test_evidence_is_bounded(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        evidence(**fields)


def test_secrets_are_not_kept() -> None:
    token = "ghp_" + "x7Kq2ZpL9vRt4Wm8Yc1Nd6Hb3Fg5Js0Ae2Qi"
    run = CommandRun(command="make test", exit_code=0, output=f"token {token}")
    kept = record(PLAN, TASK, evidence(commands=(run,)))
    assert kept["evidence"]["commands"][0]["output"] == WITHHELD
    assert token not in str(kept)
