"""The ids of tasks that were found in a file, and what each of them waits for.

Ids are the author's. Where numbering starts again under each heading, the heading's number goes before it; a
task without a number gets one. Order that a file does not spell out is implied: one task after the other,
except where it says that tasks may run at the same time.
"""

# ruff: noqa: RUF001  (plans in Chinese and Japanese use wide punctuation)

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from bot.plan.graph import Graph
from bot.plan.readers.found import Found, Placed, Stage

_TOO_WIDE = 40
_LARGE_KNOT = 200  # tasks; inside a larger one only the file's own words say what waits for what
_PLAIN = re.compile(r"\d+[a-z]?")


def give_ids(tasks: Sequence[Found], stages: Sequence[Stage]) -> None:
    """Fill every `id`. Never makes two alike that the author kept apart."""
    keys = _restarts(tasks)
    names = stage_names(stages)
    if any(isinstance(key, tuple) for key in keys):
        prefixes = {key: str(at) for at, key in enumerate(dict.fromkeys(keys), 1)}
    else:
        prefixes = {key: names.get(int(key), "0") for key in keys if isinstance(key, int)}
    alone = _kept(tasks, keys)
    taken = {task.number for task, kept in zip(tasks, alone, strict=True) if kept}
    made: dict[tuple[object, str], str] = {}
    counts: Counter[str] = Counter()
    numbered = any(task.number for task in tasks)
    for task, key, kept in zip(tasks, keys, alone, strict=True):
        if kept:
            task.id = task.number
        elif task.number:
            if (key, task.number) not in made:
                made[key, task.number] = _free(f"{prefixes[key]}.{task.number}", taken)
            task.id = made[key, task.number]
        else:
            prefix = names.get(task.stage, "") if numbered or task.stage >= 0 else ""
            counts[prefix] += 1
            task.id = _free(f"{prefix}.{counts[prefix]}".lstrip("."), taken)


_Key = int | tuple[int, int]


def _restarts(tasks: Sequence[Found]) -> list[_Key]:
    """Where each task's number counts from: the whole file, its phase, or its section, whichever first tells
    plain numbers apart; the one with the fewest left alike when none does."""
    ways: list[list[_Key]] = [
        [-1 for _ in tasks],
        [task.stage for task in tasks],
        [(task.stage, task.section) for task in tasks],
    ]
    return min(ways, key=lambda keys: _alike(tasks, keys))


def _alike(tasks: Sequence[Found], keys: Sequence[_Key]) -> int:
    pairs = [
        (key, task.number) for task, key in zip(tasks, keys, strict=True) if _PLAIN.fullmatch(task.number)
    ]
    return len(pairs) - len(set(pairs))


def _kept(tasks: Sequence[Found], keys: Sequence[_Key]) -> list[bool]:
    """Whether each task keeps its number: a plain one that is used again elsewhere does not."""
    where: dict[str, set[_Key]] = defaultdict(set)
    for task, key in zip(tasks, keys, strict=True):
        where[task.number].add(key)
    again = {
        key
        for number, keys_of in where.items()
        if _PLAIN.fullmatch(number) and len(keys_of) > 1
        for key in keys_of
    }
    return [
        bool(task.number) and not (key in again and _PLAIN.fullmatch(task.number))
        for task, key in zip(tasks, keys, strict=True)
    ]


def stage_names(stages: Sequence[Stage]) -> dict[int, str]:
    """A short name for each stage: its number where all numbers differ, its position otherwise."""
    numbers = [stage.number for stage in stages]
    if all(numbers) and len(set(numbers)) == len(numbers):
        return dict(enumerate(number[:20] for number in numbers))
    return {at: str(at + 1) for at in range(len(stages))}


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name = f"{name}x"
    taken.add(name)
    return name


_NEED = re.compile(
    r"(?P<word>tasks?|steps?|phases?|stor(?:y|ies)|milestones?|slices?|タスク|ステップ"
    r"|フェーズ|任务|任務"
    r"|步骤|阶段|작업|단계"
    r"|aufgaben?|schritte?|tarefas?|etapas?|tareas?|paso|tâches?|étapes?)?"
    r"[\s#:*`]{0,4}(?P<id>(?:[A-Z]{1,8}-?)?\d{1,6}[a-z]?(?:[.\-]\d{1,4}[a-z]?){0,4})(?![^\W_]|%|\.\d)"
    r"(?:\s{0,2}(?:-|–|—|to|through|bis|until|〜|～|~|\.\.\.?)\s{0,2}(?:tasks?\s"
    r"|steps?\s)?(?P<last>(?:[A-Z]{1,8}-?)?\d{1,6}(?:\.\d{1,4})*)(?![^\W_]|%|\.\d))?",
    re.IGNORECASE,
)
_PHASES = ("phase", "phases", "フェーズ", "阶段", "단계", "milestone", "milestones")


def needs_in(text: str, line: int, col: int) -> list[Placed]:
    """What a text on dependencies names: ids as written, "phase 2" for a whole phase, ranges spelled out."""
    found: list[Placed] = []
    word = ""
    end = 0
    for hit in _NEED.finditer(text):
        here = (hit["word"] or "").lower()
        word = here or (
            word
            if re.fullmatch(r"[\s,，、;&+/*`]*+(?:(?:and|und|e|y|et)[\s*`]*)?", text[end : hit.start()])
            else ""
        )
        end = hit.end()
        if not word and not _stands_alone(text, hit):
            continue
        at = (line, col + hit.start("id")) if "\n" not in text[: hit.start()] else (line, col)
        phase = "phase " if word in _PHASES else ""
        found += [(phase + one, *at) for one in _range(hit["id"], hit["last"])]
    return found


