"""The dependency graph of a plan: order, cycles, waves, conflicts, critical path, picture.

Works on broken graphs too (unknown, doubled and self dependencies, cycles); says what it does with them.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from html.entities import html5

from bot.plan.model import Effort, Plan, Task

HOURS: Mapping[Effort, float] = {"S": 0.5, "M": 2.5, "L": 6.0}
MAX_NODES = 60
_CYCLE_WORK = 20_000  # nodes looked at in search of a knot's shortest cycle; above it a short one will do
_GLOB = re.compile(r"[*?]")


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """Sort key under which T2 comes before T10."""
    parts = re.findall(r"[0-9]{1,18}|[^0-9]+|[0-9]+", name)
    return tuple((int(part), "") if part.isdecimal() and len(part) <= 18 else (-1, part) for part in parts)


@dataclass(frozen=True)
class Graph:
    """Nodes in listing order and what each one needs. Unknown and self dependencies are left out."""

    needs: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, nodes: Iterable[tuple[str, Sequence[str]]]) -> Graph:
        """A node listed twice gets the dependencies of both."""
        listed: dict[str, list[str]] = {}
        for name, needed in nodes:
            listed.setdefault(name, []).extend(needed)
        return cls(
            {
                name: tuple(dict.fromkeys(other for other in needed if other in listed and other != name))
                for name, needed in listed.items()
            }
        )

    @cached_property
    def components(self) -> tuple[tuple[str, ...], ...]:
        """Strongly connected components, what is needed before what needs it (Tarjan, without recursion)."""
        return tuple(_components(self.needs))

    @cached_property
    def _bits(self) -> Mapping[str, int]:
        return {name: 1 << index for index, name in enumerate(self.needs)}

    @cached_property
    def _reach(self) -> Mapping[str, int]:
        """For each node the set of nodes it needs, directly or not, as bits; in a
        cycle everybody needs everybody.
        """
        reach: dict[str, int] = {}
        for component in self.components:
            inside = sum(self._bits[name] for name in component) if len(component) > 1 else 0
            outside = {other for name in component for other in self.needs[name]} - set(component)
            total = inside
            for other in outside:
                total |= self._bits[other] | reach[other]
            reach.update(dict.fromkeys(component, total))
        return reach

    def reaches(self, name: str, other: str) -> bool:
        """Whether `name` needs `other`, directly or through others."""
        return bool(self._reach.get(name, 0) & self._bits.get(other, 0))

    def ordered(self, one: str, other: str) -> bool:
        """Whether one of the two must wait for the other."""
        return self.reaches(one, other) or self.reaches(other, one)

    def way(self, name: str, other: str) -> tuple[str, ...]:
        """The shortest chain of needs from `name` to `other`, both included; () when there is none."""
        came: dict[str, str] = {}
        queue = deque([name])
        while queue:
            here = queue.popleft()
            for need in self.needs.get(here, ()):
                if need == other:
                    return (*_trail(came, name, here), other)
                if need != name and need not in came:
                    came[need] = here
                    queue.append(need)
        return ()

    def ancestors(self, name: str) -> frozenset[str]:
        """All that must be done before `name`."""
        return frozenset(other for other in self.needs if self.reaches(name, other) and other != name)

    @cached_property
    def cycles(self) -> tuple[tuple[str, ...], ...]:
        """One shortest cycle for each knot, beginning at its smallest id; the first id is not repeated.

        Of a huge knot a short one: it is looked for from its first ids only.
        """
        knots = [part for part in self.components if len(part) > 1]
        return tuple(sorted((self._shortest_cycle(part) for part in knots), key=lambda one: natural(one[0])))

    def _shortest_cycle(self, knot: Sequence[str]) -> tuple[str, ...]:
        within = frozenset(knot)
        starts = sorted(knot, key=natural)[: max(10, _CYCLE_WORK // len(knot))]
        found = (self._way_back(start, within) for start in starts)
        best = min(found, key=len)
        turn = best.index(min(best, key=natural))
        return best[turn:] + best[:turn]

    def _way_back(self, start: str, knot: frozenset[str]) -> tuple[str, ...]:
        came: dict[str, str] = {}
        queue = deque([start])
        while queue:
            name = queue.popleft()
            for other in sorted(knot.intersection(self.needs[name]), key=natural):
                if other == start:
                    return tuple(_trail(came, start, name))
                if other not in came:
                    came[other] = name
                    queue.append(other)
        raise AssertionError("a knot always has a way back")

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Every node after what it needs, otherwise in listing order; knots stand together."""
        return tuple(name for wave in self.waves for name in wave)

    @cached_property
    def waves(self) -> tuple[tuple[str, ...], ...]:
        """What can run at the same time: a wave needs only earlier waves. A knot shares one wave."""
        level: dict[str, int] = {}
        for component in self.components:
            outside = {other for name in component for other in self.needs[name]} - set(component)
            height = max((level[other] + 1 for other in outside), default=0)
            level.update(dict.fromkeys(component, height))
        waves: list[list[str]] = [[] for _ in range(max(level.values(), default=-1) + 1)]
        for name in self.needs:
            waves[level[name]].append(name)
        return tuple(map(tuple, waves))

    def longest_way(self, weight: Mapping[str, float]) -> tuple[tuple[str, ...], float]:
        """The chain of nodes with the greatest total weight, and the total; () and
        0 when there is a cycle.
        """
        if self.cycles or not self.needs:
            return (), 0.0
        total: dict[str, float] = {}
        before: dict[str, str] = {}
        for name in self.order:
            best = max(self.needs[name], key=lambda other: total[other], default="")
            total[name] = weight.get(name, 0.0) + (total[best] if best else 0.0)
            before[name] = best
        name = max(self.order, key=lambda one: total[one])
        length, way = total[name], []
        while name:
            way.append(name)
            name = before[name]
        return tuple(reversed(way)), length


