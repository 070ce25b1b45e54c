"""Where trees come from: a git repository at a commit, a plain folder, or GitHub's tarball as it streams in.

The only module of recon that does I/O. It stands beside the rest, and not with the workers, so that the
command line and the workers have one reader and see the same tree. Nothing is unpacked to disk, no hook or
filter of the repository runs, and symlinks and submodules are listed but never followed.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import tarfile
import threading
import weakref
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Protocol, cast

from pathspec import GitIgnoreSpec

from bot.recon.tree import (
    LFS_POINTER,
    EmptyRepository,
    Entry,
    LeftOut,
    Limits,
    NotReadable,
    Snapshot,
    Special,
    TreeError,
    blob_sha,
    digest,
    parent,
    plain_path_fault,
)

GIT_FLAGS = (
    "--no-optional-locks",
    "--no-replace-objects",
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.quotePath=false",
    "-c",
    "protocol.allow=never",  # a partial clone must not fetch what it lacks
    "-c",
    "safe.directory=*",  # only plumbing that reads objects is called, so the owner does not matter
)
GIT_SECONDS = 60
REVISION = re.compile(r"HEAD|[0-9a-f]{7,64}")
MOST_NAMES = 4  # times the limit of files: folders, links and what is left out take time as well
LARGEST_IGNORE = 1024 * 1024  # bytes of a .gitignore
HEADER_BYTES = 1024 * 1024  # most that one member's headers may take; long names need a few kilobytes


class BadArchive(TreeError):
    """The tarball is not one, ends early, or is of another commit."""


class NoGit(TreeError):
    """The git program is not installed."""


class _Taken:
    """Collects entries within the limits and keeps count of what was left out."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.entries: dict[str, Entry] = {}
        self.special: dict[str, Special] = {}
        self.left_out: list[LeftOut] = []
        self.unread: set[str] = set()
        self.bytes = 0
        self.beyond = 0
        self.stopped = False

    def room(self, path: str) -> bool:
        """Whether another file may be listed; a name that is no plain path or comes twice is left out."""
        fault = plain_path_fault(path) or ("name that comes twice" if path in self.entries else None)
        if fault:
            self.leave_out(path, fault)
            return False
        if len(self.entries) >= self.limits.files:
            self.beyond += 1
            return False
        return True

    def list(self, entry: Entry) -> bool:
        """List a file; True when its content may be read as well."""
        self.entries[entry.path] = entry
        if entry.size > self.limits.file_bytes:
            return self.without_content(entry, f"larger than {self.limits.file_bytes:,} bytes")
        if self.bytes + entry.size > self.limits.total_bytes:
            return self.without_content(entry, f"beyond {self.limits.total_bytes:,} bytes in all")
        self.bytes += entry.size
        return True

    def without_content(self, entry: Entry, reason: str) -> bool:
        """List a file whose content is left out; always False."""
        self.entries[entry.path] = entry
        self.leave_out(entry.path, reason)
        self.unread.add(entry.path)
        return False

    def leave_out(self, path: str, reason: str) -> None:
        """Say that something is left out; of more than the limit of files only how many."""
        if len(self.left_out) < self.limits.files:
            self.left_out.append(LeftOut(path, reason))
        else:
            self.beyond += 1

    def stop(self, what: str) -> None:
        """Say that the rest was not even looked at."""
        self.stopped = True
        self.leave_out("", what)

    def mark(self, path: str, kind: Special) -> None:
        """Say that a path is no plain file; of more than the limit of files only how many."""
        if path in self.special or len(self.special) < self.limits.files:
            self.special[path] = kind
        else:
            self.beyond += 1

    def tree(self, sha: str, load: _Load) -> Snapshot:
        if self.beyond:
            self.left_out.append(LeftOut("", f"{self.beyond:,} files beyond the first {self.limits.files:,}"))
        return Snapshot(
            sha=sha,
            entries=MappingProxyType(self.entries),
            load=load,
            special=MappingProxyType(dict(sorted(self.special.items()))),
            left_out=tuple(self.left_out),
            truncated=bool(self.beyond) or self.stopped,
            unread=frozenset(self.unread),
        )


