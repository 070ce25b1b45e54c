"""The toy repositories that the clean plans are for, built with real git: same bytes, same commit names,
everywhere. Each stands in `trees/<name>.txt` as a list of commits with the files they write.

A line `=== commit: subject` begins a commit, `=== file: path` a file, `=== gone: path` takes one away.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from bot.recon.sources import tree_from_git
from bot.recon.tree import Snapshot

HERE = Path(__file__).parent / "trees"
NAMES = ("python", "typescript", "go")
_MARK = "=== "


@dataclass
class Commit:
    """One commit: its subject, the files it writes, and the ones it takes away."""

    subject: str
    files: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)


def commits(text: str) -> list[Commit]:
    """The commits a description lists."""
    found: list[Commit] = []
    for word, rest, body in _parts(text):
        if word == "commit":
            found.append(Commit(rest))
        elif word == "file":
            found[-1].files[rest] = body
        else:
            found[-1].gone.append(rest)
    return found


def _parts(text: str) -> Iterator[tuple[str, str, str]]:
    for part in ("\n" + text).split("\n" + _MARK)[1:]:
        head, _, body = part.partition("\n")
        word, _, rest = head.partition(": ")
        yield word, rest, body if not body or body.endswith("\n") else body + "\n"


@cache
def folder(name: str) -> Path:
    """A repository on disk. It is taken away when the process ends."""
    place = Path(tempfile.mkdtemp(prefix=f"toy-{name}-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    _git(place, 0, "init", "--quiet", "--initial-branch=main")
    described = (HERE / f"{name}.txt").read_text(encoding="utf-8")
    for number, commit in enumerate(commits(described), start=1):
        _write(place, commit)
        _git(place, number, "add", "--all", "--force")
        _git(place, number, "commit", "--quiet", "--message", commit.subject)
    return place


@cache
def tree(name: str) -> Snapshot:
    """A repository's files at its last commit."""
    return tree_from_git(folder(name))


def sha(name: str) -> str:
    """The name of a repository's last commit."""
    return tree(name).sha


def _write(place: Path, commit: Commit) -> None:
    for path, text in commit.files.items():
        file = place / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    for path in commit.gone:
        (place / path).unlink()


def _git(place: Path, day: int, *words: str) -> None:
    """Git as if nobody had set anything up on this machine, on a day of its own."""
    when = f"2026-01-{day + 1:02d}T12:00:00+00:00"
    person = {"NAME": "Ada Example", "EMAIL": "ada@example.org", "DATE": when}
    own = {f"GIT_{who}_{what}": said for who in ("AUTHOR", "COMMITTER") for what, said in person.items()}
    away = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    environment = {"PATH": os.environ["PATH"], **own, **away}
    subprocess.run(["git", "-C", str(place), *words], check=True, env=environment, capture_output=True)