def _trail(came: Mapping[str, str], start: str, end: str) -> Iterator[str]:
    back = [end]
    while back[-1] != start:
        back.append(came[back[-1]])
    return reversed(back)


def _components(needs: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, ...]]:
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    held: dict[str, None] = {}
    for root in needs:
        if root in index:
            continue
        work: list[tuple[str, Iterator[str]]] = []
        _enter(root, index, low, held, work, needs)
        while work:
            name, rest = work[-1]
            other = next(rest, None)
            if other is None:
                yield from _leave(index, low, held, work)
            elif other not in index:
                _enter(other, index, low, held, work, needs)
            elif other in held:
                low[name] = min(low[name], index[other])


def _enter(
    name: str,
    index: dict[str, int],
    low: dict[str, int],
    held: dict[str, None],
    work: list[tuple[str, Iterator[str]]],
    needs: Mapping[str, Sequence[str]],
) -> None:
    index[name] = low[name] = len(index)
    held[name] = None
    work.append((name, iter(needs[name])))


def _leave(
    index: dict[str, int], low: dict[str, int], held: dict[str, None], work: list[tuple[str, Iterator[str]]]
) -> Iterator[tuple[str, ...]]:
    name, _ = work.pop()
    if work:
        parent = work[-1][0]
        low[parent] = min(low[parent], low[name])
    if low[name] == index[name]:
        names = list(held)
        part = names[names.index(name) :]
        for one in part:
            del held[one]
        yield tuple(sorted(part, key=natural))


def task_graph(tasks: Iterable[Task]) -> Graph:
    """The graph of `depends_on`."""
    return Graph.of((task.id, task.depends_on) for task in tasks)


def critical_path(plan: Plan) -> tuple[tuple[str, ...], float]:
    """The chain of tasks that takes longest, and its hours by effort midpoints;
    ((), 0.0) in a cyclic plan.
    """
    return task_graph(plan.tasks).longest_way({task.id: HOURS[task.effort] for task in plan.tasks})


@dataclass(frozen=True, slots=True, order=True)
class Conflict:
    """Two tasks that no dependency orders and that both write `path`. `first` is the smaller id."""

    first: str
    second: str
    path: str


def writes(task: Task) -> frozenset[str]:
    """Every path the task changes, a rename's old path included, without a final slash."""
    named = [path for change in task.files for path in (change.path, change.source) if path]
    return frozenset(path.rstrip("/") or path for path in named)


