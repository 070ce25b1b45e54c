"""PLN401-403: paths are plain, and they are, or are not, in the repository as the plan says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.plan.model import FileChange, Task
from bot.plan.rules.engine import Hit, Lacking, LintInput, rule
from bot.plan.rules.ground import Ground

_FORMATS = "X,S,P,R,O"


def path_fault(path: str) -> str | None:
    """Why `path` is no plain repository path, or None."""
    parts = path.rstrip("/").split("/")
    faults = (
        ("it is absolute", path.startswith("/")),
        ("it starts with ~", path.startswith("~")),
        ("it has a drive letter", bool(re.match(r"[A-Za-z]:", path))),
        ("it has a backslash", "\\" in path),
        ("it has a glob", bool(re.search(r"[*?]|\[[^\]/]*[*?!][^\]/]*\]|\{[^}/]*,[^}/]*\}", path))),
        ("it starts with ./", path.startswith("./")),
        ("it climbs with ..", ".." in parts),
        ("it doubles a slash", "//" in path or not path.strip("/")),
        ("it has a part .", "." in parts),
        ("it is inside .git", any(part.lower() == ".git" for part in parts)),
        ("it has a control character", bool(re.search(r"[\x00-\x1f\x7f]", path))),
        (
            "a part ends in a space or dot",
            any(part != part.strip(" ") or part.endswith(".") for part in parts),
        ),
        (
            "a part is longer than 255 bytes",
            any(len(part.encode("utf-8", "replace")) > 255 for part in parts),
        ),
    )
    return next((why for why, holds in faults if holds), None)


def _changes(given: LintInput) -> Iterator[tuple[str, Task, FileChange]]:
    assert given.plan is not None
    for at, task in enumerate(given.plan.tasks):
        for index, change in enumerate(task.files):
            yield f"/tasks/{at}/files/{index}", task, change


def old_path(change: FileChange) -> tuple[str, str]:
    """The path that must already be there, and the field that names it; "" when the
    change makes a new file.
    """
    if change.change == "new":
        return "", ""
    return (change.source, "source") if change.change == "rename" else (change.path, "path")


def made_before(given: LintInput, task: Task) -> frozenset[str]:
    """Paths that tasks before `task` make."""
    plan, before = given.plan, given.graph.ancestors(task.id)
    tasks = plan.tasks if plan else ()
    makes = (change for one in tasks if one.id in before for change in one.files)
    return frozenset(change.path for change in makes if change.change in ("new", "rename"))


def _is_there(tree: Ground, path: str) -> bool:
    return tree.exists(path) or tree.is_dir(path)


def missing_paths(given: LintInput) -> Iterator[tuple[str, str]]:
    """Pointer and path of everything that the plan takes as there and that is not."""
    tree = given.ground
    assert tree is not None
    for pointer, task, change in _changes(given):
        path, name = old_path(change)
        if (
            path
            and not path_fault(path)
            and not _is_there(tree, path)
            and path not in made_before(given, task)
        ):
            yield f"{pointer}/{name}", path


def unique_suffix(tree: Ground, path: str) -> str:
    """The one real path that ends in `path`, or of which `path` is a longer spelling; "" when there is
    not just one.
    """
    ending = [one for one in tree.paths if one.endswith(f"/{path}")]
    if ending:
        return ending[0] if len(ending) == 1 else ""
    parts = path.split("/")
    tails = ["/".join(parts[at:]) for at in range(1, len(parts) - 1)]
    return next((tail for tail in tails if tree.exists(tail)), "")


@rule(
    "PLN401",
    severity="error",
    needs=["plan", "ground"],
    formats=_FORMATS,
    fix="unsafe",
    message="{path} does not exist at {sha7}; closest: {near}",
)
def changed_paths_exist(given: LintInput) -> Iterator[Hit]:
    """Files to edit, delete or rename exist at the commit planned on, or an earlier task makes them"""
    tree = given.ground
    assert tree is not None
    if tree.truncated:
        raise Lacking("the tree is not complete, so that absence proves nothing")
    for pointer, path in missing_paths(given):
        suffix = unique_suffix(tree, path)
        closest = [suffix] if suffix else list(tree.nearest(path))
        values = {"path": path, "sha7": tree.sha[:7], "near": ", ".join(closest) or "nothing near"}
        yield Hit(pointer, values, ", ".join(closest), fix="safe" if suffix else "unsafe")


@rule(
    "PLN402",
    severity="error",
    needs=["plan", "ground"],
    formats=_FORMATS,
    fix="safe",
    message="{path} already exists at {sha7}; mark it edit",
)
def new_paths_are_new(given: LintInput) -> Iterator[Hit]:
    """Files to make are not there yet"""
    tree = given.ground
    assert tree is not None
    for pointer, _, change in _changes(given):
        if change.change == "new" and _is_there(tree, change.path.rstrip("/")):
            yield Hit(f"{pointer}/change", {"path": change.path, "sha7": tree.sha[:7]}, suggestion="edit")


@rule(
    "PLN403",
    severity="error",
    needs=["plan"],
    formats=_FORMATS,
    fix="unsafe",
    message="'{path}' is not a plain repository path: {why}",
)
def paths_are_plain(given: LintInput) -> Iterator[Hit]:
    """Paths are relative, with slashes, and name one place in the repository"""
    for pointer, _, change in _changes(given):
        for name in ("path", "source"):
            path = getattr(change, name)
            why = path_fault(path) if path else None
            if why is None and name == "source" and not path and change.change == "rename":
                why = "a rename needs its old path"
            if why:
                plain = without_dot(path)
                safe = path.startswith("./") and not path_fault(plain)
                values = {"path": path, "why": why}
                yield Hit(
                    f"{pointer}/{name}", values, plain if safe else "", fix="safe" if safe else "unsafe"
                )


def without_dot(path: str) -> str:
    """`path` without leading "./"."""
    while path.startswith("./"):
        path = path[2:]
    return path
