"""Whether a path lies within a place that a task names, and whether it is a plain name at all.

What is allowed is compared letter by letter; what is denied also by what a person, or a file system that
ignores case, takes for the same. So a twin of a name is never let in, and never gets past a ban.
"""

from __future__ import annotations

import re
import unicodedata
from fnmatch import fnmatchcase
from functools import lru_cache

from bot.plan.safe_text import INVISIBLE
from bot.recon.tree import plain_path_fault

# Letters of other scripts, in lower case, that look like the ASCII letter behind them.
_TWINS = str.maketrans({
    "\u0430": "a", "\u03b1": "a", "\u0251": "a", "\u0432": "b", "\u0441": "c", "\u0501": "d", "\u0435": "e",
    "\u0451": "e", "\u03b5": "e", "\u0261": "g", "\u04bb": "h", "\u043d": "h", "\u0456": "i", "\u0131": "i",
    "\u03b9": "i", "\u0458": "j", "\u043a": "k", "\u03ba": "k", "\u04cf": "l", "\u043c": "m", "\u043e": "o",
    "\u03bf": "o", "\u0440": "p", "\u03c1": "p", "\u051b": "q", "\u0433": "r", "\u0455": "s", "\u0442": "t",
    "\u03c4": "t", "\u03c5": "u", "\u03bd": "v", "\u0475": "v", "\u051d": "w", "\u0445": "x", "\u03c7": "x",
    "\u0443": "y", "\u03b3": "y",
})  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_ASCII_LETTER = re.compile(r"[A-Za-z]")


def is_within(path: str, place: str) -> bool:
    """Whether `path` is `place`, lies below it as a folder, or matches it as a pattern: `*` stands for any
    letters, `/` included, `?` for one, and a part `**` for any folders or none. Brackets are letters of a
    name, as some frameworks use them."""
    path, place = unicodedata.normalize("NFC", path), unicodedata.normalize("NFC", place.strip())
    place = place.removeprefix("./")
    folder, pattern = place.rstrip("/*"), place.replace("[", "[[]")
    if path == place or (folder and path.startswith(folder + "/")):
        return True
    if "*" not in place and "?" not in place:
        return False
    return fnmatchcase(path, pattern) or fnmatchcase(path, pattern.replace("**/", ""))


def is_like(path: str, place: str) -> bool:
    """Whether `path` is within `place` when case, normal forms and look-alike letters do not count."""
    return is_within(_shape(path), _shape(place))


def name_fault(path: str) -> str:
    """Why a path is no name that people can check with their eyes, in words that follow "it"; "" if it is."""
    if fault := plain_path_fault(path):
        return f"is no plain path ({fault})"
    if "\\" in path:
        return "has a backslash, which some systems take for a slash"
    if INVISIBLE.search(path) or "\n" in path or "\r" in path:
        return "has characters that nobody sees"
    if any(map(_is_mixed, _WORD.findall(path))):
        return "mixes letters of different scripts that look alike"
    return ""


def _is_mixed(word: str) -> bool:
    return bool(_ASCII_LETTER.search(word)) and not word.isascii() and _shape(word).isascii()


@lru_cache(maxsize=20_000)
def _shape(path: str) -> str:
    """What is left of a path when only its looks count."""
    flat = unicodedata.normalize("NFKC", INVISIBLE.sub("", path)).casefold().translate(_TWINS)
    parts = flat.replace("\\", "/").split("/")
    kept = "/".join(part for part in parts if part not in ("", "."))
    return f"{kept}/" if flat.endswith("/") else kept