def write_conflicts(tasks: Sequence[Task]) -> tuple[Conflict, ...]:
    """Unordered pairs of tasks whose writes meet: the same path, one is a folder above the other, or a
    pattern that holds it. Where very many meet, each is only told with a few before it."""
    graph = task_graph(tasks)
    writers = _writers(tasks)
    for pattern in [path for path in writers if _GLOB.search(path)]:
        for path in [path for path in writers if path != pattern and fnmatchcase(path, pattern)]:
            writers[path] = {**writers[path], **writers[pattern]}
    found = {
        _conflict(one, other, path)
        for path, below in writers.items()
        for above in _self_and_parents(path)
        for one, other in _meetings(tuple(writers.get(above, ())), tuple(below))
        if one != other and not graph.ordered(one, other)
    }
    return tuple(sorted(found, key=lambda item: (natural(item.second), natural(item.first), item.path)))


MANY_WRITERS, A_FEW = 40, 3


def _meetings(above: Sequence[str], below: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Every pair, unless there are so many that nobody would read them and telling them takes minutes."""
    crowded = len(above) > MANY_WRITERS and len(below) > MANY_WRITERS
    for at, other in enumerate(below):
        for one in above[max(0, at - A_FEW) : at + 1] if crowded else above:
            yield one, other


def _conflict(one: str, other: str, path: str) -> Conflict:
    first, second = sorted((one, other), key=natural)
    return Conflict(first, second, path)


def _writers(tasks: Sequence[Task]) -> dict[str, dict[str, None]]:
    writers: dict[str, dict[str, None]] = {}
    for task in tasks:
        for path in writes(task):
            writers.setdefault(path, {})[task.id] = None
    return writers


def _self_and_parents(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]


def mermaid(plan: Plan) -> str:
    """The task graph as Mermaid text, without the fence; at most MAX_NODES tasks, the
    rest counted in one node.
    """
    tasks = {task.id: task for task in plan.tasks}
    shown = task_graph(plan.tasks).order[:MAX_NODES]
    names = {task_id: f"t{number}" for number, task_id in enumerate(shown, start=1)}
    lines = ["flowchart LR", *_groups(plan, shown, names)]
    lines += [
        f"  {names[need]} --> {names[one]}"
        for one in shown
        for need in tasks[one].depends_on
        if need in names
    ]
    if rest := len(tasks) - len(shown):
        lines.append(f'  rest["and {rest} more"]')
    risky = [names[one] for one in shown if tasks[one].risk_class in ("high", "critical")]
    if risky:
        lines += ["  classDef risky stroke:#d1242f,stroke-width:3px", f"  class {','.join(risky)} risky"]
    return "\n".join(lines)


def _groups(plan: Plan, shown: Sequence[str], names: Mapping[str, str]) -> Iterator[str]:
    tasks = {task.id: task for task in plan.tasks}
    titles = {milestone.id: milestone.title for milestone in plan.roadmap.milestones}
    used = dict.fromkeys(tasks[one].milestone for one in shown)
    for number, milestone in enumerate(used, start=1):
        if len(used) > 1:
            yield f'  subgraph m{number}["{_label(milestone, titles.get(milestone, ""))}"]'
        for one in shown:
            if tasks[one].milestone == milestone:
                yield f'  {names[one]}["{_label(one, tasks[one].title)}"]'
        if len(used) > 1:
            yield "  end"


def _label(name: str, title: str) -> str:
    words = " ".join(f"{name} · {title}".replace("`", "").split()) if title else name
    words = _REFERS.sub(lambda found: found[0][:-1] + " ", words)
    short = words if len(words) <= 56 else words[:55].rstrip() + "…"
    return "".join(_letter(letter) for letter in short)


def _letter(letter: str) -> str:
    """Names, not numbers: "fixes #60;" would read as a reference to issue 60 in a merge message."""
    if letter.isalnum() or letter in " .,:·…-/()'+?!_=~":
        return letter
    if not letter.isascii():
        return letter if letter.isprintable() else "\ufffd"
    return f"#{_NAMES[letter]};" if letter in _NAMES else "\ufffd"


# What a merge message would take for a reference to an issue, "GH-60" or an address. Mermaid shows the blank.
_REFERS = re.compile(r"\bGH-|://?", re.IGNORECASE)
_NAMES = {
    letter: name.removesuffix(";")
    for name, letter in html5.items()
    if len(letter) == 1 and name.endswith(";")
}
