"""Demands that belong together become one task: those that touch the same files, and those that name none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.author.demands import Demand, Topic
from bot.recon.tokens import stems_of
from bot.recon.tree import parent

MOST = 8
FEW_FILES = 8


@dataclass(frozen=True, slots=True)
class Group:
    """Demands for one task. `main` is the group of what the issue is about as a whole."""

    topic: Topic
    demands: tuple[Demand, ...]
    main: bool = False

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(path for each in self.demands for path in each.paths))

    @property
    def new_paths(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(path for each in self.demands for path in each.new_paths))

    @property
    def work(self) -> tuple[Demand, ...]:
        return tuple(each for each in self.demands if not each.is_check)

    @property
    def checks(self) -> tuple[Demand, ...]:
        return tuple(each for each in self.demands if each.is_check)


def grouped(demands: Sequence[Demand]) -> tuple[Group, ...]:
    """At most eight groups, in the order in which the issue first speaks of them; tests come
    after code, documents last.

    Demands that name files are one group for each connected set of files. Where others name none and
    the files are few, all are one piece of work; else those without files, and all criteria, go
    where their words fit best.
    """
    code = _code_groups([each for each in demands if each.topic == "code"])
    rest = [_of(demands, "tests"), _of(demands, "docs")]
    groups = [*code, *(each for each in rest if each)]
    return tuple(groups)


def _of(demands: Sequence[Demand], topic: Topic) -> Group | None:
    mine = tuple(each for each in demands if each.topic == topic)
    return Group(topic, mine) if mine else None


def _code_groups(demands: Sequence[Demand]) -> list[Group]:
    work = [each for each in demands if not each.is_check] or list(demands)
    checks = [each for each in demands if each not in work]
    sets = _connected([each for each in work if each.paths or each.new_paths])
    loose = [each for each in work if not each.paths and not each.new_paths]
    if len(sets) > MOST - 3:
        sets = _by_folder(sets)
    files = {path for one in sets for each in one for path in (*each.paths, *each.new_paths)}
    if len(sets) <= 1 or len(sets) > MOST - 3 or (loose and len(files) <= FEW_FILES):
        return _with_checks([([*loose, *(each for one in sets for each in one)], True)], checks)
    for each in loose:
        sets[_fits(each, sets, 0)].append(each)
    return _with_checks([(one, False) for one in sets], checks)


def _with_checks(sets: list[tuple[list[Demand], bool]], checks: Sequence[Demand]) -> list[Group]:
    kept = [(list(one), main) for one, main in sets if one]
    if not kept:
        return []
    for check in checks:
        kept[_fits(check, [one for one, _ in kept], _main_of(kept))][0].append(check)
    kept.sort(key=lambda pair: min(each.line for each in pair[0]))
    return [Group("code", tuple(sorted(one, key=_place)), main) for one, main in kept]


def _place(demand: Demand) -> int:
    return int(demand.id.rpartition("-")[2])


def _main_of(kept: list[tuple[list[Demand], bool]]) -> int:
    return next((at for at, (_, main) in enumerate(kept) if main), 0)


def _fits(check: Demand, sets: list[list[Demand]], fallback: int) -> int:
    """The set that shares a file with a criterion, else the one that shares most
    words, if it shares a third.
    """
    named = set(check.paths) | set(check.new_paths)
    for at, one in enumerate(sets):
        if named & {path for each in one for path in (*each.paths, *each.new_paths)}:
            return at
    words = _words(check.text)
    shares = [max(len(words & _words(each.text)) / (len(words) or 1) for each in one) for one in sets]
    best = max(range(len(sets)), key=lambda at: (shares[at], -at))
    return best if shares[best] >= 1 / 3 else fallback


def _words(text: str) -> frozenset[str]:
    return frozenset(
        stem for word in text.split() for stem in stems_of(word.strip("`.,:;()")) if len(stem) > 3
    )


def _connected(demands: Sequence[Demand]) -> list[list[Demand]]:
    """Demands joined through files they share."""
    out: list[tuple[set[str], list[Demand]]] = []
    for each in demands:
        paths = set(each.paths) | set(each.new_paths)
        hit = [one for one in out if one[0] & paths]
        joined = (paths.union(*(one[0] for one in hit)), [*(d for one in hit for d in one[1]), each])
        out = [one for one in out if one not in hit] + [joined]
    return [one for _, one in out]


def _by_folder(sets: list[list[Demand]]) -> list[list[Demand]]:
    """Sets whose first files lie in the same folder made one, when there are too many
    to be tasks of their own.
    """
    out: dict[str, list[Demand]] = {}
    for one in sets:
        first = (*one[0].paths, *one[0].new_paths)[0]
        out.setdefault(parent(first), []).extend(one)
    return list(out.values())
