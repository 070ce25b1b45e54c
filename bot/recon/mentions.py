"""What an issue's text mentions: paths, file names, dotted modules, symbols and stack-trace frames, looked
up in a tree.

Only scanners over single character classes and bounded patterns are used, so that a hostile
text costs linear time.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from bot.recon.languages import language_of
from bot.recon.tree import Tree, name_of

MentionKind = Literal["path", "file", "module", "symbol", "frame"]
How = Literal["exact", "suffix", "basename", "unresolved"]

LONGEST = 262_144  # characters of a text that are looked at; GitHub's own limit is a quarter of it
WORD = re.compile(r"[A-Za-z0-9_$./\\@+:~#%()\[\]\-]+")
NAME = re.compile(r"[A-Za-z_$][\w$]*")
CAMEL = re.compile(
    r"_?[A-Za-z][a-z0-9]*[A-Z]\w{1,79}"
)  # a capital after the first letter; all-capitals are sorted out
POSITION = re.compile(r"(?::(\d{1,7})(?::\d{1,7})?|#L(\d{1,7})(?:-L?\d{1,7})?)$")
PYTHON_FRAME = re.compile(r'File "([^"\n]{1,400})", line (\d{1,7})(?:, in ([\w<>.]{1,100}))?')
JAVA_FRAME = re.compile(r"\bat ([\w$.<>]{4,400})\(([\w$]{1,100}\.(?:java|kt|scala|groovy)):(\d{1,7})\)")
SHORT_NAMES = frozenset((
    "e.g", "i.e", "etc", "vs", "a.k.a", "and/or", "n/a", "w/o", "i/o", "read/write", "yes/no", "true/false",
    "he/she", "client/server", "input/output",
))  # fmt: skip
MOST = 400
AMBIGUOUS = 8  # a file name found more often than this says nothing about which file is meant
COMMON_NAMES = frozenset((
    "__init__.py", "index.js", "index.ts", "mod.rs", "main.py", "lib.rs", "main.rs", "main.go", "setup.py",
    "package.json", "readme.md",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing named in the text: where (`text[start:end]`), which files of the tree it can mean,
    how that was found.
    """

    text: str
    kind: MentionKind
    start: int
    end: int
    paths: tuple[str, ...] = ()
    how: How = "unresolved"
    line: int | None = None

    def to_dict(self) -> dict[str, object]:
        return {"text": self.text, "kind": self.kind, "start": self.start, "end": self.end,
                "paths": list(self.paths),
                "how": self.how, "line": self.line}  # fmt: skip


@dataclass(frozen=True)
class Names:
    """The names of a tree, ready for look-ups by full path, by suffix and by file name."""

    paths: tuple[str, ...]

    @cached_property
    def _all(self) -> frozenset[str]:
        return frozenset(self.paths)

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        out: dict[str, list[str]] = {}
        for path in self.paths:
            out.setdefault(name_of(path).lower(), []).append(path)
        return out

    @cached_property
    def _tops(self) -> frozenset[str]:
        return frozenset(path.partition("/")[0] for path in self.paths)

    def find(self, written: str) -> tuple[tuple[str, ...], How]:
        """The files a written path can mean: exactly it, else those ending in its longest suffix,
        else by file name.
        """
        plain = written.replace("\\", "/").removeprefix("./").strip("/")
        if plain in self._all:
            return (plain,), "exact"
        same_name = self._by_name.get(name_of(plain).lower(), [])
        parts = plain.split("/")[-12:]
        for start in range(len(parts) - 1):
            tail = "/".join(parts[start:])
            found = [path for path in same_name if path == tail or path.endswith("/" + tail)]
            if found:
                return (tuple(found), "suffix") if len(found) <= AMBIGUOUS else ((), "unresolved")
        if (
            not same_name
            or len(same_name) > AMBIGUOUS
            or (len(parts) > 1 and name_of(plain).lower() in COMMON_NAMES)
        ):
            return (), "unresolved"
        return tuple(same_name), "basename"

    def module(self, dotted: str) -> tuple[tuple[str, ...], How]:
        """The files a dotted or `::` name can mean.

        The last one or two parts may be names inside the module.
        """
        parts = [part for part in re.split(r"\.|::", dotted) if part]
        for count in range(len(parts), max(len(parts) - 3, 0), -1):
            if count == 1 and (len(parts) > 2 or parts[0] not in self._tops):
                break
            stem = "/".join(parts[:count])
            endings = ("/__init__.py", "/mod.rs") if count == 1 else MODULE_ENDINGS
            found = [path for ending in endings for path in self._ending(stem + ending)]
            if found:
                return tuple(dict.fromkeys(found))[:AMBIGUOUS], "exact" if len(found) == 1 else "suffix"
        return (), "unresolved"

    def _ending(self, tail: str) -> list[str]:
        same_name = self._by_name.get(name_of(tail).lower(), [])
        return (
            [path for path in same_name if path == tail or path.endswith("/" + tail)]
            if len(same_name) < 5000
            else []
        )


MODULE_ENDINGS = (
    ".py",
    "/__init__.py",
    ".pyx",
    ".java",
    ".kt",
    ".scala",
    ".rs",
    "/mod.rs",
    ".rb",
    ".ex",
    ".go",
    ".ts",
    ".js",
)


def mentions(text: str, tree: Tree) -> tuple[Mention, ...]:
    """What a text mentions, in order of place, each thing once; at most 400."""
    names, shown = Names(tree.paths), text[:LONGEST]
    frames = list(_frames(shown, names))
    words = _outside(sorted((each.start, each.end) for each in frames), _words(shown, names))
    found = [*frames, *words, *_code_symbols(shown)]
    out: dict[tuple[str, str], Mention] = {}
    for each in sorted(found, key=lambda one: (one.start, KIND_ORDER.index(one.kind))):
        out.setdefault((each.kind, each.text), each)
        if len(out) >= MOST:
            break
    return tuple(out.values())