class _Load(Protocol):
    def __call__(self, entry: Entry, /) -> bytes: ...


# --- git -------------------------------------------------------------------------------------------------


def tree_from_git(repo_dir: str | Path, sha: str = "HEAD", limits: Limits = Limits()) -> Snapshot:  # noqa: B008
    """The tree of one commit of a checkout or a bare repository, read from git's objects only.

    `sha` is HEAD or 7 to 64 hex characters. Raises EmptyRepository when HEAD has no commit yet, and TreeError
    when this is no repository or the commit is not in it.
    """
    folder = Path(repo_dir)
    commit = _commit(folder, sha)
    listing = _git(folder, "ls-tree", "-r", "-z", "-l", "--full-tree", commit)
    taken = _Taken(limits)
    for record in listing.split(b"\0"):
        if record:
            _take_record(taken, record)
    blobs = _Blobs(folder)
    _mark_lfs(taken, blobs)
    return taken.tree(commit, blobs.read)


def _take_record(taken: _Taken, record: bytes) -> None:
    about, _, raw = record.partition(b"\t")
    mode, kind, sha, size = about.decode("ascii").split()
    try:
        path = raw.decode("utf-8")
    except UnicodeDecodeError:
        taken.leave_out(raw.decode("utf-8", "backslashreplace"), "name is not UTF-8")
        return
    if kind == "commit" or mode == "120000":
        taken.mark(path, "submodule" if kind == "commit" else "symlink")
    elif taken.room(path):
        _take_blob(taken, Entry(path, mode, int(size) if size.isdigit() else 0, sha), size.isdigit())


def _take_blob(taken: _Taken, entry: Entry, there: bool) -> None:
    """A partial or damaged repository lists files whose blobs it does not have."""
    if there:
        taken.list(entry)
    else:
        taken.without_content(entry, "git does not have its content")


def _commit(folder: Path, revision: str) -> str:
    if not REVISION.fullmatch(revision):
        raise TreeError("bad-commit", f"{revision!r} is neither HEAD nor a commit's hexadecimal name")
    if not folder.is_dir():
        raise TreeError("not-a-folder", f"{folder} is not a folder")
    _git(folder, "rev-parse", "--git-dir")
    try:
        return _git(folder, "rev-parse", "--verify", "--quiet", revision + "^{commit}").decode().strip()
    except TreeError:
        if revision == "HEAD":
            raise EmptyRepository(
                "empty-repository", f"{folder} has no commit yet", "make a first commit, then plan"
            ) from None
        raise TreeError("unknown-commit", f"{folder} has no commit {revision}") from None


