"""A repository's own past as cases: which merges count, what is shown to the planner and what is not."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.errors import UserError
from bot.evaluation.trial import matches
from workers.evaluation.past import past_suite
from workers.evaluation.running import brief_of


class Shop:
    """A git repository that grows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "-q", "-b", "main")
        self.commit(
            "Start", {"shop.py": "def price():\n    return 1\n", "test_shop.py": "x = 1\n", "uv.lock": "1\n"}
        )

    def git(self, *words: str) -> str:
        who = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
        done = subprocess.run(
            ["git", *who, *words], cwd=self.folder, check=True, capture_output=True, text=True, timeout=60
        )
        return done.stdout.strip()

    def commit(self, message: str, files: dict[str, str]) -> str:
        for name, text in files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """One squashed pull request (#3 closes issue 2), one merged by a merge commit (closes 4), and noise."""
    shop = Shop(tmp_path / "shop")
    shop.commit("Tidy up", {"notes.md": "hello\n"})
    shop.commit(
        "Prices must be in cents (#3)\n\nThe price must be a whole number.\n\nFixes #2\nSigned-off-by: B",
        {"shop.py": "def price():\n    return 100\n", "uv.lock": "2\n", "cents.py": "C = 100\n"},
    )
    shop.git("checkout", "-q", "-b", "topic")
    shop.commit("Closes #4: tests must cover price()", {"test_shop.py": "x = 2\n"})
    shop.git("checkout", "-q", "main")
    shop.commit("Only notes, closes #9", {"added.md": "new\n"})
    shop.git("merge", "-q", "--no-ff", "topic", "-m", "Merge pull request #5 from x/topic")
    return shop


def test_merges_that_closed_an_issue_are_cases_newest_first(shop: Shop) -> None:
    suite = past_suite(shop.folder, 10, None)
    assert [each.number for each in suite.cases] == [4, 2]
    merged, squashed = suite.cases
    assert merged.expected.must_touch == ("test_shop.py",)
    assert squashed.expected.must_touch == ("shop.py",)
    assert set(squashed.expected.may_touch) == {"uv.lock", "cents.py"}
    assert [each.number for each in past_suite(shop.folder, 1, None).cases] == [4]


def test_nothing_after_the_base_is_shown(shop: Shop) -> None:
    for case in past_suite(shop.folder, 10, None).cases:
        brief = brief_of(case, "roadmap")
        assert brief.base_sha == shop.git("rev-parse", f"{case.id.split('-')[0]}^1")
        assert brief.tree.paths == tuple(
            sorted(shop.git("ls-tree", "-r", "--name-only", brief.base_sha).split("\n"))
        )
    squashed = past_suite(shop.folder, 10, None).cases[1]
    assert squashed.tree.text("shop.py") == "def price():\n    return 1\n"
    assert not squashed.tree.exists("cents.py")


def test_without_the_issue_the_message_is_asked_and_that_is_said(shop: Shop) -> None:
    merged, squashed = past_suite(shop.folder, 10, None).cases
    assert (squashed.title, squashed.source) == ("Prices must be in cents", "commit message")
    assert squashed.body == "The price must be a whole number."
    assert merged.title == "tests must cover price()"
    done = CliRunner().invoke(app, ["eval", "--backtest", str(shop.folder)])
    assert "| Asked with the commit message | 2 of 2: written when the answer was known |" in done.output


def test_issues_in_files_are_asked_instead(shop: Shop, tmp_path: Path) -> None:
    issues = tmp_path / "issues"
    issues.mkdir()
    (issues / "2.md").write_text("# Cents, please\n\n`shop.py` must give the price in cents.\n")
    merged, squashed = past_suite(shop.folder, 10, issues).cases
    assert (squashed.title, squashed.source) == ("Cents, please", "issue")
    assert merged.source == "commit message"
    out = tmp_path / "out"
    words = ["--backtest", str(shop.folder), "--issues", str(issues), "--out", str(out)]
    assert CliRunner().invoke(app, ["eval", *words]).exit_code in {0, 1}
    report = json.loads((out / "report.json").read_text())
    [case] = [each for each in report["cases"] if each["source"] == "issue"]
    assert case["values"]["file_recall"] == 1
    assert case["values"]["file_precision"] == 0.5  # the plan also changes the test, and the merge did not


def test_a_path_with_letters_of_a_pattern_matches_itself_only(shop: Shop) -> None:
    shop.commit("Pages", {"app/[id].ts": "1\n", "app/i.ts": "1\n"})
    shop.commit("Show the page. Closes #11", {"app/[id].ts": "2\n"})
    [case] = past_suite(shop.folder, 1, None).cases
    assert [path for path in case.tree.paths if matches(path, case.expected.must_touch)] == ["app/[id].ts"]


def test_a_past_without_such_merges_is_told(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop")
    with pytest.raises(UserError, match="closes an issue"):
        past_suite(shop.folder, 5, None)


def test_no_repository_at_all_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="git log failed"):
        past_suite(tmp_path, 5, None)