KIND_ORDER: tuple[MentionKind, ...] = ("frame", "path", "file", "module", "symbol")


def _outside(spans: list[tuple[int, int]], found: Iterable[Mention]) -> Iterator[Mention]:
    """The mentions that are not what a frame of a stack trace is written with; symbols are kept."""
    starts = [start for start, _ in spans]
    for each in found:
        at = bisect_right(starts, each.start) - 1
        if each.kind == "symbol" or at < 0 or each.start >= spans[at][1]:
            yield each


def _frames(text: str, names: Names) -> Iterator[Mention]:
    for found in PYTHON_FRAME.finditer(text):
        paths, how = names.find(found.group(1))
        if how in {"exact", "suffix"}:
            yield Mention(
                found.group(1), "frame", found.start(1), found.end(1), paths, how, int(found.group(2))
            )
    for found in JAVA_FRAME.finditer(text):
        package = "/".join(found.group(1).split(".")[:-2])
        paths, how = names.find(f"{package}/{found.group(2)}")
        if paths:
            yield Mention(found.group(), "frame", found.start(), found.end(), paths, how, int(found.group(3)))


def _words(text: str, names: Names) -> Iterator[Mention]:
    for found in WORD.finditer(text):
        raw, start = found.group(), found.start()
        if len(raw) > 600:
            continue
        kept = raw.lstrip("([@").rstrip(".,:;()[]#-/")
        start += len(raw) - len(raw.lstrip("([@"))
        if len(kept) >= 3 and kept.lower() not in SHORT_NAMES:
            yield from _word(kept, start, raw, names)


def _word(word: str, start: int, raw: str, names: Names) -> Iterator[Mention]:
    end = start + len(word)
    if "://" in word:
        yield from _address(word, start, names)
        return
    at = POSITION.search(word)
    plain = word[: at.start()] if at else word
    line = int(at.group(1) or at.group(2)) if at else None
    if "/" in plain or "\\" in plain:
        yield from _path(plain, start, line, names)
    elif _file_like(plain):
        paths, how = names.find(plain)
        if paths:
            yield Mention(plain, "frame" if line else "file", start, start + len(plain), paths, how, line)
    if "/" not in word and ("." in word or "::" in word):
        yield from _dotted(word, start, names)
    elif NAME.fullmatch(word) and (
        (CAMEL.fullmatch(word) and not word.isupper()) or "_" in word.strip("_") or raw.endswith("()")
    ):
        yield Mention(word, "symbol", start, end)


def _path(plain: str, start: int, line: int | None, names: Names) -> Iterator[Mention]:
    paths, how = names.find(plain)
    # «word/word.ext» of which only the last part is known is a path of some other place
    sure = how in {"exact", "suffix"} or (bool(paths) and len(paths) == 1)
    if sure or (_file_like(name_of(plain.replace("\\", "/"))) and plain.count("/") < 12):
        yield Mention(
            plain,
            "frame" if line and paths else "path",
            start,
            start + len(plain),
            paths if sure else (),
            how if sure else "unresolved",
            line,
        )


def _address(word: str, start: int, names: Names) -> Iterator[Mention]:
    """A link to a file on a forge (`…/blob/<ref>/path#L3`) names the file.

    Every other address names nothing.
    """
    _, blob, rest = word.partition("/blob/")
    path = rest.partition("/")[2]
    plain, _, anchor = path.partition("#")
    if blob and plain:
        paths, how = names.find(plain.partition("?")[0])
        number = re.match(r"L(\d{1,7})", anchor)
        if how == "exact":
            at = start + word.index(plain)
            yield Mention(
                plain, "path", at, at + len(plain), paths, how, int(number.group(1)) if number else None
            )


def _dotted(word: str, start: int, names: Names) -> Iterator[Mention]:
    plain = word.partition("(")[0].rstrip(".:")
    parts = re.split(r"\.|::", plain)
    if len(plain) > 200 or not 2 <= len(parts) <= 12 or not all(NAME.fullmatch(part) for part in parts):
        return
    paths, how = names.module(plain)
    end = start + len(plain)
    if paths:
        yield Mention(plain, "module", start, end, paths, how)
    last = parts[-1]
    if len(last) > 2 and not _file_like(plain):
        yield Mention(last, "symbol", end - len(last), end)


def _file_like(name: str) -> bool:
    return language_of(name) is not None and "." in name[1:] and not name.startswith("-")


def _code_symbols(text: str) -> Iterator[Mention]:
    for start, end in code_spans(text):
        for found in NAME.finditer(text, start, min(end, start + 200)):
            if len(found.group()) > 2:
                yield Mention(found.group(), "symbol", found.start(), found.end())


def code_spans(text: str) -> Iterable[tuple[int, int]]:
    """The insides of inline code on one line (`` `x` ``), fences left away; one pass."""
    out: list[tuple[int, int]] = []
    fenced, at = False, 0
    for line in text.split("\n"):
        marker = line.lstrip(" >")[:3]
        if marker in {"```", "~~~"}:
            fenced = not fenced
        elif not fenced:
            ticks = [at + i for i, char in enumerate(line) if char == "`"] if "`" in line else []
            out += [(a + 1, b) for a, b in zip(ticks[::2], ticks[1::2], strict=False) if b > a + 1]
        at += len(line) + 1
    return out
