"""Packs a commit's tree the way codeload does: tar.gz, one top folder, symlinks kept,
submodules as empty folders.
"""

from __future__ import annotations

import io
import tarfile
from functools import lru_cache

from sandbox.objects import GITLINK_MODE, SYMLINK_MODE, Entry, ObjectStore


def _member(store: ObjectStore, name: str, entry: Entry, when: int) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.mtime, info.uname, info.gname = when, "root", "root"
    if entry.kind == "tree" or entry.mode == GITLINK_MODE:
        info.type, info.mode, info.name = tarfile.DIRTYPE, 0o775, name + "/"
        return info, b""
    data = store.blob(entry.sha)
    if entry.mode == SYMLINK_MODE:
        info.type, info.mode = tarfile.SYMTYPE, 0o777
        info.linkname = data.decode("utf-8", "surrogateescape")
        return info, b""
    info.mode, info.size = 0o775 if entry.mode == "100755" else 0o664, len(data)
    return info, data


@lru_cache(maxsize=16)
def tarball(store: ObjectStore, owner: str, repo: str, sha: str) -> bytes:
    """A whole archive in memory; the pax comment carries the commit id, as `git archive` writes it."""
    commit = store.commit(sha)
    top = f"{owner}-{repo}-{sha[:7]}"
    out = io.BytesIO()
    headers = {"comment": sha}
    with tarfile.open(
        fileobj=out, mode="w:gz", format=tarfile.PAX_FORMAT, pax_headers=headers, compresslevel=1
    ) as tar:
        root, _ = _member(store, top, Entry("040000", commit.tree), commit.committer.time)
        tar.addfile(root)
        for path, entry in store.walk(commit.tree, with_trees=True):
            info, data = _member(store, f"{top}/{path}", entry, commit.committer.time)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()
