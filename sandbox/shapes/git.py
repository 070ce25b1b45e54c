"""Refs, trees, blobs, commits, files and comparisons as JSON."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

from sandbox.clock import stamp
from sandbox.diffs import FileChange, changes
from sandbox.nodes import node_id
from sandbox.objects import Commit, Entry, MissingObject, Signature
from sandbox.shapes import people
from sandbox.shapes.repositories import api, html
from sandbox.state import Repository
from sandbox.world import World

Json = dict[str, Any]
COMPARED = 300
KINDS = {"100644": "file", "100755": "file", "120000": "symlink", "160000": "submodule", "040000": "dir"}


def ref(world: World, repo: Repository, name: str) -> Json:
    sha = repo.refs[name]
    base = api(world, repo)
    return {
        "ref": name,
        "node_id": node_id("Ref", f"{repo.id}:{name}"),
        "url": f"{base}/git/{name}",
        "object": {"sha": sha, "type": "commit", "url": f"{base}/git/commits/{sha}"},
    }


def tree(world: World, repo: Repository, sha: str, recursive: bool, limit: int) -> Json:
    """A tree, cut off (and marked so) after `limit` entries."""
    base = api(world, repo)
    rows = list(world.store.walk(sha, with_trees=True) if recursive else world.store.tree(sha).items())
    listed = [_tree_row(world, base, path, entry) for path, entry in rows[:limit]]
    return {"sha": sha, "url": f"{base}/git/trees/{sha}", "tree": listed, "truncated": len(rows) > limit}


def _tree_row(world: World, base: str, path: str, entry: Entry) -> Json:
    row: Json = {"path": path, "mode": entry.mode, "type": entry.kind, "sha": entry.sha}
    if entry.kind == "blob":
        row["size"] = len(world.store.blob(entry.sha))
    if entry.kind != "commit":
        row["url"] = f"{base}/git/{entry.kind}s/{entry.sha}"
    return row


def blob(world: World, repo: Repository, sha: str) -> Json:
    data = world.store.blob(sha)
    return {
        "sha": sha,
        "node_id": node_id("Blob", f"{repo.id}:{sha}"),
        "size": len(data),
        "url": f"{api(world, repo)}/git/blobs/{sha}",
        "content": base64.encodebytes(data).decode(),
        "encoding": "base64",
    }


def _person(signature: Signature) -> Json:
    return {"name": signature.name, "email": signature.email, "date": stamp(signature.time)}


def _verification(commit: Commit) -> Json:
    if not commit.signed:
        return {
            "verified": False,
            "reason": "unsigned",
            "signature": None,
            "payload": None,
            "verified_at": None,
        }
    when = stamp(commit.committer.time)
    return {"verified": True, "reason": "valid", "signature": "sandbox", "payload": "", "verified_at": when}


def git_commit(world: World, repo: Repository, sha: str) -> Json:
    found, base = world.store.commit(sha), api(world, repo)
    page = f"{html(world, repo)}/commit"
    return {
        "sha": sha,
        "node_id": node_id("Commit", f"{repo.id}:{sha}"),
        "url": f"{base}/git/commits/{sha}",
        "html_url": f"{page}/{sha}",
        "author": _person(found.author),
        "committer": _person(found.committer),
        "tree": {"sha": found.tree, "url": f"{base}/git/trees/{found.tree}"},
        "message": found.message,
        "parents": [
            {"sha": one, "url": f"{base}/git/commits/{one}", "html_url": f"{page}/{one}"}
            for one in found.parents
        ],
        "verification": _verification(found),
    }


def login_of(world: World, signature: Signature) -> str | None:
    found = (user.login for user in world.state.users.values() if user.email == signature.email)
    return next(found, None)


def commit(world: World, repo: Repository, sha: str) -> Json:
    """The long form of a commit, without its files."""
    found, base = world.store.commit(sha), api(world, repo)
    inner = git_commit(world, repo, sha)
    url = f"{base}/commits/{sha}"
    return {
        "sha": sha,
        "node_id": inner["node_id"],
        "commit": {
            **{key: inner[key] for key in ("author", "committer", "message", "tree", "url", "verification")},
            "comment_count": 0,
        },
        "url": url,
        "html_url": inner["html_url"],
        "comments_url": f"{url}/comments",
        "author": people.user(world, login_of(world, found.author)),
        "committer": people.user(world, login_of(world, found.committer)),
        "parents": [
            {"sha": one, "url": f"{base}/commits/{one}", "html_url": f"{html(world, repo)}/commit/{one}"}
            for one in found.parents
        ],
    }


def commit_files(world: World, repo: Repository, sha: str) -> list[FileChange]:
    found = world.store.commit(sha)
    try:
        before = world.store.commit(found.parents[0]).tree if found.parents else None
        return changes(world.store, before, found.tree)
    except MissingObject:
        return []


def file_change(world: World, repo: Repository, sha: str, change: FileChange) -> Json:
    path, entry = quote(change.path), change.new or change.old
    shown: Json = {
        "sha": entry.sha if entry else None,
        "filename": change.path,
        "status": change.status,
        "additions": change.additions,
        "deletions": change.deletions,
        "changes": change.additions + change.deletions,
        "blob_url": f"{html(world, repo)}/blob/{sha}/{path}",
        "raw_url": f"{html(world, repo)}/raw/{sha}/{path}",
        "contents_url": f"{api(world, repo)}/contents/{path}?ref={sha}",
    }
    if change.patch is not None:
        shown["patch"] = change.patch
    if change.previous is not None:
        shown["previous_filename"] = change.previous
    return shown


def content_row(world: World, repo: Repository, name: str, path: str, entry: Entry) -> Json:
    base, quoted = api(world, repo), quote(path)
    kind = KINDS[entry.mode]
    url = f"{base}/contents/{quoted}?ref={quote(name)}"
    git = None if kind == "submodule" else f"{base}/git/{entry.kind}s/{entry.sha}"
    page = f"{html(world, repo)}/{'tree' if kind == 'dir' else 'blob'}/{quote(name)}/{quoted}"
    raw = f"{html(world, repo)}/raw/{quote(name)}/{quoted}" if kind in ("file", "symlink") else None
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": entry.sha,
        "size": len(world.store.blob(entry.sha)) if entry.kind == "blob" else 0,
        "url": url,
        "html_url": page,
        "git_url": git,
        "download_url": raw,
        "type": kind,
        "_links": {"self": url, "git": git, "html": page},
    }


def content(world: World, repo: Repository, name: str, path: str, entry: Entry) -> Json:
    """One file with its bytes; symlinks tell their target, submodules where they come from."""
    row = content_row(world, repo, name, path, entry)
    if row["type"] == "submodule":
        return {**row, "submodule_git_url": f"{html(world, repo)}.git"}
    data = world.store.blob(entry.sha)
    if row["type"] == "symlink":
        return {**row, "target": data.decode(errors="replace")}
    # Above one megabyte GitHub answers with no content and says so in the encoding.
    if len(data) > 1_000_000:
        return {**row, "content": "", "encoding": "none"}
    return {**row, "content": base64.encodebytes(data).decode(), "encoding": "base64"}


def branch(world: World, repo: Repository, name: str) -> Json:
    sha = repo.refs[f"refs/heads/{name}"]
    url = f"{api(world, repo)}/branches/{quote(name)}"
    guarded = name in repo.protected
    checks = {"enforcement_level": "off", "contexts": [], "checks": []}
    return {
        "name": name,
        "commit": commit(world, repo, sha),
        "_links": {"self": url, "html": f"{html(world, repo)}/tree/{quote(name)}"},
        "protected": guarded,
        "protection": {"enabled": guarded, "required_status_checks": checks},
        "protection_url": f"{url}/protection",
    }


def comparison(world: World, repo: Repository, base: str, head: str, common: str) -> Json:
    ahead = world.store.commits_between(base, head)
    behind = world.store.commits_between(head, base)
    status = ("diverged" if behind else "ahead") if ahead else ("behind" if behind else "identical")
    old, new = world.store.commit(common).tree, world.store.commit(head).tree
    url = f"{api(world, repo)}/compare/{base}...{head}"
    page = f"{html(world, repo)}/compare/{base}...{head}"
    return {
        "url": url,
        "html_url": page,
        "permalink_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "base_commit": commit(world, repo, base),
        "merge_base_commit": commit(world, repo, common),
        "status": status,
        "ahead_by": len(ahead),
        "behind_by": len(behind),
        "total_commits": len(ahead),
        "commits": [commit(world, repo, sha) for sha in ahead],
        "files": [file_change(world, repo, head, one) for one in changes(world.store, old, new)[:COMPARED]],
    }
