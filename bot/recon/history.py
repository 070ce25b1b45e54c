"""What the commits before a tree tell: when, in which words, and which files went together.

`history_from_git` is the one thing here that does I/O. It reads from one commit backwards, so nothing that
came later is ever seen; merges are left away, and no hook, signature or difference program runs.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.recon.sources import GIT_FLAGS, REVISION, git_env, git_program
from bot.recon.tree import TreeError

COMMITS = 2_000
SECONDS = 20
MOST_PATHS = 400  # of one commit; one that touches more tells nothing about what belongs together
LONGEST_SUBJECT = 300
MARK = "\x01"
ASKED = (
    "--no-merges", "--no-renames", "--no-relative", "--no-ext-diff", "--no-show-signature", "--no-decorate",
    "--no-color", "--name-only", f"--format={MARK}%ct\t%s",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit: seconds since 1970, its first line, and the paths it changed."""

    time: int
    subject: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class History:
    """The commits that lead to a tree, newest first."""

    commits: tuple[Commit, ...] = ()


def history_from_git(folder: str | Path, sha: str, most: int = COMMITS) -> History:
    """The last commits up to `sha` of a checkout or a bare repository.

    Raises TreeError when there is no such commit, when git fails (as in a clone without trees), or when it
    takes longer than twenty seconds; a plan can do without.
    """
    if not REVISION.fullmatch(sha):
        raise TreeError("bad-commit", f"{sha!r} is neither HEAD nor a commit's hexadecimal name")
    words = [git_program(), *GIT_FLAGS, "log", f"--max-count={most}", *ASKED, sha, "--"]
    try:
        done = subprocess.run(
            words, cwd=folder, env=git_env(Path(folder)), capture_output=True, timeout=SECONDS, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise TreeError("git-too-slow", f"git log took more than {SECONDS} s in {folder}") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip() or "no reason given"
        raise TreeError("git-failed", f"git log failed in {folder}: {said[:300]}")
    return history_from_log(done.stdout.decode("utf-8", "replace").split("\n"), most)


def history_from_log(lines: Iterable[str], most: int = COMMITS) -> History:
    """The history in lines of «\\x01time, tab, subject», each followed by the commit's paths.

    A line that fits neither way is left out.
    """
    return History(tuple(each for _, each in zip(range(most), _commits(lines), strict=False)))


def _commits(lines: Iterable[str]) -> Iterator[Commit]:
    time, subject, paths, begun = 0, "", list[str](), False
    for line in lines:
        if line.startswith(MARK):
            if begun:
                yield Commit(time, subject, tuple(paths))
            stamp, _, subject = line[1:].rstrip("\n").partition("\t")
            begun, paths = stamp.isdecimal() and len(stamp) < 16, []
            time, subject = int(stamp) if begun else 0, subject[:LONGEST_SUBJECT]
        elif begun and len(paths) < MOST_PATHS and (path := line.rstrip("\n")) and path[0] != '"':
            paths.append(path)
    if begun:
        yield Commit(time, subject, tuple(paths))
