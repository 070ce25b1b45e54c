"""What a recipe gives, and how it becomes a plan of one task."""

from __future__ import annotations

from dataclasses import dataclass

from bot.author.facts import Facts
from bot.author.parts import INVARIANTS, NO_TEST_COMMAND, defaults, passes, roadmap, slug
from bot.author.risk import Signal, irreversible, risk_of, signals
from bot.author.size import diff_scope, effort, size_of
from bot.plan.model import Evidence, FileChange, Obligation, Plan, Provenance, Rollback, Task, TaskKind

MOST_DEMANDS = 3


@dataclass(frozen=True, slots=True)
class Recipe:
    """A complete answer for one closed kind of work. `seen` is where each of its facts stands."""

    name: str
    kind: TaskKind
    objective: str
    files: tuple[FileChange, ...]
    acceptance: tuple[str, ...]
    seen: tuple[Evidence, ...]
    gotchas: tuple[str, ...] = ()
    instructions: tuple[str, ...] = ()


def fits(facts: Facts) -> bool:
    """Whether the issue asks for little enough beside its title that a recipe can be all of it."""
    return len([each for each in facts.demands if not each.done]) <= MOST_DEMANDS


def plan_of(facts: Facts, made: Recipe, provenance: Provenance) -> Plan:
    """A plan with one computed task that covers every open demand of the issue."""
    paths = [change.path for change in made.files]
    found = signals(facts.title, paths)
    task = _task(facts, made, found)
    open_demands = [each for each in facts.demands if not each.done]
    return Plan(
        issue=facts.brief.number,
        title=facts.title,
        slug=slug(facts.title, facts.brief.number),
        size=size_of(1, len(paths), len(open_demands)),
        summary=made.objective,
        roadmap=roadmap(
            facts, made.objective, task.acceptance, _risks(found), task.risk_class, [task], "computed"
        ),
        contract_defaults=defaults(facts, task.risk_class, task.max_diff_scope),
        tasks=(task,),
        obligations=tuple(
            Obligation(
                id=each.id,
                text=each.text,
                disposition="done" if each.done else "task",
                by=() if each.done else ("T1",),
                reason="its box is ticked in the issue" if each.done else "",
            )
            for each in facts.demands
        ),
        codebase=facts.codebase,
        not_produced=() if facts.test_commands else (NO_TEST_COMMAND,),
        provenance=provenance,
    )


def _task(facts: Facts, made: Recipe, found: tuple[Signal, ...]) -> Task:
    open_demands = [each for each in facts.demands if not each.done]
    paths = [change.path for change in made.files]
    criterion, where = passes(facts)
    return Task(
        id="T1",
        milestone="M1",
        title=facts.title,
        kind=made.kind,
        track=made.name,
        objective=made.objective,
        files=made.files,
        allowed_paths=tuple(paths),
        max_diff_scope=diff_scope(len(paths)),
        effort=effort(len(paths), len(open_demands)),
        risk_class=risk_of(found, paths),
        rollback=Rollback(kind="manual", note="Revert the commit; see the risks.")
        if irreversible(found)
        else Rollback(kind="safe"),
        user_instructions=made.instructions,
        acceptance=tuple(dict.fromkeys([*made.acceptance, *(each.text for each in open_demands), criterion])),
        commands=tuple(each.line for each in facts.test_commands[:1]),
        invariants=INVARIANTS,
        gotchas=made.gotchas,
        covers=tuple(each.id for each in open_demands),
        origin="computed",
        evidence=(*made.seen[:40], *where),
    )


def _risks(found: tuple[Signal, ...]) -> list[str]:
    return [f"{each.what[0].upper()}{each.what[1:]} (seen: {each.seen})" for each in found]
