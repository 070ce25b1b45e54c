"""History: read from real repositories and from a log, never beyond the commit asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bot.recon.history import MOST_PATHS, Commit, History, history_from_git, history_from_log
from bot.recon.tree import TreeError
from tests.recon.conftest import Git, write

Make = Callable[[Mapping[str, str | bytes]], Path]


def commit(git: Git, folder: Path, subject: str, files: Mapping[str, str]) -> str:
    write(folder, dict(files))
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", subject)
    return git(folder, "rev-parse", "HEAD")


def told(history: History) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.subject, each.paths) for each in history.commits]


class TestGit:
    def test_commits_come_newest_first_and_end_at_the_one_asked_for(self, repository: Make, git: Git) -> None:
        folder = repository({"a.py": "1"})
        sha = commit(git, folder, "second\n\nwith a body", {"b/ü.py": "1", "a.py": "2"})
        commit(git, folder, "third, not yet known", {"c.py": "1"})
        found = history_from_git(folder, sha)
        assert told(found) == [("second", ("a.py", "b/ü.py")), ("first", ("a.py",))]
        assert all(each.time > 1_600_000_000 for each in found.commits)

    def test_it_is_bounded_and_merges_are_left_away(self, repository: Make, git: Git) -> None:
        folder = repository({"a.py": "1"})
        git(folder, "checkout", "-qb", "side")
        commit(git, folder, "on the side", {"side.py": "1"})
        git(folder, "checkout", "-q", "main")
        commit(git, folder, "on main", {"main.py": "1"})
        git(folder, "merge", "-q", "--no-ff", "-m", "merged", "side")
        assert {each.subject for each in history_from_git(folder, "HEAD").commits} == {
            "on the side", "on main", "first",
        }  # fmt: skip
        assert len(history_from_git(folder, "HEAD", most=2).commits) == 2

    def test_a_bare_mirror_will_do(self, repository: Make, git: Git, tmp_path: Path) -> None:
        folder = repository({"a.py": "1"})
        git(tmp_path, "clone", "-q", "--bare", str(folder), "mirror")
        assert history_from_git(tmp_path / "mirror", "HEAD") == history_from_git(folder, "HEAD")

    def test_settings_of_the_repository_run_nothing(self, repository: Make, git: Git, tmp_path: Path) -> None:
        folder = repository({"a.py": "1"})
        program = tmp_path / "program"
        program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        program.chmod(0o755)
        for name in ("gpg.program", "diff.external", "core.pager", "core.fsmonitor"):
            git(folder, "config", name, str(program))
        git(folder, "config", "log.showSignature", "true")
        git(folder, "config", "diff.relative", "true")
        assert told(history_from_git(folder, "HEAD")) == [("first", ("a.py",))]
        assert not (tmp_path / "ran").exists()

    @pytest.mark.parametrize("sha", ["f" * 40, "--output=x", "main", ""])
    def test_a_commit_that_is_not_there_is_refused(self, repository: Make, sha: str) -> None:
        with pytest.raises(TreeError):
            history_from_git(repository({"a.py": "1"}), sha)

    def test_a_folder_without_commits_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(TreeError, match="git log failed"):
            history_from_git(tmp_path, "HEAD")


class TestLog:
    def test_times_subjects_and_paths_are_read(self) -> None:
        lines = ["\x0120\tFix: a\tb", "", "a.py", "b c.py", "\x0110\t", "\n", "a.py\n"]
        assert history_from_log(lines) == History(
            (Commit(20, "Fix: a\tb", ("a.py", "b c.py")), Commit(10, "", ("a.py",)))
        )

    @pytest.mark.parametrize(
        "lines", [[], [""], ["a.py"], ["\x01"], ["\x01x\ty", "a.py"], ["\x01-1\ty", "a.py"],
                  ["\x01" + "9" * 5000 + "\tx"]]
    )  # fmt: skip
    def test_what_is_no_commit_is_left_out(self, lines: list[str]) -> None:
        assert history_from_log(lines) == History()

    def test_it_is_bounded(self) -> None:
        lines = ["\x011\ta", *(f"{at}.py" for at in range(5_000)), *["\x011\tb"] * 50]
        found = history_from_log(lines, most=3)
        assert [len(each.paths) for each in found.commits] == [MOST_PATHS, 0, 0]
