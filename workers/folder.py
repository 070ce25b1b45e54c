"""Plan files put into a folder: all of them or none, only where Groundplan may write at all, and never
through a link."""

from __future__ import annotations

import difflib
import os
import stat
import tempfile
from pathlib import Path

from bot.effects import File, is_plan_path
from bot.errors import UserError


def write_files(files: tuple[File, ...], target: Path) -> None:
    """All files or none: everything is checked and laid down beside its place
    before the first is put there.
    """
    places = [(target / file.path, file.text) for file in files]
    for file, (place, _) in zip(files, places, strict=True):
        _check_place(file.path, place, target)
    ready: list[tuple[Path, Path]] = []
    try:
        for place, text in places:
            place.parent.mkdir(parents=True, exist_ok=True)
            ready.append((_laid_down(place, text), place))
        for laid, place in ready:
            laid.replace(place)
    finally:
        for laid, _ in ready:
            laid.unlink(missing_ok=True)


def _check_place(path: str, place: Path, target: Path) -> None:
    if not is_plan_path(path):
        raise UserError(
            "path-not-ours", f"{path} is not a path Groundplan may write.", "Report this as a bug."
        )
    for part in (place, *place.parents):
        if part == target:
            return
        if part.is_symlink():
            raise UserError("plan-path-taken", f"{part} is a link.", "Replace it by a plain file or folder.")
        if part != place and part.exists() and not part.is_dir():
            raise UserError("plan-path-taken", f"{part} is a file, and a folder is needed.", "Move it.")
        if part == place and part.exists() and not part.is_file():
            raise UserError("plan-path-taken", f"{part} is not a plain file.", "Move it.")


def _laid_down(place: Path, text: str) -> Path:
    """The text in a file beside its place, with the rights of the file it will replace."""
    handle, name = tempfile.mkstemp(prefix=".groundplan-", dir=place.parent)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    mode = stat.S_IMODE(place.stat().st_mode) if place.exists() else 0o666 & ~_umask()
    Path(name).chmod(mode)
    return Path(name)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def diff(files: tuple[File, ...], target: Path) -> str:
    return "\n".join(line for file in files for line in _file_diff(file, target / file.path))


def _file_diff(file: File, place: Path) -> list[str]:
    plain = place.is_file() and not place.is_symlink()
    before = place.read_text(encoding="utf-8", errors="replace") if plain else ""
    source = f"a/{file.path}" if plain else "/dev/null"
    return list(
        difflib.unified_diff(
            before.splitlines(), file.text.splitlines(), source, f"b/{file.path}", lineterm=""
        )
    )
