"""A repository's files at one commit, as the rest of recon sees them.

A tree never follows symlinks or submodules, and it says what it left out. How the bytes come
here is `sources`' business.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Literal, Protocol

from bot.errors import GroundplanError, UserError

Special = Literal["symlink", "submodule", "lfs"]

BINARY_SNIFF = 8_000  # bytes looked at for a NUL, the same window git uses
LFS_POINTER = b"version https://git-lfs.github.com/spec/"


class TreeError(UserError):
    """A tree could not be taken; reason and next step can be shown to a person as they are."""


class EmptyRepository(TreeError):
    """The repository has no commit yet, so there is nothing to plan against."""


class NotReadable(GroundplanError):
    """A listed file whose content was left out: too large, out of budget, or a missing object."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One regular file: its mode as git writes it, its size in bytes, its blob sha where known."""

    path: str
    mode: str
    size: int
    sha: str | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A path whose content (or which itself) is not in the tree, and why, in words for a person."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a fact was read: path, 1-based line, and the line itself (trimmed, at most 200 characters)."""

    path: str
    line: int
    quote: str

    def to_dict(self) -> dict[str, object]:
        return {"path": self.path, "line": self.line, "quote": self.quote}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a repository is taken: number of files, bytes a file, bytes in all."""

    files: int = 50_000
    file_bytes: int = 2 * 1024 * 1024
    total_bytes: int = 1024 * 1024 * 1024


class Tree(Protocol):
    """What every source gives: `paths` are regular files only, sorted; everything else is in `special`."""

    @property
    def sha(self) -> str: ...
    @property
    def paths(self) -> tuple[str, ...]: ...
    @property
    def special(self) -> Mapping[str, Special]: ...
    @property
    def left_out(self) -> tuple[LeftOut, ...]: ...
    @property
    def truncated(self) -> bool: ...
    def entry(self, path: str) -> Entry | None: ...
    def read(self, path: str) -> bytes: ...
    def text(self, path: str) -> str | None: ...
    def exists(self, path: str) -> bool: ...
    def is_dir(self, path: str) -> bool: ...


@dataclass(frozen=True)
class Snapshot:
    """A tree whose entries are known and whose bytes are loaded on demand.

    `load` gives a file's bytes or raises NotReadable. `truncated` means that files are missing from `paths`,
    so that absence proves nothing. `unread` are listed files whose content was left out.
    """

    sha: str
    entries: Mapping[str, Entry]
    load: Callable[[Entry], bytes] = field(repr=False, compare=False)
    special: Mapping[str, Special] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()
    truncated: bool = False
    unread: frozenset[str] = frozenset()

    @cached_property
    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self.entries))

    def entry(self, path: str) -> Entry | None:
        return self.entries.get(path)

    def exists(self, path: str) -> bool:
        """True for a regular file of exactly this name (case-sensitive)."""
        return path in self.entries

    def is_dir(self, path: str) -> bool:
        """True when some regular file lies under `path`; the root is a directory."""
        prefix = path.rstrip("/") + "/"
        if prefix == "/":
            return True
        at = bisect_left(self.paths, prefix)
        return at < len(self.paths) and self.paths[at].startswith(prefix)

    def read(self, path: str) -> bytes:
        """The file's bytes; NotReadable when it is not in the tree or its content was left out."""
        entry = self.entries.get(path)
        if entry is None:
            raise NotReadable(f"{path} is not a file at {self.sha[:7]}")
        if path in self.unread:
            raise NotReadable(f"the content of {path} was left out")
        return self.load(entry)

    def text(self, path: str) -> str | None:
        """The file as text without a byte order mark.

        None when absent, left out, binary, LFS or not UTF-8/16.
        """
        if path not in self.entries or path in self.unread or path in self.special:
            return None
        try:
            return decoded(self.load(self.entries[path]))
        except NotReadable:
            return None


def decoded(data: bytes) -> str | None:
    """Bytes as text: UTF-8, or UTF-16 with a byte order mark.

    None for anything else or for an LFS pointer.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode(data, "utf-16")
    if b"\0" in data[:BINARY_SNIFF] or data.startswith(LFS_POINTER):
        return None
    return _decode(data, "utf-8-sig")


def _decode(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def plain_path_fault(path: str) -> str | None:
    """Why a name from outside is no plain repository path, or None when it is one."""
    parts = path.split("/")
    if not path or path.startswith("/"):
        return "absolute or empty name"
    if "\0" in path:
        return "NUL in the name"
    if any(part in {"", ".", ".."} for part in parts):
        return "name that climbs or doubles a slash"
    if any(part.lower() == ".git" for part in parts):
        return "name inside .git"
    if len(path) > 4096:
        return "name longer than 4,096 characters"
    return None


def blob_sha(data: bytes) -> str:
    """The name git gives these bytes as a blob."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def digest(entries: Iterable[Entry]) -> str:
    """40 hex characters that stand for a folder without commits: equal files, equal digest."""
    lines = (f"{each.mode} {each.sha} {each.path}\0" for each in sorted(entries, key=lambda one: one.path))
    return hashlib.sha1("".join(lines).encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def in_memory(
    files: Mapping[str, str | bytes],
    *,
    sha: str | None = None,
    special: Mapping[str, Special] = MappingProxyType({}),
    left_out: tuple[LeftOut, ...] = (),
    truncated: bool = False,
) -> Snapshot:
    """A tree of the given contents; for tests, previews and planned states."""
    blobs = {path: data.encode() if isinstance(data, str) else data for path, data in files.items()}
    entries = {path: Entry(path, "100644", len(data), blob_sha(data)) for path, data in blobs.items()}
    return Snapshot(
        sha=sha or digest(entries.values()),
        entries=MappingProxyType(entries),
        load=lambda entry: blobs[entry.path],
        special=special,
        left_out=left_out,
        truncated=truncated,
        unread=frozenset(each.path for each in left_out) & blobs.keys(),
    )


def quote(tree: Tree, path: str, line: int) -> Evidence:
    """Evidence for one 1-based line of a file; the quote is empty when the line is not there."""
    lines = (tree.text(path) or "").split("\n")
    words = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    return Evidence(path, line, words[:200])


def line_of(text: str, needle: str) -> int:
    """The 1-based line where `needle` first occurs; 1 when it does not."""
    at = text.find(needle)
    return 1 if at < 0 else text.count("\n", 0, at) + 1


def parent(path: str) -> str:
    """The folder of a path, "" for the root."""
    return path.rpartition("/")[0]


LONGEST_NAME = 255  # characters of a file's name, which no file system exceeds


def name_of(path: str) -> str:
    """The last part of a path."""
    return path.rpartition("/")[2]


def stem_of(path: str) -> str:
    """The file name up to its first dot (`a/b.test.ts` gives `b`); a leading dot is kept."""
    name = name_of(path)
    return name[0] + name[1:].partition(".")[0] if name else ""


def upward(path: str) -> tuple[str, ...]:
    """The folders from `path` (itself taken as a folder) up to the root "", nearest first."""
    parts = [part for part in path.split("/") if part]
    return tuple("/".join(parts[:count]) for count in range(len(parts), -1, -1))


def joined(folder: str, name: str) -> str:
    """A path inside a folder, with `.` and `..` resolved; climbing above the root stays at the root."""
    out: list[str] = []
    for part in f"{folder}/{name}".split("/"):
        if part == "..":
            del out[-1:]
        elif part and part != ".":
            out.append(part)
    return "/".join(out)
