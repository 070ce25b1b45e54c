"""Refs, commits and files: making and moving branches, writing trees, committing
as the App or as a person.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from sandbox.acts.branchrules import check_push
from sandbox.clock import seconds_of
from sandbox.objects import FILE_MODES, TREE_MODE, Commit, Entry, MissingObject, Signature
from sandbox.refusals import Refusal, invalid, not_found, unprocessable
from sandbox.state import Repository
from sandbox.webhooks import events
from sandbox.world import World

_BAD_REF = re.compile(r"[\x00-\x20~^:?*\[\\\x7f]|\.\.|@\{|//|/\.|^\.|\.lock(/|$)|\.$|/$|^/")
WEB_FLOW = ("GitHub", "noreply@github.com")


def check_ref_name(ref: str) -> None:
    if not ref.startswith("refs/") or ref.count("/") < 2:
        raise unprocessable("Reference name must start with 'refs/' and contain at least two slashes.")
    if _BAD_REF.search(ref.removeprefix("refs/")):
        raise unprocessable(f"{ref} is not a valid ref name.")


def need_commit(world: World, sha: str) -> None:
    if world.store.kind(sha) != "commit":
        raise unprocessable("Object does not exist")


def _conflicts(repo: Repository, ref: str) -> bool:
    """git cannot hold both `a` and `a/b`: one would be a file and a folder at once."""
    return any(name.startswith(ref + "/") or ref.startswith(name + "/") for name in repo.refs)


def create_ref(world: World, repo: Repository, ref: str, sha: str, sender: str) -> None:
    if not repo.refs:
        raise Refusal(409, "Git Repository is empty.")
    check_ref_name(ref)
    if ref in repo.refs:
        raise unprocessable("Reference already exists")
    need_commit(world, sha)
    if _conflicts(repo, ref):
        raise unprocessable("Reference cannot be created: it conflicts with another reference's name")
    check_push(world, repo, ref, None, sha, sender)
    place_ref(world, repo, ref, sha, sender)


def place_ref(world: World, repo: Repository, ref: str, sha: str, sender: str) -> None:
    repo.refs[ref] = sha
    repo.ref_times[ref] = repo.pushed_at = world.now()
    events.push_event(world, repo, ref, None, sha, sender, False)


def move_ref(
    world: World,
    repo: Repository,
    ref: str,
    sha: str,
    sender: str,
    force: bool = False,
    merging: bool = False,
) -> None:
    old = repo.refs.get(ref)
    if old is None:
        raise unprocessable("Reference does not exist")
    need_commit(world, sha)
    straight = world.store.is_ancestor(old, sha)
    if not straight and not force:
        raise unprocessable("Update is not a fast forward")
    check_push(world, repo, ref, old, sha, sender, merging)
    if old == sha:
        return
    repo.refs[ref] = sha
    repo.pushed_at = world.now()
    events.push_event(world, repo, ref, old, sha, sender, not straight)
    _follow(world, repo, ref, old, sha, sender)


def _follow(world: World, repo: Repository, ref: str, old: str, sha: str, sender: str) -> None:
    """Open pull requests see their head and base move; threads on changed files become outdated."""
    branch = ref.removeprefix("refs/heads/")
    for issue in list(repo.issues.values()):
        pull = issue.pull
        if pull is None or issue.state != "open" or issue.deleted:
            continue
        if pull.base == branch:
            pull.base_sha = sha
        if pull.head == branch:
            pull.head_sha = sha
            issue.updated_at = world.now()
            for thread in pull.threads:
                entry = world.store.find(world.store.commit(sha).tree, thread.path)
                thread.outdated = thread.outdated or (entry.sha if entry else None) != thread.anchor
            events.pull_event(world, repo, issue, "synchronize", sender, before=old, after=sha)


def delete_ref(world: World, repo: Repository, ref: str, sender: str) -> None:
    old = repo.refs.get(ref)
    if old is None:
        raise unprocessable("Reference does not exist")
    if ref == f"refs/heads/{repo.default_branch}":
        raise unprocessable("Cannot delete the default branch")
    check_push(world, repo, ref, old, None, sender)
    del repo.refs[ref]
    events.push_event(world, repo, ref, old, None, sender, False)
    for issue in list(repo.issues.values()):
        if issue.pull and issue.state == "open" and f"refs/heads/{issue.pull.head}" == ref:
            close_for_lost_head(world, repo, issue.number, sender)


def close_for_lost_head(world: World, repo: Repository, number: int, sender: str) -> None:
    issue = repo.issues[number]
    issue.state, issue.closed_at, issue.closed_by = "closed", world.now(), sender
    events.pull_event(world, repo, issue, "closed", sender)


def signature_of(world: World, login: str, given: dict[str, Any] | None = None) -> Signature:
    user = world.user(login)
    if user is None:
        raise not_found()
    given = given or {}
    try:
        when = int(seconds_of(given["date"])) if given.get("date") else int(world.now())
    except ValueError as bad:
        raise invalid("Commit", "date", "invalid") from bad
    return Signature(
        given.get("name") or user.name or user.login, given.get("email") or user.email or "", when
    )


def create_commit(
    world: World,
    sender: str,
    message: str,
    tree: str,
    parents: list[str],
    author: dict[str, Any] | None = None,
    committer: dict[str, Any] | None = None,
) -> str:
    """A commit object. Only one without custom authors, made by the App, is signed."""
    if world.store.kind(tree) != "tree":
        raise unprocessable("Tree SHA does not exist")
    for parent in parents:
        if world.store.kind(parent) != "commit":
            raise unprocessable("Parent SHA does not exist or is not a commit object")
    by = signature_of(world, sender, author)
    signed = world.is_bot(sender) and not author and not committer
    through = Signature(*WEB_FLOW, by.time) if signed else signature_of(world, sender, committer or author)
    return world.store.put_commit(Commit(tree, tuple(parents), by, through, message, signed))


def create_tree(world: World, base: str | None, rows: list[dict[str, Any]]) -> str:
    if base is not None and world.store.kind(base) == "commit":
        base = world.store.commit(base).tree
    if base is not None and world.store.kind(base) != "tree":
        raise unprocessable("base_tree is not a valid tree oid")
    edits = {str(row.get("path", "")): _row(world, row) for row in rows}
    if any(not path or path.startswith("/") or ".." in path.split("/") for path in edits):
        raise unprocessable("tree.path contains a malformed path component")
    for path, entry in edits.items():
        if entry is None and (base is None or world.store.find(base, path) is None):
            raise unprocessable("GitRPC::BadObjectState")
    return world.store.edited(base, edits)


def _row(world: World, row: dict[str, Any]) -> Entry | None:
    mode = row.get("mode", "100644")
    if mode not in (*FILE_MODES, TREE_MODE):
        raise unprocessable("Must supply a valid tree.mode")
    if "content" in row:
        return Entry(mode, world.store.put("blob", str(row["content"]).encode()))
    sha = row.get("sha")
    if sha is None:
        return None
    if mode != "160000" and sha not in world.store:
        raise unprocessable("tree.sha " + str(sha) + " is not a valid blob")
    return Entry(mode, sha)


def decode_base64(text: str, field: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as bad:
        raise unprocessable(f"{field} is not valid Base64") from bad


def check_path(path: str) -> None:
    parts = path.split("/")
    if (
        not path
        or path.startswith("/")
        or any(part in ("", ".", "..", ".git") for part in parts)
        or "\0" in path
    ):
        raise unprocessable(f"A path was requested that is not allowed: {path!r}")


def commit_files(
    world: World,
    repo: Repository,
    branch: str,
    sender: str,
    message: str,
    edits: dict[str, bytes | None],
    expected: str | None = None,
) -> str:
    """Add, replace (bytes) or delete (None) files on a branch that exists; gives the new head.

    With `expected`, a branch that has moved on is refused with STALE_DATA.
    """
    ref = f"refs/heads/{branch}"
    head = repo.refs.get(ref)
    if head is None:
        raise Refusal(404, f'Branch "{branch}" not found')
    if expected is not None and expected != head:
        text = f'Expected branch to point to "{expected}" but it did not. Pull and try again.'
        raise Refusal(409, text, kind="STALE_DATA")
    try:
        tree = world.store.commit(head).tree
        changed = {path: _edit(world, tree, path, data) for path, data in edits.items()}
    except MissingObject as missing:
        raise unprocessable("The branch's history was not loaded into this sandbox") from missing
    sha = create_commit(world, sender, message, world.store.edited(tree, changed), [head])
    move_ref(world, repo, ref, sha, sender)
    return sha


def _edit(world: World, tree: str, path: str, data: bytes | None) -> Entry | None:
    check_path(path)
    old = world.store.find(tree, path)
    if data is None:
        if old is None or old.kind == "tree":
            raise unprocessable(
                f"A path was requested for deletion which does not exist as of commit oid: {path}"
            )
        return None
    if old is not None and old.kind != "blob":
        raise unprocessable(f"The path {path!r} is a folder or a submodule")
    parts = path.split("/")
    for depth in range(1, len(parts)):
        above = world.store.find(tree, "/".join(parts[:depth]))
        if above is not None and above.kind != "tree":
            raise unprocessable(f"The path {path!r} lies below a file")
    return Entry(old.mode if old and old.mode == "100755" else "100644", world.store.put("blob", data))