def _stands_alone(text: str, hit: re.Match[str]) -> bool:
    """An id without a word before it: nothing but separators may be around it."""
    before = text[: hit.start("id")].rstrip(" *`_[(")
    after = text[hit.end() :].lstrip(" *`_])")
    return (not before or before[-1] in ",，、;:：&+/") and (not after or after[0] in ",，、;.&+/(（:—–-")


def _range(first: str, last: str | None) -> list[str]:
    if not last and (both := re.fullmatch(r"([1-9]\d{0,3})-([1-9]\d{0,3})", first)):
        first, last = both[1], both[2]
    if not last:
        return [first]
    head, tail = re.fullmatch(r"(|.*\D)(\d+)[a-z]?", first), re.fullmatch(r"(|.*\D)(\d+)", last)
    if not head or not tail or tail[1] not in ("", head[1]):
        return [first, last]
    low, high = int(head[2]), int(tail[2])
    if not low < high <= low + 100:
        return [first, last]
    return [f"{head[1]}{one:0{len(head[2])}d}" for one in range(low, high + 1)]


def dependencies(tasks: Sequence[Found], stages: Sequence[Stage]) -> list[list[Placed]]:
    """For each task the ids it waits for by the file's own words, in the order they are named."""
    known: dict[str, list[Found]] = defaultdict(list)
    members: dict[str, list[Found]] = defaultdict(list)
    for task in tasks:
        for name in {task.number, task.id} - {""}:
            known[name.upper()].append(task)
        if 0 <= task.stage < len(stages):
            members[stages[task.stage].number].append(task)
    shapes = Counter(_shape(task.number) for task in tasks if task.number)
    return [_resolved(task, known, members, shapes) for task in tasks]


def _resolved(
    task: Found, known: dict[str, list[Found]], members: dict[str, list[Found]], shapes: Counter[str]
) -> list[Placed]:
    out: dict[str, Placed] = {}
    for name, line, col in task.needs:
        if name.startswith("phase "):
            ids = [one.id for one in members.get(name[6:], ()) if one.stage != task.stage]
        elif found := known.get(name.upper()):
            others = [one for one in found if one is not task] or found
            near = [one for one in others if one.stage == task.stage]
            ids = [(near or others)[-1].id]
        else:
            ids = [name] if shapes[_shape(name)] >= 3 else []
        for one in ids:
            out.setdefault(one, (one, line, col))
    return list(out.values())


def _shape(number: str) -> str:
    return re.sub(r"\d+", "9", number.upper())


def implied(tasks: Sequence[Found], said: Sequence[Sequence[Placed]]) -> list[list[str]]:
    """For each task the ids it follows by its place in the file.

    A task follows the one before it; tasks marked parallel under one heading all follow what came before
    them, and the next task follows all of them. What would close a cycle with the
    file's own words is left out; the tasks of such a knot still follow what comes before it, and
    what comes after follows all of them.
    """
    edges = _sequence(tasks)
    words = [[one for one, *_ in needs] for needs in said]
    graph = Graph.of(
        (task.id, [*needs, *order]) for task, needs, order in zip(tasks, words, edges, strict=True)
    )
    knots = [part for part in graph.components if len(part) > 1]
    knot = {name: at for at, part in enumerate(knots) for name in part}
    if not knot:
        return [[one for one in order if one != task.id] for task, order in zip(tasks, edges, strict=True)]
    before: dict[int, dict[str, None]] = defaultdict(dict)
    for task, order in zip(tasks, edges, strict=True):
        if task.id in knot:
            at = knot[task.id]
            before[at].update(dict.fromkeys(one for one in order if knot.get(one) != at))
    orders: list[list[str]] = []
    needs_of: dict[str, list[str]] = defaultdict(list)
    for task, needs in zip(tasks, words, strict=True):
        needs_of[task.id] += needs
    for task, order in zip(tasks, edges, strict=True):
        mine = knot.get(task.id)
        kept = [one for one in order if one != task.id and (mine is None or knot.get(one) != mine)]
        wide = [name for one in kept if one in knot for name in knots[knot[one]]]
        if len(wide) <= _TOO_WIDE:
            kept += wide
        if mine is not None:
            kept += before[mine]
            inside = [one for one in order if one != task.id and knot.get(one) == mine]
            if len(knots[mine]) <= _LARGE_KNOT:
                free = [one for one in inside if not _waits(needs_of, one, task.id)]
                needs_of[task.id] += free
                kept += free
        orders.append(list(dict.fromkeys(kept)))
    return orders


def _waits(needs: Mapping[str, Sequence[str]], name: str, other: str) -> bool:
    """Whether `name` waits for `other`, directly or not."""
    seen, pending = {name}, [name]
    while pending:
        for one in needs.get(pending.pop(), ()):
            if one == other:
                return True
            if one not in seen:
                seen.add(one)
                pending.append(one)
    return False


def _sequence(tasks: Sequence[Found]) -> list[list[str]]:
    edges: list[list[str]] = []
    base: list[str] = []
    run: list[str] = []
    block = None
    for task in tasks:
        if run and (not task.parallel or (task.stage, task.block) != block):
            base, run = run, []
        block = (task.stage, task.block)
        if task.parallel:
            edges.append([run[0]] if run and len(base) > _TOO_WIDE else base)
            run = [*run, task.id] if len(run) < _TOO_WIDE else run
            if len(run) == _TOO_WIDE:
                base, run = run, []
        else:
            edges.append(base)
            base = [task.id]
    return edges
