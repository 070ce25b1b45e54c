"""`groundplan plan` on a folder heeds its `.github/groundplan.yml`."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot.author.outline import OutlineAuthor
from bot.config import CONFIG_PATH
from tests.author.issues import FILES, ISSUES
from tests.lint.folders import write
from workers.local import COULD_NOT_RUN, WRITTEN, plan_folder

FEATURE = ISSUES["feature with a checklist"]


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    write(tmp_path / "repo", dict(FILES))
    return tmp_path / "repo"


def planned(repo: Path, capsys: pytest.CaptureFixture[str], config: str, **wishes: Any) -> tuple[int, Any]:
    write(repo, {CONFIG_PATH: config, "../issue-7.md": f"# {FEATURE.title}\n\n{FEATURE.body}"})
    quiet = Console(file=io.StringIO())
    issue = repo.parent / "issue-7.md"
    code = plan_folder(repo, issue, author=OutlineAuthor(), console=quiet, as_json=True, **wishes)
    return code, json.loads(capsys.readouterr().out)


def names(said: Any) -> set[str]:
    return {path.rpartition("/")[2] for path in said["files"]}


def test_the_folder_says_the_format_and_the_command_line_overrules_it(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = "formats:\n  default: functional\n"
    code, said = planned(repo, capsys, config, dry_run=True)
    assert (code, "plan_output.json" in names(said)) == (WRITTEN, True)
    code, said = planned(repo, capsys, config, dry_run=True, format="roadmap")
    assert (code, "plan_output.json" in names(said)) == (WRITTEN, False)


def test_the_rules_are_those_of_the_folder(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def found(config: str) -> set[str]:
        code, said = planned(repo, capsys, config, dry_run=True)
        assert code == WRITTEN
        return {one["rule"] for one in said["findings"]}

    protected = "lint:\n  protected: ['*.py']\n"
    aside = "  suppress:\n    - rule: PLN414\n      reason: all of it is ours\n"
    assert "PLN414" not in found("")
    assert "PLN414" in found(protected)
    assert "PLN414" not in found(protected + aside)


@pytest.mark.parametrize("wish", [{}, {"format": "steps"}])
def test_what_is_broken_stops_before_anything_is_written(
    repo: Path, capsys: pytest.CaptureFixture[str], wish: dict[str, str]
) -> None:
    code, said = planned(repo, capsys, "formats:\n  defualt: steps\n", **wish)
    assert code == COULD_NOT_RUN
    assert f"{CONFIG_PATH}:2:3: formats.defualt: there is no such key, the nearest" in said["outcome"]["body"]
    assert not (repo / ".agent").exists()
