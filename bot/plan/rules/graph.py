"""PLN301-308: tasks and milestones can be carried out in some order, and parallel ones do
not write the same file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.plan.graph import Graph, write_conflicts
from bot.plan.model import Plan
from bot.plan.rules.engine import Hit, LintInput, rule
from bot.plan.rules.identifiers import near

Nodes = Sequence[tuple[str, str, Sequence[str]]]


def _families(plan: Plan | None) -> Iterator[Nodes]:
    """Tasks, then milestones: each with the pointer of its dependencies, its id and what it needs."""
    assert plan is not None
    yield [(f"/tasks/{at}/depends_on", one.id, one.depends_on) for at, one in enumerate(plan.tasks)]
    milestones = enumerate(plan.roadmap.milestones)
    yield [(f"/roadmap/milestones/{at}/dependencies", one.id, one.dependencies) for at, one in milestones]


@rule("PLN301", severity="error", needs=["plan"], message="Dependency cycle: {cycle}")
def dependencies_have_no_cycle(given: LintInput) -> Iterator[Hit]:
    """No task or milestone waits for itself through others"""
    for nodes in _families(given.plan):
        pointers = {name: pointer for pointer, name, _ in nodes}
        for cycle in Graph.of((name, needs) for _, name, needs in nodes).cycles:
            yield Hit(pointers[cycle[0]], {"cycle": " -> ".join([*cycle, cycle[0]])})


@rule("PLN302", severity="error", needs=["plan"], fix="safe", message="{id} depends on itself")
def nothing_depends_on_itself(given: LintInput) -> Iterator[Hit]:
    """No task or milestone names itself as a dependency"""
    for nodes in _families(given.plan):
        for pointer, name, needs in nodes:
            yield from (Hit(f"{pointer}/{at}", {"id": name}) for at, need in enumerate(needs) if need == name)


@rule(
    "PLN303",
    severity="error",
    needs=["plan"],
    message="{id} depends on missing {dep}; did you mean {near}?",
)
def dependencies_exist(given: LintInput) -> Iterator[Hit]:
    """Every dependency names a task, or a milestone, of this plan"""
    for nodes in _families(given.plan):
        known = {name for _, name, _ in nodes}
        for pointer, name, needs in nodes:
            for at, need in enumerate(needs):
                if need not in known:
                    yield Hit(
                        f"{pointer}/{at}", {"id": name, "dep": need, "near": near(need, known - {name})}
                    )


@rule(
    "PLN308",
    severity="error",
    needs=["plan"],
    formats="S,X,P,F,R,O",
    fix="safe",
    message="{a} and {b} can run at the same time and both write {path}",
)
def parallel_tasks_write_apart(given: LintInput) -> Iterator[Hit]:
    """Tasks that can run at the same time write different files"""
    assert given.plan is not None
    at = {task.id: index for index, task in enumerate(given.plan.tasks)}
    for conflict in write_conflicts(given.plan.tasks):
        yield Hit(
            f"/tasks/{at[conflict.second]}/depends_on",
            {"a": conflict.first, "b": conflict.second, "path": conflict.path},
            suggestion=f"let {conflict.second} depend on {conflict.first}, or make them one task",
        )
