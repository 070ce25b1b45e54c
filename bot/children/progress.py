"""How far a plan has come, as Markdown for people: a bar, counts, a picture, what is left and what is next.

It fits where it is shown, whatever the plan holds, and pings nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from bot.children.ready import UNFILED, Readiness, Stage, ready_set
from bot.children.standing import TaskState
from bot.plan.decided import waiting
from bot.plan.graph import HOURS, MAX_NODES, mermaid, task_graph
from bot.plan.model import Plan
from bot.render import render

MAX_TEXT = 30_000
_WIDTH = 20
WORDS: Mapping[Stage, str] = {
    "done": "done",
    "working": "under way",
    "ready": "ready",
    "waiting": "waiting",
    "held": "held by a decision",
    "unfiled": "not filed yet",
    "dropped": "dropped",
}
_COLOURS: Mapping[Stage, str] = {
    "done": "fill:#1a7f37,color:#ffffff",
    "working": "fill:#bf8700,color:#ffffff",
    "ready": "fill:#0969da,color:#ffffff",
    "held": "fill:#8250df,color:#ffffff",
    "dropped": "fill:#6e7781,color:#ffffff,stroke-dasharray:4",
}
# How many rows of each list, and how long titles are; the picture goes last.
_FITS = ((40, 200, True), (15, 100, True), (6, 60, True), (6, 60, False), (3, 40, False))


def progress(plan: Plan, states: Mapping[str, TaskState], held: Collection[str] = ()) -> str:
    """The whole text, at most MAX_TEXT characters. `held` as for `ready_set`."""
    now = ready_set(plan.tasks, states, held)
    text = ""
    for rows, width, picture in _FITS:
        text = render("children/progress.md", **_values(plan, states, now, rows, width, picture))
        if len(text) <= MAX_TEXT:
            break
    return text


def _values(
    plan: Plan, states: Mapping[str, TaskState], now: Readiness, rows: int, width: int, picture: bool
) -> dict[str, object]:
    counts = Counter(now.stages.values())
    total = len(now.stages) - counts["dropped"]
    way, hours = way_left(plan, now.stages)
    return {
        "plan": plan,
        "titles": {task.id: task.title for task in plan.tasks},
        "numbers": {name: states.get(name, UNFILED).number for name in now.stages},
        "bar": bar(counts["done"], total),
        "done": counts["done"],
        "total": total,
        "counts": [(words, counts[stage]) for stage, words in WORDS.items() if counts[stage]],
        "graph": picture_of(plan, now.stages) if picture and plan.tasks else "",
        "way": way,
        "hours": f"{hours:g}",
        "ready": now.ready,
        "working": [name for name, stage in now.stages.items() if stage == "working"],
        "waiting": list(now.waiting.items()),
        "held": _undecided(plan, now.stages),
        "questions": now.questions,
        "rows": rows,
        "width": width,
    }


def bar(done: int, total: int) -> str:
    """Full only when all is done, and not empty once something is."""
    filled = _WIDTH if done >= total else max(bool(done), done * _WIDTH // total)
    return "▰" * filled + "▱" * (_WIDTH - filled)


def way_left(plan: Plan, stages: Mapping[str, Stage]) -> tuple[tuple[str, ...], float]:
    """The chain of unfinished tasks that takes longest, and its hours; ((), 0.0) in a cyclic plan."""
    over = ("done", "dropped")
    weight = {task.id: 0.0 if stages[task.id] in over else HOURS[task.effort] for task in plan.tasks}
    way, hours = task_graph(plan.tasks).longest_way(weight)
    return tuple(name for name in way if stages[name] not in over), hours


def picture_of(plan: Plan, stages: Mapping[str, Stage]) -> str:
    """The plan's task graph with each task coloured by its stage, as Mermaid text."""
    shown = task_graph(plan.tasks).order[:MAX_NODES]
    nodes: dict[Stage, list[str]] = {}
    for at, name in enumerate(shown, start=1):
        nodes.setdefault(stages[name], []).append(f"t{at}")
    return "\n".join([mermaid(plan), *_coloured(nodes)])


def _coloured(nodes: Mapping[Stage, Sequence[str]]) -> Iterator[str]:
    for stage, colour in _COLOURS.items():
        if stage in nodes:
            yield f"  classDef {stage} {colour}"
            yield f"  class {','.join(nodes[stage])} {stage}"


def _undecided(plan: Plan, stages: Mapping[str, Stage]) -> list[tuple[str, str, int, list[str]]]:
    """Each decision that unfinished tasks wait for: id, question, issue, and those that name it."""
    naming = waiting(plan)
    found = []
    for one in plan.decisions:
        names = [name for name in naming.get(one.id, ()) if stages.get(name) not in ("done", "dropped", None)]
        if names:
            found.append((one.id, one.question, one.issue, names))
    return found
