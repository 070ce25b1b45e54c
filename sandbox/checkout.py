"""Brings a git checkout or a plain folder into the object store.

Reads committed content only (HEAD) from a checkout and every file from a plain folder;
it never writes to either.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from sandbox.objects import SYMLINK_MODE, Commit, Entry, Files, ObjectStore, Signature

HISTORY = 200
SEEDER = ("Sandbox Maintainer", "maintainer@users.noreply.sandbox")


class UnreadableFolder(ValueError):
    """The path is no folder, or git cannot read it."""


def _git(folder: Path, *args: str, stdin: bytes | None = None) -> bytes:
    command = ["git", "-c", "safe.directory=*", "-C", str(folder), *args]
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, check=True)
    except FileNotFoundError as missing:
        raise UnreadableFolder("the git command is needed to read a checkout") from missing
    except subprocess.CalledProcessError as failed:
        raise UnreadableFolder(f"{folder}: {failed.stderr.decode(errors='replace').strip()}") from failed
    return done.stdout


def _adopt_all(store: ObjectStore, folder: Path, shas: Iterable[str]) -> None:
    wanted = [sha for sha in dict.fromkeys(shas) if sha not in store]
    if not wanted:
        return
    data = _git(folder, "cat-file", "--batch", stdin="\n".join(wanted).encode() + b"\n")
    at = 0
    while at < len(data):
        end = data.index(b"\n", at)
        sha, kind, *size = data[at:end].decode().split()
        if kind == "missing":
            at = end + 1
            continue
        at = end + 1 + int(size[0]) + 1
        store.adopt(sha, kind, data[end + 1 : at - 1])


def is_checkout(folder: Path) -> bool:
    """True for the top of a checkout (or a bare repository); a folder inside one counts as plain."""
    return (folder / ".git").exists() or ((folder / "HEAD").is_file() and (folder / "objects").is_dir())


def read_checkout(store: ObjectStore, folder: Path, revision: str = "HEAD") -> str | None:
    """Load one revision with its whole tree and up to 200 commits of history; gives its
    sha, None if it has none.
    """
    if not _git(folder, "rev-list", "--all", "--max-count=1").strip():
        return None
    commits = _git(folder, "rev-list", f"--max-count={HISTORY}", revision, "--").decode().split()
    listing = _git(folder, "ls-tree", "-r", "-t", "-z", f"{commits[0]}^{{tree}}").split(b"\0")
    rows = [row.split(b"\t", 1)[0].decode().split() for row in listing if row]
    shas = [sha for _mode, kind, sha in rows if kind != "commit"]
    root = _git(folder, "rev-parse", f"{commits[0]}^{{tree}}").decode().strip()
    _adopt_all(store, folder, [*commits, root, *shas])
    return commits[0]


def _entry(store: ObjectStore, path: Path) -> Entry:
    if path.is_symlink():
        return Entry(SYMLINK_MODE, store.put("blob", os.fsencode(path.readlink())))
    mode = "100755" if os.access(path, os.X_OK) else "100644"
    return Entry(mode, store.put("blob", path.read_bytes()))


def _folder_files(store: ObjectStore, folder: Path) -> Files:
    found: Files = {}
    for top, folders, names in os.walk(folder):
        links = [name for name in folders if (Path(top) / name).is_symlink()]
        folders[:] = sorted(name for name in folders if name not in (".git", "__pycache__", *links))
        for name in sorted(names + links):
            path = Path(top) / name
            if path.is_symlink() or path.is_file():
                found[path.relative_to(folder).as_posix()] = _entry(store, path)
    return found


def read_folder(store: ObjectStore, folder: Path, at: int, message: str = "Initial commit") -> str | None:
    """Make a first commit of a plain folder; None when it holds no file."""
    files = _folder_files(store, folder)
    return seed_commit(store, files, at, message) if files else None


def seed_commit(store: ObjectStore, files: Files, at: int, message: str = "Initial commit") -> str:
    who = Signature(*SEEDER, at)
    tree = store.edited(None, dict(files))
    return store.put_commit(Commit(tree, (), who, who, message))


def read_path(store: ObjectStore, folder: Path, at: int) -> str | None:
    if not folder.is_dir():
        raise UnreadableFolder(f"{folder} is not a folder")
    return read_checkout(store, folder) if is_checkout(folder) else read_folder(store, folder, at)
