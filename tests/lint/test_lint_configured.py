"""`groundplan lint` heeds `.github/groundplan.yml` of the repository that a plan stands in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.config import CONFIG_PATH
from bot.lint.outcome import COULD_NOT_RUN, Run
from bot.lint.story import Request, run
from bot.plan.findings import UNSUPPRESSABLE
from tests.lint.folders import CONTRACT, repository, with_plan, write
from tests.plan.rules.fixtures.base import sound
from tests.plan.samples import change, task

TASKS = """# Tasks: Parcel search

## Phase 1: Setup

- [ ] T001 Create the index in src/parcels/search.py
- [ ] T002 [P] Add the query parser in src/parcels/query.py
- [ ] T003 [P] Add ranking to src/parcels/query.py (depends on T009)
"""
PLAN = "specs/001-search/tasks.md"
REASON = "our numbers go on elsewhere"


def aside(rule: str, path: str = "") -> str:
    where = f"\n      path: '{path}'" if path else ""
    return f"lint:\n  suppress:\n    - rule: {rule}\n      reason: {REASON}{where}\n"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = repository(tmp_path)
    write(folder, {PLAN: TASKS})
    monkeypatch.chdir(folder)
    return folder


def linted(repo: Path, config: str, *paths: str, **more: Any) -> Run:
    write(repo, {CONFIG_PATH: config})
    return run(Request(paths=paths or (".",), **more))


def found(done: Run) -> set[str]:
    return {finding.rule for _, finding in done.findings()}


def remarks(done: Run) -> list[str]:
    return [
        f"{one.location}: {one.message}"
        for _, one in done.findings()
        if one.rule == "PLN099" and one.location
    ]


@pytest.mark.parametrize("path", ["", "specs/**", "specs/", PLAN, "**/tasks.md"])
def test_what_is_set_aside_is_told_apart_with_its_reason(repo: Path, path: str) -> None:
    assert {"PLN303", "PLN308"} <= found(run(Request()))
    done = linted(repo, aside("PLN303", path))
    assert "PLN308" in found(done)
    assert "PLN303" not in found(done)
    assert {(one.finding.rule, one.reason) for _, one in done.suppressed()} == {("PLN303", REASON)}
    assert remarks(done) == []


def test_another_file_is_none_of_its_business(repo: Path) -> None:
    done = linted(repo, aside("PLN303", "docs/**"))
    assert "PLN303" in found(done)
    assert remarks(done) == [f"{CONFIG_PATH}:3:7: Suppression of PLN303 is unused"]


def test_paths_are_from_the_top_wherever_the_plan_stands(repo: Path) -> None:
    write(repo, {f"shop/{PLAN}": TASKS})
    done = linted(repo, aside("PLN303", "shop/"), f"shop/{PLAN}")
    assert "PLN303" not in found(done)
    assert "PLN303" in found(linted(repo, aside("PLN303", "shop/"), PLAN))


def test_what_is_unused_is_told_only_by_who_looked_everywhere(repo: Path) -> None:
    [plan] = run(Request()).plans
    rule = next(one for one in plan.report.passed if one not in UNSUPPRESSABLE)
    assert remarks(linted(repo, aside(rule), PLAN)) == []
    assert remarks(linted(repo, aside(rule), "specs")) == []
    done = linted(repo, aside(rule))
    assert remarks(done) == [f"{CONFIG_PATH}:3:7: Suppression of {rule} is unused"]
    assert CONFIG_PATH in done.files
    assert remarks(linted(repo, aside(rule), ignore=[rule])) == [], "it did not run"


def test_a_rule_that_there_is_not_is_told_and_hides_nothing(repo: Path) -> None:
    done = linted(repo, aside("PLN298"), PLAN)
    assert remarks(done) == [f"{CONFIG_PATH}:3:7: PLN298 is no rule, so nothing is set aside"]


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (
            "lint:\n  supress: []\n",
            f"{CONFIG_PATH}:2:3: lint.supress: there is no such key, the nearest is lint.suppress.",
        ),
        (aside("PLN401"), f"{CONFIG_PATH}:3:7: lint.suppress.0.rule: PLN401 cannot be set aside."),
        ("lint: [\n", f"{CONFIG_PATH}:2:1:"),
    ],
)
def test_what_is_broken_stops_the_run_once(repo: Path, config: str, said: str) -> None:
    write(repo, {"specs/002-more/tasks.md": TASKS})
    done = linted(repo, config)
    assert done.exit_code == COULD_NOT_RUN
    assert done.plans == ()
    [refusal] = done.refused
    assert refusal.path == CONFIG_PATH
    assert str(refusal).startswith(said)
    assert "groundplan schema config" in str(refusal)


@pytest.mark.parametrize("data", [b"\xff\xfe\x00\xd8", b"lint:\0", b"#" * 3_000_000])
def test_what_is_no_text_is_broken_too(repo: Path, data: bytes) -> None:
    write(repo, {CONFIG_PATH: ""})
    (repo / CONFIG_PATH).write_bytes(data)
    done = run(Request())
    assert done.exit_code == COULD_NOT_RUN
    assert [one.path for one in done.refused] == [CONFIG_PATH]


def test_the_repository_that_was_named_decides(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = repository(tmp_path_factory.mktemp("other"))
    write(other, {CONFIG_PATH: aside("PLN303")})
    assert "PLN303" in found(run(Request(paths=(PLAN,))))
    assert "PLN303" not in found(run(Request(paths=(PLAN,), repo=other)))


def test_protected_paths_want_care(repo: Path) -> None:
    with_plan(repo, sound(task("T1", files=(change("src/app.py"),)), task("T2", depends_on=("T1",))))
    assert "PLN414" not in found(run(Request(paths=(CONTRACT,))))
    done = linted(repo, 'lint:\n  protected: ["src/app.py"]\n', CONTRACT)
    assert "PLN414" in found(done)
    assert "PLN414" not in found(
        linted(repo, 'lint:\n  protected: ["src/app.py"]\n', CONTRACT, ignore=["PLN414"])
    )


def test_who_may_be_mentioned_and_linked_to(repo: Path) -> None:
    with_plan(repo)
    [page] = (repo / "specs").glob("12-*/overview.md")
    page.write_text(page.read_text() + "\nAsk @maya; it is [there](https://wiki.example.com/x).\n")
    (repo / "issue.md").write_text("# Speed up\n\nIt is slow.\n")
    wish: dict[str, Any] = {"select": ["PLN915", "PLN917"], "issue": repo / "issue.md"}
    assert found(run(Request(paths=(CONTRACT,), **wish))) == {"PLN915", "PLN917"}
    allowed = "lint:\n  mentions: [maya]\n  links: ['https://wiki.example.com/']\n"
    assert found(linted(repo, allowed, CONTRACT, **wish)) == set()
