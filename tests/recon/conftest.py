"""Trees for the recon tests: tiny ones in memory, real git repositories in a temporary folder."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """Run git in a folder with a fixed identity and nobody's configuration."""

    def run(folder: Path, *words: str, data: bytes | None = None) -> str:
        done = subprocess.run(
            ["git", "-c", "user.name=Ada",
             "-c", "user.email=ada@example.org", "-c", "protocol.file.allow=always",
             "-c", "init.defaultBranch=main", *words],
            cwd=folder, input=data, capture_output=True, check=True,
            env={"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"},
        )  # fmt: skip
        return done.stdout.decode().strip()

    return run


@pytest.fixture
def repository(tmp_path: Path, git: Git) -> Callable[[Mapping[str, str | bytes]], Path]:
    """Make a git repository of the given files with one commit."""

    def make(files: Mapping[str, str | bytes]) -> Path:
        folder = tmp_path / "repository"
        folder.mkdir()
        git(folder, "init", "-q")
        write(folder, files)
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "first")
        return folder

    return make


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