def _git(folder: Path, *words: str) -> bytes:
    """Run git plumbing in a folder, never through a shell, never with the caller's configuration."""
    try:
        done = subprocess.run(
            [git_program(), *GIT_FLAGS, *words],
            cwd=folder,
            env=git_env(folder),
            capture_output=True,
            timeout=GIT_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise TreeError(
            "git-too-slow", f"git {words[0]} took more than {GIT_SECONDS} s in {folder}"
        ) from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip() or "no reason given"
        raise TreeError("git-failed", f"git {words[0]} failed in {folder}: {said[:300]}")
    return done.stdout


def git_program() -> str:
    found = shutil.which("git")
    if not found:
        raise NoGit("no-git", "git is not installed or not on PATH", "install git")
    return found


def git_env(folder: Path) -> dict[str, str]:
    return {
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_CEILING_DIRECTORIES": str(folder.resolve().parent),
    }


class _Blobs:
    """One `git cat-file --batch` for a tree, started at the first read and ended with the tree."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, entry: Entry, /) -> bytes:
        with self._lock:
            process = self._running()
            if process.stdin is None or process.stdout is None:
                raise NotReadable(f"git cat-file has no pipes for {entry.path}")
            try:
                process.stdin.write(f"{entry.sha}\n".encode())
                process.stdin.flush()
            except OSError as error:
                self._process = None
                raise NotReadable(f"git cat-file ended while reading {entry.path}") from error
            answer = process.stdout.readline().split()
            if len(answer) != 3:
                raise NotReadable(f"git has no content for {entry.path} ({entry.sha})")
            data = process.stdout.read(int(answer[2]) + 1)
            return data[:-1]

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [git_program(), *GIT_FLAGS, "cat-file", "--batch"],
                cwd=self._folder,
                env=git_env(self._folder),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            weakref.finalize(self, _end, self._process)
        return self._process


def _end(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    process.wait(timeout=5)


def _mark_lfs(taken: _Taken, blobs: _Blobs) -> None:
    """LFS pointers are told by their content.

    Only repositories whose attributes name LFS are looked through.
    """
    attributes = [each for path, each in taken.entries.items() if path.split("/")[-1] == ".gitattributes"]
    attributes = [each for each in attributes if each.path not in taken.unread]
    if not any(each.size < 65_536 and b"filter=lfs" in blobs.read(each) for each in attributes):
        return
    for path, entry in taken.entries.items():
        if 100 < entry.size < 400 and path not in taken.unread and blobs.read(entry).startswith(LFS_POINTER):
            taken.mark(path, "lfs")


# --- a folder --------------------------------------------------------------------------------------------


def tree_from_folder(path: str | Path, limits: Limits = Limits()) -> Snapshot:  # noqa: B008
    """The tree of a local folder: of a git checkout or bare repository at HEAD, otherwise
    of the files themselves.

    A folder without git honours its `.gitignore` files and gets a digest of its content in
    place of a commit's name. Raises TreeError for a path that is no folder, EmptyRepository for
    a repository without commits.
    """
    folder = Path(path)
    if not folder.is_dir():
        why = "is not a folder" if folder.exists() else "does not exist"
        raise TreeError("not-a-folder", f"{folder} {why}", "name a folder or a git repository")
    if (folder / ".git").exists() or _is_bare(folder):
        return tree_from_git(folder, "HEAD", limits)
    taken, places = _Taken(limits), dict[str, Path]()
    for count, (name, place) in enumerate(_walk(folder, taken)):
        if count >= MOST_NAMES * limits.files:
            taken.stop(f"the folder beyond {count:,} files")
            break
        _take_file(taken, places, name, place)
    return taken.tree(digest(taken.entries.values()), lambda entry: _bytes_of(places[entry.path], entry.path))


def _is_bare(folder: Path) -> bool:
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()


def _walk(root: Path, taken: _Taken) -> Iterator[tuple[str, Path]]:
    """Files in a stable order, ignored ones and `.git` left away; links are noted, never followed."""
    pending: list[tuple[str, Path, tuple[tuple[str, GitIgnoreSpec], ...]]] = [("", root, ())]
    while pending:
        prefix, folder, specs = pending.pop()
        specs = (*specs, *_ignore_spec(prefix, folder))
        try:
            found = sorted(os.scandir(folder), key=lambda each: each.name)
        except OSError as error:
            taken.leave_out(prefix.rstrip("/"), f"folder cannot be read: {error.strerror}")
            continue
        for each in found:
            name = prefix + each.name
            is_dir = each.is_dir(follow_symlinks=False)
            if each.name == ".git" or _ignored(name + "/" * is_dir, specs):
                continue
            if not _utf8(name):
                taken.leave_out(os.fsencode(name).decode("utf-8", "backslashreplace"), "name is not UTF-8")
            elif each.is_symlink():
                taken.mark(name, "symlink")
            elif is_dir:
                pending.append((name + "/", Path(each.path), specs))
            else:
                yield name, Path(each.path)


def _ignore_spec(prefix: str, folder: Path) -> tuple[tuple[str, GitIgnoreSpec], ...]:
    """Only of a regular file: a link is not followed, and a pipe would never end."""
    place = folder / ".gitignore"
    try:
        about = place.lstat()
        if not stat.S_ISREG(about.st_mode) or about.st_size > LARGEST_IGNORE:
            return ()
        lines = place.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ()
    return ((prefix, GitIgnoreSpec.from_lines(lines)),)


def _ignored(name: str, specs: tuple[tuple[str, GitIgnoreSpec], ...]) -> bool:
    """The nearest `.gitignore` that says anything about the name decides."""
    for prefix, spec in reversed(specs):
        verdict = spec.check_file(name[len(prefix) :]).include
        if verdict is not None:
            return verdict
    return False


def _utf8(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _take_file(taken: _Taken, places: dict[str, Path], name: str, place: Path) -> None:
    try:
        about = place.lstat()
        if not stat.S_ISREG(about.st_mode):
            taken.leave_out(name, "neither a file nor a folder")
            return
        if not taken.room(name):
            return
        mode = "100755" if about.st_mode & stat.S_IXUSR else "100644"
        places[name] = place
        if not taken.list(Entry(name, mode, about.st_size, None)):
            return
        data = place.read_bytes()
    except OSError as error:
        taken.without_content(Entry(name, "100644", 0, None), f"cannot be read: {error.strerror}")
        return
    taken.entries[name] = Entry(name, mode, len(data), blob_sha(data))
    if data.startswith(LFS_POINTER):
        taken.mark(name, "lfs")


def _bytes_of(place: Path, name: str) -> bytes:
    try:
        return place.read_bytes()
    except OSError as error:
        raise NotReadable(f"{name} cannot be read: {error.strerror}") from error


# --- a tarball -------------------------------------------------------------------------------------------


def tree_from_tarball(
    stream: BinaryIO | Iterator[bytes],
    sha: str,
    limits: Limits = Limits(),  # noqa: B008
) -> Snapshot:
    """The tree in a gzipped tarball as GitHub serves it, read once from front to back, kept in memory.

    The one top folder is stripped. Contents are kept compressed. Raises BadArchive for anything that is
    not such an archive, ends early, or names another commit in its header.
    """
    taken, kept = _Taken(limits), dict[str, bytes]()
    bytes_in = _Gunzip(_chunks(stream), most=2 * limits.total_bytes)
    try:
        with tarfile.open(fileobj=cast("BinaryIO", bytes_in), mode="r|") as archive:
            _take_members(archive, bytes_in, taken, kept, sha)
        bytes_in.finish()
    except _Enough as limit:
        taken.stop(f"the archive beyond {limit}")
    except (tarfile.TarError, zlib.error, EOFError, ValueError) as error:  # ValueError: numbers in headers
        raise BadArchive("bad-archive", f"the archive of {sha[:7]} cannot be read: {error}") from error
    _mark_submodules(taken, kept)
    return taken.tree(sha, lambda entry: zlib.decompress(kept[entry.path]))


def _take_members(
    archive: tarfile.TarFile, bytes_in: _Gunzip, taken: _Taken, kept: dict[str, bytes], sha: str
) -> None:
    top: str | None = None
    for count, member in enumerate(archive):
        if count >= MOST_NAMES * taken.limits.files:
            raise _Enough(f"{count:,} names")
        bytes_in.allow(member.size + HEADER_BYTES)
        named = archive.pax_headers.get("comment", sha)
        if top is None and re.fullmatch(r"[0-9a-f]{40,64}", named) and named != sha:
            raise BadArchive("bad-archive", f"the archive is of {named[:7]}, not of {sha[:7]}")
        first, _, path = member.name.partition("/")
        top = first if top is None else top
        if not path:
            continue
        if first != top:
            taken.leave_out(member.name, "outside the archive's one folder")
        else:
            _take_member(archive, member, path, taken, kept)
        archive.members.clear()  # type: ignore[attr-defined]  # tarfile remembers every member it has seen


def _take_member(
    archive: tarfile.TarFile, member: tarfile.TarInfo, path: str, taken: _Taken, kept: dict[str, bytes]
) -> None:
    if member.isdir():
        return
    if not _utf8(path):
        taken.leave_out(path.encode("utf-8", "backslashreplace").decode(), "name is not UTF-8")
    elif member.issym():
        taken.mark(path, "symlink")
    elif not member.isreg() or member.sparse is not None:
        taken.leave_out(path, "neither a file, a folder nor a symlink")
    elif taken.room(path):
        _keep(archive, member, path, taken, kept)


def _keep(
    archive: tarfile.TarFile, member: tarfile.TarInfo, path: str, taken: _Taken, kept: dict[str, bytes]
) -> None:
    mode = "100755" if member.mode & 0o100 else "100644"
    if not taken.list(Entry(path, mode, member.size, None)):
        return
    reader = archive.extractfile(member)
    data = reader.read() if reader else b""
    if len(data) != member.size:
        raise BadArchive("bad-archive", f"the archive ends inside {path}")
    taken.entries[path] = Entry(path, mode, len(data), blob_sha(data))
    kept[path] = zlib.compress(data, 1)
    if data.startswith(LFS_POINTER):
        taken.mark(path, "lfs")


def _mark_submodules(taken: _Taken, kept: dict[str, bytes]) -> None:
    """An archive holds a submodule as an empty folder, so `.gitmodules` has to say which ones there are."""
    if ".gitmodules" not in kept:
        return
    folders = {parent(path) for path in taken.entries}
    for line in zlib.decompress(kept[".gitmodules"]).decode("utf-8", "replace").splitlines():
        key, _, value = line.partition("=")
        if key.strip() == "path" and value.strip() and value.strip() not in folders:
            taken.mark(value.strip(), "submodule")


class _Enough(Exception):
    """More bytes or names than the whole archive may unpack to."""


class _Gunzip:
    """A gzip stream as a file to read forward, with a bound on what one header and
    the whole may unpack to.
    """

    def __init__(self, chunks: Iterator[bytes], most: int) -> None:
        self._chunks = chunks
        self._most = most
        self._allowed = HEADER_BYTES
        self._given = 0
        self._inflate = zlib.decompressobj(31)
        self._ready = bytearray()

    def allow(self, count: int) -> None:
        """What may be given out from here on before `allow` is called again."""
        self._allowed = self._given + count + tarfile.RECORDSIZE

    def finish(self) -> None:
        """Read the padding after the last member, so that the stream's own checksum is verified."""
        self.allow(HEADER_BYTES)
        while self.read(1 << 16):
            pass

    def read(self, count: int) -> bytes:
        while len(self._ready) < count and self._more():
            pass
        out = bytes(self._ready[:count])
        del self._ready[:count]
        self._given += len(out)
        if self._given > self._most:
            raise _Enough(f"{self._most:,} unpacked bytes")
        if self._given > self._allowed:
            raise BadArchive("bad-archive", "a header in the archive is larger than a megabyte")
        return out

    def _more(self) -> bool:
        """Inflate one more piece; False at the end of the stream, EOFError when it ends early."""
        if self._inflate.eof:
            return False
        pending = self._inflate.unconsumed_tail or next(self._chunks, b"")
        out = self._inflate.decompress(pending, 1 << 18)
        if not pending and not out:
            raise EOFError("it ends early")
        self._ready += out
        return True


def _chunks(stream: BinaryIO | Iterator[bytes]) -> Iterator[bytes]:
    if not hasattr(stream, "read"):
        return (chunk for chunk in stream if chunk)
    return iter(lambda: stream.read(1 << 16), b"")
