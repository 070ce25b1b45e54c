"""The facets of a functional plan as far as issue and repository give them: header, requirements, criteria,
streams and what is there already.

Nothing is thought up: what only understanding gives is left in `not_produced` with its question.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from bot.author.facts import Facts
from bot.author.inputs.filing import filing
from bot.author.inputs.surroundings import SYSTEMS
from bot.author.risk import irreversible, signals
from bot.plan.facets import Header, ParallelGroup, Requirements, Stream, Streams
from bot.plan.formats.behaviour import derived, fills_in
from bot.plan.formats.implied import with_contracts
from bot.plan.formats.labelled import beside
from bot.plan.formats.plan_output import stream_order
from bot.plan.formats.what import in_words
from bot.plan.model import Missing, Obligation, Plan, Task
from bot.plan.safe_text import clipped
from bot.recon.kinds import kind_of
from bot.recon.languages import NOT_CODE, language_of

_OF_OTHER_FORMATS = frozenset(
    {"Design", "New tests", "Risks"}
)  # what engineers settle, or rows that are there
_AGENT = re.compile(r"[a-z+#]{1,20}")
_THE_TITLE = "I-0"
_SHOWN = 8


def functional(plan: Plan, facts: Facts) -> Plan:
    """An outline with what a functional plan shows of it."""
    wanted = _requirements(plan, facts)
    whole = plan.model_copy(
        update={
            "summary": in_words(plan.summary, _files(plan)) if _is_computed(plan) else plan.summary,
            "requirements": wanted.model_copy(update={"notes": tuple(_notes(facts))}),
            "streams": _streams(plan, wanted, facts),
            "not_produced": tuple(_missing(plan, wanted)),
        }
    )
    return with_contracts(whole)


def _is_computed(plan: Plan) -> bool:
    return any(task.origin == "computed" for task in plan.tasks)


def _files(plan: Plan) -> set[str]:
    return {change.path for task in plan.tasks for change in task.files}


# --- requirements ----------------------------------------------------------------------------------------


def _requirements(plan: Plan, facts: Facts) -> Requirements:
    """Out of the demands; where there are none, what the title says is the one requirement."""
    found = filing(facts.brief)
    filed = Header(
        task=found.task,
        branch=found.branch or f"{plan.issue}-{plan.slug}",  # as GitHub would call it
        feature=in_words(plan.title),
        created=facts.brief.created or "unknown",
    )
    if any(one.disposition == "task" for one in plan.obligations):
        return derived(plan, filed)
    title = Obligation(id=_THE_TITLE, text=in_words(plan.title), disposition="task")
    tasks = tuple(task.model_copy(update={"covers": (_THE_TITLE,)}) for task in plan.tasks)
    made = derived(plan.model_copy(update={"obligations": (title,), "tasks": tasks}), filed)
    bare = tuple(one.model_copy(update={"covers": ()}) for one in made.functional)
    return made.model_copy(update={"functional": bare})


def _notes(facts: Facts) -> list[str]:
    """What is there already, by its names: parts that are close to the issue's words, dependencies, and the
    systems that these reach."""
    near = [each.path for each in facts.codebase.files if each.confidence in {"A", "B"}]
    parts = [in_words(path) for path in near if kind_of(path) == "source" and in_words(path) != path]
    declared = {one.name: one for each in facts.brief.recon.manifests for one in each.dependencies}
    names = [f"`{name}`" for name in declared if in_words(name) == name][:_SHOWN]
    lower = {name.lower() for name in declared}
    systems = [system for system, packages in SYSTEMS.items() if lower & set(packages)]
    lines = [
        ("Similar features exist, by their words", list(dict.fromkeys(parts))[:_SHOWN]),
        ("Available dependencies", names),
        ("External services, by these dependencies", systems),
    ]
    return [f"{label}: {', '.join(shown)}" for label, shown in lines if shown]


def _missing(plan: Plan, wanted: Requirements) -> list[Missing]:
    sections = {
        "Inputs and error cases": "What goes in, within which bounds, and what happens when it is wrong?",
        "Security": "Who may do this, and which data has to be protected?",
    }
    if fills_in(wanted.criteria):
        question = "In which situation, and after which action, is each criterion seen?"
        sections = {"Given and When": question, **sections}
    text = "\n".join(one.behaviour for one in wanted.functional)
    if irreversible(signals(text, sorted(_files(plan)))):
        sections["Schema changes"] = "Which objects of the stored data change, in which phases?"
    made = [Missing(section=name, question=question) for name, question in sections.items()]
    return [*made, *(one for one in plan.not_produced if one.section not in _OF_OTHER_FORMATS)]


# --- streams ---------------------------------------------------------------------------------------------


def _streams(plan: Plan, wanted: Requirements, facts: Facts) -> Streams | None:
    """A stream for each task that has a requirement of its own; None when it is not known who builds in the
    repository's languages."""
    placed = _placed(plan, wanted)
    tasks = [task for task in plan.tasks if placed.get(task.id)]
    names = {task.id: f"WS-{at}" for at, task in enumerate(tasks, start=1)}
    free = beside(plan)
    agents = {task.id: _agent(task, facts) for task in tasks}
    if not tasks or not all(agents.values()):
        return None
    needs = {task.id: _named(_needed(task, plan.tasks, names), names) for task in tasks}
    streams = tuple(
        Stream(
            id=names[task.id],
            name=clipped(in_words(task.title), 100),
            agent=agents[task.id],
            command="/implement",
            requirements=tuple(placed[task.id]),
            depends_on=needs[task.id],
            parallel_with=_named(free.get(task.id, ()), names),
            blocks=tuple(names[other] for other, needed in needs.items() if names[task.id] in needed),
        )
        for task in tasks
    )
    return Streams(streams=streams, groups=_groups(streams))


def _placed(plan: Plan, wanted: Requirements) -> dict[str, list[str]]:
    """The requirements of each task; one of several tasks goes to the first."""
    placed: dict[str, list[str]] = {task.id: [] for task in plan.tasks}
    for one in wanted.functional:
        of = next((task.id for task in plan.tasks if set(one.covers) & set(task.covers)), plan.tasks[0].id)
        placed[of].append(one.id)
    return placed


def _needed(task: Task, tasks: Sequence[Task], names: dict[str, str]) -> list[str]:
    """The tasks with a stream that a task waits for; through one without a stream, those that one waits
    for."""
    by_id = {one.id: one for one in tasks}
    found, left = list[str](), list(task.depends_on)
    while left:
        name = left.pop(0)
        if name in names:
            found.append(name)
        elif name in by_id:
            left += by_id[name].depends_on
    return found


def _named(tasks: Sequence[str], names: dict[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names[one] for one in tasks if one in names))


def _groups(streams: tuple[Stream, ...]) -> tuple[ParallelGroup, ...]:
    steps: dict[int, list[str]] = {}
    for step, one in stream_order(streams):
        steps.setdefault(step, []).append(one.id)
    return tuple(ParallelGroup(group=step, streams=tuple(names)) for step, names in steps.items())


def _agent(task: Task, facts: Facts) -> str:
    """The engineer of the language of most of a task's files, else of the repository; "" when neither is
    known."""
    own = Counter(language for change in task.files if (language := language_of(change.path)))
    known = [name for name, _ in own.most_common()] + [each.name for each in facts.brief.recon.languages]
    code = (name.lower() for name in known if name not in NOT_CODE)
    found = next((name for name in code if _AGENT.fullmatch(name)), "")
    return f"software-engineer-{found}" if found else ""
