"""Folders with plans in them to lint: a git repository with a sound plan of ours, and Markdown that people
wrote.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bot.plan.formats import FORMATS
from bot.plan.model import Plan
from tests.plan.rules.fixtures.base import sound

HOME = Path(__file__).resolve().parents[2]
CONTRACT = ".agent/planning-output-12.json"
FANOUT = ".agent/planner-fanout-12.json"

FILES = {
    "src/core/engine.py": "def run():\n    return 1\n",
    "src/app.py": "import core\n",
    "docs/guide.md": "# Guide\n",
    "tests/test_app.py": "def test_app():\n    assert True\n",
    "Makefile": "test:\n\tpytest\n",
}


def git(folder: Path, *words: str) -> str:
    """Run git as somebody without any configuration."""
    plain = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_GLOBAL": os.devnull}
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ["git", *who, *words], cwd=folder, env=plain, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode("utf-8"))


def repository(folder: Path) -> Path:
    """A git repository with one commit of FILES."""
    write(folder, FILES)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "start")
    return folder


def based(plan: Plan, sha: str) -> Plan:
    return plan.model_copy(update={"provenance": plan.provenance.model_copy(update={"base_sha": sha})})


def with_plan(folder: Path, plan: Plan | None = None) -> Plan:
    """Lay all files of a plan (a sound one by default) into a repository, based on its HEAD."""
    based_here = based(plan or sound(), git(folder, "rev-parse", "HEAD"))
    write(folder, {file.path: file.text for file in FORMATS["roadmap"].files(based_here, {})})
    return based_here


def process(*arguments: str, cwd: Path, stdin: str | bytes = "") -> subprocess.CompletedProcess[str]:
    """The command as a person runs it in a folder, without a terminal."""
    plain = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", *arguments],
        cwd=cwd,
        env={**plain, "PYTHONPATH": str(HOME)},
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
    )
