"""Git objects in memory under their real SHA-1 ids: blobs, trees, commits.

Append-only and content-addressed, so it takes no part in snapshots; it knows nothing
of repositories or branches.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

TREE_MODE = "040000"
SYMLINK_MODE = "120000"
GITLINK_MODE = "160000"
FILE_MODES = ("100644", "100755", SYMLINK_MODE, GITLINK_MODE)


class MissingObject(KeyError):
    """An object id nobody stored (a shallow history ends in these)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a tree: mode is six octal digits, kind is blob, tree or commit."""

    mode: str
    sha: str

    @property
    def kind(self) -> str:
        return {TREE_MODE: "tree", GITLINK_MODE: "commit"}.get(self.mode, "blob")


@dataclass(frozen=True, slots=True)
class Signature:
    name: str
    email: str
    time: int


@dataclass(frozen=True, slots=True)
class Commit:
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str
    signed: bool = False


Files = dict[str, Entry]


def object_id(kind: str, data: bytes) -> str:
    return hashlib.sha1(b"%s %d\0" % (kind.encode(), len(data)) + data, usedforsecurity=False).hexdigest()


def _sort_key(name: str, entry: Entry) -> bytes:
    return name.encode() + (b"/" if entry.mode == TREE_MODE else b"")


def encode_tree(entries: Mapping[str, Entry]) -> bytes:
    ordered = sorted(entries.items(), key=lambda item: _sort_key(*item))
    return b"".join(
        b"%s %s\0%s" % (entry.mode.lstrip("0").encode(), name.encode(), bytes.fromhex(entry.sha))
        for name, entry in ordered
    )


@lru_cache(maxsize=50_000)
def decode_tree(data: bytes) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    at = 0
    while at < len(data):
        space = data.index(b" ", at)
        zero = data.index(b"\0", space)
        name = data[space + 1 : zero].decode("utf-8", "surrogateescape")
        entries[name] = Entry(data[at:space].decode().rjust(6, "0"), data[zero + 1 : zero + 21].hex())
        at = zero + 21
    return entries


def _encode_signature(signature: Signature) -> str:
    return f"{signature.name} <{signature.email}> {signature.time} +0000"


def _decode_signature(text: str) -> Signature:
    who, _, when = text.rpartition("> ")
    name, _, email = who.partition(" <")
    return Signature(name, email, int(when.split()[0]))


def encode_commit(commit: Commit) -> bytes:
    lines = [f"tree {commit.tree}", *(f"parent {sha}" for sha in commit.parents)]
    lines += [
        f"author {_encode_signature(commit.author)}",
        f"committer {_encode_signature(commit.committer)}",
    ]
    if commit.signed:
        lines.append("gpgsig -----BEGIN PGP SIGNATURE-----\n \n sandbox\n -----END PGP SIGNATURE-----\n ")
    return ("\n".join(lines) + "\n\n" + commit.message).encode("utf-8", "surrogateescape")


@lru_cache(maxsize=10_000)
def decode_commit(data: bytes) -> Commit:
    head, _, message = data.decode("utf-8", "replace").partition("\n\n")
    lines = [line.partition(" ") for line in head.split("\n") if not line.startswith(" ")]
    first = {key: value for key, _, value in reversed(lines)}
    return Commit(
        tree=first["tree"],
        parents=tuple(value for key, _, value in lines if key == "parent"),
        author=_decode_signature(first["author"]),
        committer=_decode_signature(first["committer"]),
        message=message,
        signed="gpgsig" in first,
    )


class ObjectStore:
    """All objects of all repositories, as forks share one network on GitHub."""

    def __init__(self) -> None:
        self._objects: dict[str, tuple[str, bytes]] = {}

    def __contains__(self, sha: str) -> bool:
        return sha in self._objects

    def put(self, kind: str, data: bytes) -> str:
        sha = object_id(kind, data)
        self._objects.setdefault(sha, (kind, data))
        return sha

    def adopt(self, sha: str, kind: str, data: bytes) -> None:
        """Store an object whose id git itself has computed."""
        self._objects[sha] = (kind, data)

    def kind(self, sha: str) -> str | None:
        found = self._objects.get(sha)
        return found[0] if found else None

    def _get(self, sha: str, kind: str) -> bytes:
        found = self._objects.get(sha)
        if found is None or found[0] != kind:
            raise MissingObject(sha)
        return found[1]

    def blob(self, sha: str) -> bytes:
        return self._get(sha, "blob")

    def tree(self, sha: str) -> dict[str, Entry]:
        return decode_tree(self._get(sha, "tree"))

    def commit(self, sha: str) -> Commit:
        return decode_commit(self._get(sha, "commit"))

    def put_tree(self, entries: Mapping[str, Entry]) -> str:
        return self.put("tree", encode_tree(entries))

    def put_commit(self, commit: Commit) -> str:
        return self.put("commit", encode_commit(commit))

    def walk(self, tree: str, prefix: str = "", with_trees: bool = False) -> Iterator[tuple[str, Entry]]:
        """Paths below a tree in git's order; submodules are entries, not walked into."""
        for name, entry in self.tree(tree).items():
            path = prefix + name
            if entry.kind != "tree":
                yield path, entry
                continue
            if with_trees:
                yield path, entry
            yield from self.walk(entry.sha, path + "/", with_trees)

    def files(self, tree: str) -> Files:
        return dict(self.walk(tree))

    def find(self, tree: str, path: str) -> Entry | None:
        """The entry at a path; the empty path is the tree itself."""
        entry = Entry(TREE_MODE, tree)
        for part in [part for part in path.split("/") if part]:
            if entry.kind != "tree":
                return None
            found = self.tree(entry.sha).get(part)
            if found is None:
                return None
            entry = found
        return entry

    def edited(self, tree: str | None, changes: Mapping[str, Entry | None]) -> str:
        """The tree with paths set (Entry) or removed (None); emptied folders vanish."""
        entries = dict(self.tree(tree)) if tree else {}
        below: dict[str, dict[str, Entry | None]] = {}
        for path, entry in changes.items():
            name, slash, rest = path.partition("/")
            if slash:
                below.setdefault(name, {})[rest] = entry
            elif entry is None:
                entries.pop(name, None)
            else:
                entries[name] = entry
        for name, inner in below.items():
            old = entries.get(name)
            subtree = self.edited(old.sha if old and old.kind == "tree" else None, inner)
            if self.tree(subtree):
                entries[name] = Entry(TREE_MODE, subtree)
            else:
                entries.pop(name, None)
        return self.put_tree(entries)

    def ancestors(self, sha: str) -> Iterator[str]:
        """A commit and its history, newest first by generation; stops where history was cut off."""
        seen = {sha}
        level = [sha]
        while level:
            upcoming: list[str] = []
            for commit in level:
                if commit not in self._objects:
                    continue
                yield commit
                fresh = [parent for parent in self.commit(commit).parents if parent not in seen]
                seen.update(fresh)
                upcoming += fresh
            level = upcoming

    def is_ancestor(self, old: str, new: str) -> bool:
        return any(sha == old for sha in self.ancestors(new))

    def merge_base(self, one: str, two: str) -> str | None:
        reachable = set(self.ancestors(one))
        return next((sha for sha in self.ancestors(two) if sha in reachable), None)

    def commits_between(self, base: str, head: str) -> list[str]:
        """Commits of head that base lacks, oldest first."""
        known = set(self.ancestors(base))
        return [sha for sha in self.ancestors(head) if sha not in known][::-1]
