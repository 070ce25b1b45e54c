"""Paths to texts: which files of a folder are plans, and reading one file. Knows no rule and no kind of plan.

Whatever the disk holds (links into nowhere, pipes, bytes that are no text), the answer is a text or one
sentence why not.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.errors import UserError
from bot.lint.outcome import Refusal

LARGEST = 2_000_000  # bytes of one file
STDIN = "-"
BOM = "\ufeff"

# Where plans stand: folder, as a path below the one that is searched with a slash at its end, and name.
_PLANS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(folder), re.compile(rf"\A{name}\Z"))
    for folder, name in (
        (r"", r"(?i:implementation[-_]plan|plan)\.md"),
        (r"(?:^|/)\.agent/$", r"(?:planning-output|planner-fanout)-[^/]+\.json"),
        (r"(?:^|/)EXPORT/$", r"plan_[^/]+\.md"),
        (r"(?:^|/)specs/[^/]+/", r"[^/]+\.md"),
        (r"(?:^|/)\.taskmaster/tasks/$", r"tasks\.json"),
        (r"(?:^|/)openspec/changes/[^/]+/", r"tasks\.md"),
        (r"(?:^|/)\.kiro/specs/[^/]+/$", r"(?:requirements|design|tasks)\.md"),
        (r"(?:^|/)(?:\.claude|\.codex|\.cursor|docs)/plans/", r"[^/]+\.md"),
    )
)
_PASSED_OVER = frozenset(
    {".git", ".hg", ".tox", ".venv", "venv", "node_modules", "vendor", "site-packages", "__pycache__"}
)


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read. `shown` is its name for people, `place` where it stands, None for standard input.

    Line ends are as in the file; a byte order mark before Markdown is not part of the text.
    """

    shown: str
    text: str
    place: Path | None = None
    bom: str = ""


def shown_name(place: Path) -> str:
    """A place as a person in the current folder names it."""
    here = Path.cwd()
    whole = _absolute(place)
    return (whole.relative_to(here) if whole.is_relative_to(here) else whole).as_posix()


def _absolute(place: Path) -> Path:
    """Without `..`, and with links as they are: people know files by the names they gave."""
    return Path(os.path.abspath(place))  # noqa: PTH100


def plan_files(folder: Path) -> tuple[list[Path], list[Refusal]]:
    """The plan files below a folder in a stable order, and the folders that could not be looked into."""
    refused: list[Refusal] = []

    def refuse(error: OSError) -> None:
        name = shown_name(Path(error.filename))
        refused.append(Refusal(name, f"{name} cannot be looked into: {error.strerror}.", "Check its rights."))

    above = _below_top(_absolute(folder))
    found = [
        place
        for place in _files(folder, refuse)
        if _is_plan(f"{above}/{place.relative_to(folder).as_posix()}")
    ]
    return sorted(found), refused


def _is_plan(path: str) -> bool:
    folder, slash, name = path.rpartition("/")
    return any(names.match(name) and folders.search(folder + slash) for folders, names in _PLANS)


def _below_top(folder: Path) -> str:
    """Where a folder stands in its repository; without one, as much as the longest place of plans needs."""
    top = repository_of(folder)
    return folder.relative_to(top).as_posix() if top else "/".join(folder.parts[-3:])


def repository_of(folder: Path) -> Path | None:
    """The git repository that a folder stands in."""
    return next((one for one in (folder, *folder.parents) if (one / ".git").exists()), None)


def _files(folder: Path, refuse: Callable[[OSError], None]) -> Iterator[Path]:
    """Links to folders are not followed, so that a loop of them ends."""
    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if name not in _PASSED_OVER]
        yield from (Path(parent) / name for name in names)


def read_source(place: Path) -> Source:
    """The file's text. UserError with a code of its own for each way in which there is none."""
    name = shown_name(place)
    try:
        data = _bytes(place, name)
    except FileNotFoundError:
        raise _missing(place, name) from None
    except OSError as error:
        raise UserError("not-readable", f"{name} cannot be read: {error.strerror}.", "Check it.") from None
    return source_of(name, data, place)


def read_standard_input() -> Source:
    """What is piped in, as a file of the current folder."""
    return source_of(STDIN, sys.stdin.buffer.read(LARGEST + 1), None)


def _missing(place: Path, name: str) -> UserError:
    if place.is_symlink():
        return UserError("broken-link", f"{name} is a link to a file that is not there.", "Mend the link.")
    return UserError("not-there", f"{name} does not exist.", "Check the path.")


def _bytes(place: Path, name: str) -> bytes:
    # Opening a pipe would wait for ever.
    if not stat.S_ISREG(place.stat().st_mode):
        raise UserError("not-a-file", f"{name} is neither a file nor a folder.", "Name a plan file.")
    with place.open("rb") as file:
        return file.read(LARGEST + 1)


def source_of(name: str, data: bytes, place: Path | None) -> Source:
    """A file's bytes as text. UserError with a code of its own for each way in which they are none."""
    if len(data) > LARGEST:
        reason = f"{name} is larger than {LARGEST:,} bytes."
        raise UserError("too-large", reason, "Split it, or leave it out.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UserError("not-utf-8", f"{name} is UTF-16 text.", "Save it as UTF-8.")
    if (at := data.find(b"\0")) >= 0:
        raise UserError("binary", f"{name} is not text: byte {at:,} is NUL.", "Name a Markdown or JSON file.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        reason = f"{name} is not UTF-8 text: byte {error.start:,} is 0x{data[error.start]:02x}."
        raise UserError("not-utf-8", reason, "Save it as UTF-8.") from None
    # In JSON a byte order mark is a fault, and a rule says so.
    bom = BOM if text.startswith(BOM) and not text[1:].lstrip().startswith(("{", "[")) else ""
    return Source(name, text.removeprefix(bom), place, bom)
