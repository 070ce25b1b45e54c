"""Plans and file names that mean harm to whoever lints them: their terminal, their log, their time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.lint.words import harmless
from bot.recon.ground import CLOSE_ENOUGH, MOST_GUESSES, TreeGround
from bot.recon.tree import Entry, Snapshot, in_memory
from tests.lint.folders import HOME, process, write

EVIL = "##[stop-commands]pause ::error::gone \x1b[31m\x1b]0;title\x07"
PLAN = f"# Tasks: X\n\n## Phase 1: A\n\n- [ ] T001 Ask {EVIL} TBD\n- [ ] T002 Edit TBD\n"
TOKEN = "ghp_" + "a1B2c3D4e5F6" * 3
OUTPUTS = ("text", "json", "sarif", "github")


def lines_that_runners_obey(log: str) -> list[str]:
    """GitHub's runners obey `::name …::` at the start of a line and, of old, `##[name]` anywhere in one."""
    ours = ("::error file=", "::warning file=", "::notice file=")
    return [
        line
        for line in log.splitlines()
        if not line.startswith(ours) and (line.lstrip().startswith("::") or "##[" in line)
    ]


@pytest.mark.parametrize("output", OUTPUTS)
def test_no_plan_commands_the_runner_or_the_terminal(tmp_path: Path, output: str) -> None:
    write(tmp_path, {"specs/001-x/tasks.md": PLAN})
    ended = process("lint", "--format", output, cwd=tmp_path)
    assert ended.returncode in (0, 1)
    assert lines_that_runners_obey(ended.stdout + ended.stderr) == []
    assert "\x1b" not in ended.stdout + ended.stderr


@pytest.mark.parametrize("output", OUTPUTS)
def test_no_file_name_commands_the_runner_or_the_terminal(tmp_path: Path, output: str) -> None:
    folder = tmp_path / "specs" / "001-x"
    folder.mkdir(parents=True)
    (folder / "a\n::error::gone\x1b[31m##[add-mask]b.md").write_bytes(b"\xff\xfe")
    ended = process("lint", "--format", output, cwd=tmp_path)
    assert ended.returncode == 2
    assert lines_that_runners_obey(ended.stdout + ended.stderr) == []
    assert "\x1b" not in ended.stdout + ended.stderr
    if output in ("json", "sarif"):
        assert "##[add-mask]b.md" in json.dumps(json.loads(ended.stdout)).replace("%23%23%5B", "##[").replace(
            "%5D", "]"
        )


@pytest.mark.parametrize("line", ["a ##[error]x", "  ::error::x", "::set-output name=a::b", "##[group]"])
def test_a_harmless_line_has_no_command(line: str) -> None:
    assert lines_that_runners_obey(harmless(line)) == []


def test_a_line_with_a_secret_is_not_printed(tmp_path: Path) -> None:
    write(
        tmp_path, {"specs/001-x/tasks.md": f"# Tasks\n\n- [ ] T001 Set TOKEN to {TOKEN}\n- [ ] T002 Read\n"}
    )
    ended = process("lint", cwd=tmp_path)
    assert "PLN914" in ended.stdout
    assert TOKEN not in ended.stdout + ended.stderr


# --- where the answer goes ---


def run(cwd: Path, out: str, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The command with its standard output sent to `out` by a shell."""
    command = f'exec "$@" {out}'
    return subprocess.run(
        ["bash", "-c", command, "bash", sys.executable, "-m", "bot.cli", "lint", *words],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(HOME), **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no disk that is always full")
@pytest.mark.parametrize("output", OUTPUTS)
def test_findings_that_nobody_can_read_are_not_told_as_found(tmp_path: Path, output: str) -> None:
    write(tmp_path, {"specs/001-x/tasks.md": PLAN})
    for out in (">/dev/full", ">&-"):
        ended = run(tmp_path, out, "--format", output)
        assert ended.returncode == 2
        assert "could not be written" in ended.stderr
        assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
@pytest.mark.parametrize("output", ["json", "sarif"])
def test_programs_can_read_the_answer_in_every_encoding(tmp_path: Path, output: str, encoding: str) -> None:
    name = "specs/001-x/\U0001f600-é.md"
    write(tmp_path, {name: PLAN})
    ended = subprocess.run(
        [sys.executable, "-m", "bot.cli", "lint", "--format", output],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(HOME), "PYTHONIOENCODING": encoding},
        capture_output=True,
        timeout=120,
        check=False,
    )
    answer = json.loads(ended.stdout.decode(encoding))
    if output == "json":
        assert answer["files"][0]["plan"] == name


# --- what a plan may cost ---

NAMES = 6_000


class CountingTree:
    """A tree of one large file that counts how often it is read."""

    def __init__(self) -> None:
        text = "".join(f"def function_number_{n}(a):\n    return a\n\n" for n in range(NAMES))
        whole: Snapshot = in_memory({"src/big.py": text})
        self.read = 0

        def load(entry: Entry) -> bytes:
            self.read += 1
            return whole.load(entry)

        self.tree = Snapshot(whole.sha, whole.entries, load)


def test_a_file_that_a_plan_names_often_is_read_once() -> None:
    counting = CountingTree()
    ground = TreeGround(counting.tree)
    for n in range(200):
        assert ground.defines("src/big.py", f"functoin_numbr_{n}") is False
        assert ground.defines("src/big.py", f"function_number_{n}") is True
        ground.names_near("src/big.py", f"functoin_numbr_{n}")
    assert counting.read == 1


def test_guesses_end_before_they_cost_much(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []

    def close(word: str, known: list[str], n: int) -> list[str]:
        compared.append(len(known))
        return known[:n]

    monkeypatch.setattr("bot.recon.ground.difflib.get_close_matches", close)
    ground = TreeGround(CountingTree().tree)
    for n in range(MOST_GUESSES * 3):
        ground.names_near("src/big.py", f"functoin_numbr_{n}")
    assert len(compared) == MOST_GUESSES
    assert max(compared) <= CLOSE_ENOUGH


def test_the_nearest_of_many_names_is_still_found() -> None:
    ground = TreeGround(CountingTree().tree)
    assert "function_number_123" in ground.names_near("src/big.py", "functoin_number_123")
