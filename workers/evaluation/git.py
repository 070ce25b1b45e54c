"""Git plumbing for suites and backtests: local objects only, no hook, no configuration of the caller's."""

from __future__ import annotations

import subprocess
from pathlib import Path

from bot.recon.sources import GIT_FLAGS, git_env, git_program
from bot.recon.tree import TreeError

SECONDS = 60


def git(folder: Path, *words: str) -> str:
    """What git prints. Raises TreeError when it fails or takes longer than a minute."""
    try:
        done = subprocess.run(
            [git_program(), *GIT_FLAGS, *words],
            cwd=folder,
            env=git_env(folder),
            capture_output=True,
            timeout=SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise TreeError("git-too-slow", f"git {words[0]} took more than {SECONDS} s in {folder}") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()[:300]
        raise TreeError("git-failed", f"git {words[0]} failed in {folder}: {said}")
    return done.stdout.decode("utf-8", "replace")
