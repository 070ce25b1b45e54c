"""Plan files put into a folder: all of them or none, only where Groundplan may write at all, and never
through a link."""

from __future__ import annotations

import difflib
import os
import stat
import tempfile
from pathlib import Path

from bot.effects import File, is_plan_path, is_removable
from bot.errors import UserError


def write_files(files: tuple[File, ...], target: Path, removed: tuple[str, ...] = ()) -> None:
    """All files or none: everything is checked and laid down beside its place
    before the first is put there. Then what is `removed` goes, and folders that are empty without it.
    """
    places = [(target / file.path, file.text) for file in files]
    for file, (place, _) in zip(files, places, strict=True):
        _check_place(file.path, place, target)
    for path in removed:
        if not is_removable(path):
            raise UserError(
                "path-not-ours", f"{path} is not Groundplan's to remove.", "Report this as a bug."
            )
        _check_place(path, target / path, target)
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
    for path in removed:
        (target / path).unlink(missing_ok=True)
        if (folder := (target / path).parent) != target and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


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
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError:
        Path(name).unlink()
        raise
    mode = stat.S_IMODE(place.stat().st_mode) if place.exists() else 0o666 & ~_umask()
    Path(name).chmod(mode)
    return Path(name)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def diff(files: tuple[File, ...], target: Path, removed: tuple[str, ...] = ()) -> str:
    """What writing and removing would change, as a unified diff."""
    changes = [
        *((file, f"b/{file.path}") for file in files),
        *((File(path, ""), "/dev/null") for path in removed),
    ]
    return "\n".join(line for file, after in changes for line in _file_diff(file, target / file.path, after))


def _file_diff(file: File, place: Path, after: str) -> list[str]:
    plain = place.is_file() and not place.is_symlink()
    before = place.read_text(encoding="utf-8", errors="replace") if plain else ""
    source = f"a/{file.path}" if plain else "/dev/null"
    return list(difflib.unified_diff(before.splitlines(), file.text.splitlines(), source, after, lineterm=""))
