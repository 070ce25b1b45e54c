"""Checkouts and folders come in with git's own ids and go out as archives with the same content."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from pathlib import Path

import httpx
import pytest

from sandbox import Sandbox
from sandbox.checkout import UnreadableFolder, read_path
from sandbox.diffs import MergeConflict, changes, merged_tree
from sandbox.objects import Entry, ObjectStore
from tests.sandbox.story import REPO


def git(folder: Path, *args: str) -> str:
    config = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", *config, "-C", str(folder), *args], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "origin"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "a").mkdir()
    (folder / "a" / "deep.txt").write_text("deep\n")
    (folder / "a.txt").write_text("sorts between a and a/\n")
    (folder / "ünïcode name.md").write_text("hello\n")
    (folder / "binary").write_bytes(bytes(range(256)))
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    (folder / "link").symlink_to("a/deep.txt")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "first")
    git(
        folder,
        "update-index",
        "--add",
        "--cacheinfo",
        "160000," + git(folder, "rev-parse", "HEAD") + ",vendored",
    )
    git(folder, "commit", "-qm", "second\n\nwith a body")
    return folder


def test_ids_are_gits_own(checkout: Path) -> None:
    store = ObjectStore()
    head = read_path(store, checkout, 0)
    assert head == git(checkout, "rev-parse", "HEAD")
    commit = store.commit(head or "")
    assert commit.tree == git(checkout, "rev-parse", "HEAD^{tree}")
    rebuilt = store.edited(None, dict(store.files(commit.tree)))
    assert rebuilt == commit.tree
    assert commit.message == "second\n\nwith a body\n"


def test_the_archive_unpacks_to_the_same_tree(
    checkout: Path, sandbox: Sandbox, maya: httpx.Client, tmp_path: Path
) -> None:
    sandbox.seed("acme/real", path=checkout, collaborators={"maya": "read"})
    answer = maya.get("/repos/acme/real/tarball/main")
    assert answer.status_code == 302
    data = httpx.get(answer.headers["location"], trust_env=False).content
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        archive.extractall(tmp_path / "out", filter="data")
    head = git(checkout, "rev-parse", "HEAD")
    top = tmp_path / "out" / f"acme-real-{head[:7]}"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [top.name]
    for name in git(checkout, "-c", "core.quotepath=off", "ls-files").splitlines():
        if name == "vendored":
            assert list((top / name).iterdir()) == []
        elif name == "link":
            assert (top / name).readlink() == Path("a/deep.txt")
        else:
            assert (top / name).read_bytes() == (checkout / name).read_bytes()
    assert os.access(top / "run.sh", os.X_OK)
    assert sandbox.violations == []


def test_archive_links_need_their_ticket(sandbox: Sandbox, maya: httpx.Client) -> None:
    location = maya.get(f"/repos/{REPO}/tarball").headers["location"]
    assert httpx.get(location.partition("?")[0], trust_env=False).status_code == 404
    assert httpx.get(location[:-3] + "abc", trust_env=False).status_code == 404


def test_a_plain_folder_inside_a_checkout_is_no_checkout(checkout: Path) -> None:
    store = ObjectStore()
    head = read_path(store, checkout / "a", 1_700_000_000)
    assert list(store.files(store.commit(head or "").tree)) == ["deep.txt"]


def test_folders_that_cannot_be_read(tmp_path: Path) -> None:
    store = ObjectStore()
    assert read_path(store, tmp_path, 0) is None
    with pytest.raises(UnreadableFolder):
        read_path(store, tmp_path / "absent", 0)
    git(tmp_path, "init", "-q")
    assert read_path(store, tmp_path, 0) is None


def test_the_root_listing_shows_links_and_submodules(
    checkout: Path, sandbox: Sandbox, maya: httpx.Client
) -> None:
    sandbox.seed("acme/real", path=checkout, collaborators={"maya": "read"})
    listed = {one["name"]: one["type"] for one in maya.get("/repos/acme/real/contents").json()}
    assert (listed["link"], listed["vendored"], listed["a"]) == ("symlink", "submodule", "dir")
    assert maya.get("/repos/acme/real/contents/link").json()["target"] == "a/deep.txt"
    assert sandbox.violations == []


def tree_of(store: ObjectStore, **files: str) -> str:
    return store.edited(
        None, {name: Entry("100644", store.put("blob", text.encode())) for name, text in files.items()}
    )


def test_renames_and_counts() -> None:
    store = ObjectStore()
    found = changes(
        store, tree_of(store, old="same\n", edit="a\nb\n"), tree_of(store, new="same\n", edit="a\nc\nd\n")
    )
    assert [(one.path, one.status, one.previous, one.additions, one.deletions) for one in found] == [
        ("edit", "modified", None, 2, 1),
        ("new", "renamed", "old", 0, 0),
    ]


def test_merging_trees() -> None:
    store = ObjectStore()
    lines = "".join(f"{number}\n" for number in range(20))
    base = tree_of(store, f=lines, g="g\n")
    ours, theirs = tree_of(store, f="top\n" + lines, g="g\n"), tree_of(store, f=lines + "end\n")
    merged = store.files(merged_tree(store, base, ours, theirs))
    assert list(merged) == ["f"]
    assert store.blob(merged["f"].sha).decode() == "top\n" + lines + "end\n"
    with pytest.raises(MergeConflict):
        merged_tree(store, base, ours, tree_of(store, f="other\n" + lines, g="g\n"))
    with pytest.raises(MergeConflict):
        merged_tree(store, base, tree_of(store, f=lines, g="changed\n"), tree_of(store, f=lines))
