"""Random repositories, and pushes that rename what they hold: what was where, and where it is now. One seed,
one repository."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from bot.drift.changes import PathChange

Sort = Literal["name", "folder", "name and folder", "ending", "case", "whole folder"]
SORTS: Sequence[Sort] = ("name", "folder", "name and folder", "ending", "case", "whole folder")
EDITED = 0.3  # the share of renamed files whose content changes in the same push
SEEN = 0.9  # the share of those that GitHub still takes for a rename

_WORDS = [
    "account",
    "address",
    "audit",
    "backup",
    "billing",
    "book",
    "cache",
    "chart",
    "client",
    "config",
    "cursor",
    "data",
    "delivery",
    "draft",
    "entry",
    "event",
    "export",
    "feed",
    "file",
    "filter",
    "form",
    "graph",
    "group",
    "handler",
    "header",
    "hook",
    "index",
    "invoice",
    "item",
    "job",
    "key",
    "ledger",
    "limit",
    "list",
    "loader",
    "lock",
    "login",
    "mail",
    "map",
    "member",
    "merge",
    "meter",
    "model",
    "order",
    "page",
    "parser",
    "patch",
    "payment",
    "plan",
    "pool",
    "price",
    "proxy",
    "queue",
    "quota",
    "reader",
    "record",
    "render",
    "report",
    "retry",
    "role",
    "route",
    "rule",
    "schema",
    "search",
    "session",
    "setting",
    "shape",
    "signal",
    "source",
    "stock",
    "store",
    "stream",
    "sync",
    "table",
    "tag",
    "task",
    "template",
    "tenant",
    "thread",
    "ticket",
    "token",
    "trace",
    "tree",
    "user",
    "view",
    "vote",
    "webhook",
    "worker",
    "writer",
]
_FOLDERS = ("src", "lib", "app", "core", "api", "web", "jobs", "internal", "pkg", "tests", "docs", "tools")
_ENDINGS = (".py", ".ts", ".js", ".go", ".md", ".rb", ".yml", ".rs")
_COMMON = ("__init__.py", "index.ts", "README.md", "mod.rs")
_OTHER_ENDING: Mapping[str, str] = {
    ".py": ".pyx", ".ts": ".tsx", ".js": ".ts", ".go": ".tmpl", ".md": ".rst", ".rb": ".rake",
    ".yml": ".yaml", ".rs": ".inc",
}  # fmt: skip


@dataclass(frozen=True)
class Push:
    """A repository before and after: digests by path, where each renamed path went, and by what sort."""

    then: Mapping[str, str]
    now: Mapping[str, str]
    moved: Mapping[str, tuple[str, Sort]]
    noticed: frozenset[str]

    def changes(self) -> tuple[PathChange, ...]:
        """As GitHub tells of it: most renames are known, some are a deletion and a new file."""
        known = {old: new for old, (new, _) in self.moved.items() if old in self.noticed}
        out = [PathChange("renamed", new, old, self.now[new]) for old, new in known.items()]
        out += [PathChange("removed", path, digest=self.then[path]) for path in self.then
                if path not in self.now and path not in known]  # fmt: skip
        out += [PathChange("added", path, digest=self.now[path]) for path in self.now
                if path not in self.then and path not in known.values()]  # fmt: skip
        return (*out, *_edits(self.then, self.now))

    def without_digests(self) -> tuple[PathChange, ...]:
        """Names alone: no rename is known, and no content."""
        gone = [PathChange("removed", path) for path in self.then if path not in self.now]
        return (*gone, *(PathChange("added", path) for path in self.now if path not in self.then))


def _edits(then: Mapping[str, str], now: Mapping[str, str]) -> list[PathChange]:
    return [
        PathChange("modified", path, digest=now[path])
        for path in then
        if now.get(path, then[path]) != then[path]
    ]


def push(seed: int) -> Push:
    """A repository of some 60 to 200 files and one push to it: a few renames among other work."""
    chance = Random(seed)
    then = _repository(chance)
    moved: dict[str, tuple[str, Sort]] = {}
    for sort in chance.sample(SORTS, chance.randint(1, 3)):
        for old, new in _renames(chance, sort, then):
            taken = {path for path, _ in moved.values()}
            if old not in moved and new not in then and new not in taken:
                moved[old] = (new, sort)
    return _pushed(chance, then, moved)


def _pushed(chance: Random, then: Mapping[str, str], moved: Mapping[str, tuple[str, Sort]]) -> Push:
    now = {path: digest for path, digest in then.items() if path not in moved}
    noticed = set()
    for old, (new, _) in moved.items():
        edited = chance.random() < EDITED
        now[new] = _content(chance) if edited else then[old]
        if not edited or chance.random() < SEEN:
            noticed.add(old)
    for path in chance.sample(sorted(set(then) - set(moved)), 4):
        del now[path]
    for path in chance.sample(sorted(set(then) & set(now)), 4):
        now[path] = _content(chance)
    for _ in range(4):
        now.setdefault(_path(chance), _content(chance))
    return Push(then, now, moved, frozenset(noticed))


def _repository(chance: Random) -> dict[str, str]:
    files = {_path(chance): _content(chance) for _ in range(chance.randint(60, 200))}
    for folder in sorted({path.rpartition("/")[0] for path in files})[::3]:
        files[f"{folder}/{chance.choice(_COMMON)}"] = "empty" if chance.random() < 0.5 else _content(chance)
    return files


def _path(chance: Random) -> str:
    return f"{_folder(chance)}/{_name(chance)}{chance.choice(_ENDINGS)}"


def _folder(chance: Random) -> str:
    deep = [chance.choice(_WORDS) for _ in range(chance.randint(0, 2))]
    return "/".join([chance.choice(_FOLDERS), *deep])


def _name(chance: Random) -> str:
    return chance.choice(("_", "-")).join(chance.sample(_WORDS, chance.randint(1, 2)))


def _content(chance: Random) -> str:
    return hashlib.sha1(str(chance.random()).encode(), usedforsecurity=False).hexdigest()


def _renames(chance: Random, sort: Sort, then: Mapping[str, str]) -> list[tuple[str, str]]:
    if sort == "whole folder":
        return _folder_renames(chance, then)
    plain = [path for path in then if path.rpartition("/")[2] not in _COMMON]
    return [(old, _NEW[sort](chance, old)) for old in chance.sample(sorted(plain), chance.randint(1, 3))]


def _folder_renames(chance: Random, then: Mapping[str, str]) -> list[tuple[str, str]]:
    folder = chance.choice(sorted({path.rpartition("/")[0] for path in then}))
    other = _folder(chance) + "2" if chance.random() < 0.5 else f"{folder}_{chance.choice(_WORDS)}"
    return [(path, other + path[len(folder) :]) for path in then if path.startswith(folder + "/")]


def _new_name(chance: Random, old: str) -> str:
    """Names are mostly changed, seldom replaced."""
    folder, _, name = old.rpartition("/")
    stem, _, ending = name.rpartition(".")
    new = chance.choice((f"{stem}_{chance.choice(_WORDS)}", f"{chance.choice(_WORDS)}_{stem}", f"{stem}s"))
    return f"{folder}/{new}.{ending}"


def _new_folder(chance: Random, old: str) -> str:
    return f"{_folder(chance)}/{old.rpartition('/')[2]}"


def _new_ending(_chance: Random, old: str) -> str:
    stem, _, ending = old.rpartition(".")
    return stem + _OTHER_ENDING[f".{ending}"]


def _new_case(_chance: Random, old: str) -> str:
    folder, _, name = old.rpartition("/")
    return f"{folder}/{name[0].upper()}{name[1:]}"


_NEW: Mapping[Sort, Callable[[Random, str], str]] = {
    "name": _new_name,
    "folder": _new_folder,
    "name and folder": lambda chance, old: _new_folder(chance, _new_name(chance, old)),
    "ending": _new_ending,
    "case": _new_case,
}
