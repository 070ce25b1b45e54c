"""What changed between two trees, and three-way merges of trees; no repository state is touched here."""

from __future__ import annotations

import difflib
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sandbox.objects import TREE_MODE, Entry, ObjectStore

PATCH_LIMIT = 200_000


class MergeConflict(ValueError):
    """Both sides changed the same lines, or one removed what the other changed."""


@dataclass(frozen=True, slots=True)
class FileChange:
    path: str
    status: str
    old: Entry | None
    new: Entry | None
    previous: str | None = None
    additions: int = 0
    deletions: int = 0
    patch: str | None = None


RawChange = tuple[str, Entry | None, Entry | None]


def _changed(store: ObjectStore, old: str | None, new: str | None, prefix: str, out: list[RawChange]) -> None:
    if old == new:
        return
    left = store.tree(old) if old else {}
    right = store.tree(new) if new else {}
    for name in sorted({*left, *right}):
        one, two = left.get(name), right.get(name)
        if one == two:
            continue
        path = prefix + name
        trees = [entry.sha if entry and entry.mode == TREE_MODE else None for entry in (one, two)]
        if any(trees):
            _changed(store, trees[0], trees[1], path + "/", out)
        files = [None if entry is None or entry.mode == TREE_MODE else entry for entry in (one, two)]
        if any(files):
            out.append((path, files[0], files[1]))


def _text(store: ObjectStore, entry: Entry | None) -> str | None:
    if entry is None:
        return ""
    if entry.kind == "commit":
        return f"Subproject commit {entry.sha}\n"
    data = store.blob(entry.sha)
    if b"\0" in data[:8000] or len(data) > PATCH_LIMIT:
        return None
    return data.decode("utf-8", "replace")


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]


def _patch(store: ObjectStore, old: Entry | None, new: Entry | None) -> tuple[str | None, int, int]:
    before, after = _text(store, old), _text(store, new)
    if before is None or after is None:
        return None, 0, 0
    lines = list(difflib.unified_diff(_lines(before), _lines(after), lineterm="", n=3))[2:]
    added = sum(line.startswith("+") for line in lines)
    removed = sum(line.startswith("-") for line in lines)
    return "\n".join(lines), added, removed


def changes(store: ObjectStore, old_tree: str | None, new_tree: str | None) -> list[FileChange]:
    """Changed files by path; a removed and an added file with one blob is a rename."""
    raw: list[RawChange] = []
    _changed(store, old_tree, new_tree, "", raw)
    gone = {old.sha: path for path, old, new in raw if old and not new}
    found: list[FileChange] = []
    renamed: set[str] = set()
    for path, old, new in raw:
        if new and not old and new.sha in gone and gone[new.sha] not in renamed:
            renamed.add(gone[new.sha])
            found.append(FileChange(path, "renamed", None, new, previous=gone[new.sha]))
            continue
        status = "added" if old is None else "removed" if new is None else "modified"
        patch, added, removed = _patch(store, old, new)
        found.append(FileChange(path, status, old, new, None, added, removed, patch))
    return [change for change in found if not (change.status == "removed" and change.path in renamed)]


def merged_text(base: bytes, ours: bytes, theirs: bytes) -> bytes:
    """Line-level three-way merge by git itself; raises MergeConflict."""
    with tempfile.TemporaryDirectory(prefix="sandbox-merge-") as folder:
        names = []
        for name, data in (("ours", ours), ("base", base), ("theirs", theirs)):
            path = Path(folder) / name
            path.write_bytes(data)
            names.append(str(path))
        done = subprocess.run(["git", "merge-file", "-p", *names], capture_output=True, check=False)
    if done.returncode != 0:
        raise MergeConflict("both sides changed the same lines")
    return done.stdout


def _merged_entry(
    store: ObjectStore, path: str, base: Entry | None, ours: Entry | None, theirs: Entry | None
) -> Entry | None:
    if ours == theirs or theirs == base:
        return ours
    if ours == base:
        return theirs
    if base and ours and theirs and "blob" == base.kind == ours.kind == theirs.kind:
        text = merged_text(store.blob(base.sha), store.blob(ours.sha), store.blob(theirs.sha))
        return Entry(ours.mode, store.put("blob", text))
    raise MergeConflict(path)


def merged_tree(store: ObjectStore, base: str, ours: str, theirs: str) -> str:
    """The tree after bringing theirs into ours; raises MergeConflict."""
    if theirs == base:
        return ours
    if ours == base:
        return theirs
    left, old, right = store.files(ours), store.files(base), store.files(theirs)
    edits: dict[str, Entry | None] = {}
    for path in {*old, *right}:
        merged = _merged_entry(store, path, old.get(path), left.get(path), right.get(path))
        if merged != left.get(path):
            edits[path] = merged
    return store.edited(ours, edits)
