"""What a plan without requirements says of behaviour all the same: its demands as requirements, acceptance
as criteria.

Every sentence is the plan's own or one of the three below, which stand where a plan does not say when
something is seen. Nothing is made up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot.plan.facets import Criterion, Header, MandatedTest, Requirement, Requirements
from bot.plan.formats.what import in_words
from bot.plan.model import Obligation, Plan, Task
from bot.plan.readers.criteria import clauses
from bot.plan.readers.stretch import Stretch
from bot.plan.safe_text import clipped
from bot.plan.similarity import containment

GIVEN, WHEN, PASSES = "This work is in place", "It is used", "It passes"
_TITLE = 60
_IN_COMMON = 1 / 3


def derived(plan: Plan, header: Header) -> Requirements:
    """Requirements and criteria out of the demands and tasks of a plan, filed under `header`."""
    demands = list(_demands(plan))
    of_tests = _of_tests(plan)
    behaviour = [one for one in demands if one.id not in of_tests] or demands
    functional = tuple(
        Requirement(id=f"FR-{number}", title=_title(one.text), behaviour=one.text, covers=(one.id,))
        for number, one in enumerate(behaviour, start=1)
    )
    tests = tuple(
        MandatedTest(kind="as demanded", scenario=one.text, expected=PASSES)
        for one in demands
        if one not in behaviour
    )
    criteria = tuple(_criteria(plan, functional))
    return Requirements(header=header, functional=functional, criteria=criteria, mandate=tests)


def _of_tests(plan: Plan) -> set[str]:
    """The demands that only tasks of tests meet."""
    met = {True: set[str](), False: set[str]()}
    for task in plan.tasks:
        met[task.kind == "verification"] |= set(task.covers)
    return met[True] - met[False]


def _title(text: str) -> str:
    """The first words of a text; never half a piece of code."""
    short = clipped(in_words(text), _TITLE)
    whole, _, _ = short.rpartition("`") if short.count("`") % 2 else (short, "", "")
    if whole == short:
        return short
    return f"{whole.rstrip(' :,;(')}…" if whole.strip() else clipped(text.replace("`", ""), _TITLE)


def _demands(plan: Plan) -> Iterator[Obligation]:
    """What has to be done, without the demands that only say how other ones are seen to be met."""
    texts = {one.id: one.text for one in plan.obligations}
    checks: set[str] = set()
    for task in plan.tasks:
        seen = {name for name in task.covers if texts.get(name) in task.acceptance}
        checks |= seen if seen < set(task.covers) else set()
    yield from (one for one in plan.obligations if one.disposition == "task" and one.id not in checks)


def _criteria(plan: Plan, functional: Sequence[Requirement]) -> Iterator[Criterion]:
    """The criteria in the order of their requirements; a requirement without one is its own."""
    texts = {one.id: list[str]() for one in functional}
    files = {change.path for task in plan.tasks for change in task.files}
    demanded = {one.text for one in plan.obligations}
    for task in plan.tasks:
        mine = [one for one in functional if set(one.covers) & set(task.covers)]
        for text in _acceptance(plan, task) if mine else ():
            texts[_closest(text, mine).id].append(text if text in demanded else in_words(text, files))
    pairs = ((one.id, text) for one in functional for text in dict.fromkeys(texts[one.id] or [one.behaviour]))
    for number, (name, text) in enumerate(pairs, start=1):
        yield _criterion(f"AC-{number}", name, text)


def _acceptance(plan: Plan, task: Task) -> list[str]:
    """What is seen of the behaviour: a command that passes is how it is proved."""
    passes = {f"`{one}` passes" for one in (*task.commands, *plan.contract_defaults.acceptance_tests)}
    return [text for text in task.acceptance if text not in passes]


def _closest(text: str, functional: Sequence[Requirement]) -> Requirement:
    """The requirement that says the same, else the one with most of the words of a criterion, the first where
    none has a third of them."""
    if same := next((one for one in functional if one.behaviour == text), None):
        return same
    best = max(functional, key=lambda one: containment(text, one.behaviour))
    return best if containment(text, best.behaviour) >= _IN_COMMON else functional[0]


def _criterion(name: str, requirement: str, text: str) -> Criterion:
    said = _given_when_then(text) or {"given": [GIVEN], "when": [WHEN], "then": [text]}
    return Criterion(
        id=name,
        title=_title(said["then"][0]),
        requirements=(requirement,),
        given=tuple(said["given"]),
        when=tuple(said["when"]),
        then=tuple(said["then"]),
    )


def fills_in(criteria: Iterable[Criterion]) -> bool:
    """Whether some criterion does not say of itself when it is seen."""
    return any((one.given, one.when) == ((GIVEN,), (WHEN,)) for one in criteria)


def _given_when_then(text: str) -> dict[str, list[str]] | None:
    """The clauses of a text that has all three blocks and nothing else."""
    found: dict[str, list[str]] = {"given": [], "when": [], "then": []}
    block = ""
    for name, said in clauses(Stretch(" ".join(text.split()), ((1, 1),))):
        block = name if name in found else block
        clause = said.source.rstrip(" ,;")
        if not block or not clause:
            return None
        found[block].append(clause)
    return found if all(found.values()) else None
