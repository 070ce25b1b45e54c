"""PLN201-206: ids are unique, well formed, in order, and every reference finds its item."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from bot.plan.graph import natural
from bot.plan.model import Plan
from bot.plan.rules.engine import Hit, LintInput, rule

_GRAMMAR = {
    "milestone": re.compile(r"M(0|[1-9][0-9]*)"),
    "task": re.compile(r"T(0|[1-9][0-9]*)"),
    "decision": re.compile(r"D-(0|[1-9][0-9]*)"),
    "assumption": re.compile(r"A-(0|[1-9][0-9]*)"),
    "question": re.compile(r"Q-(0|[1-9][0-9]*)"),
    "obligation": re.compile(r"I-(0|[1-9][0-9]*)"),
}
_MENTION = re.compile(r"(?<![\w`/#-])(?:[MT][1-9][0-9]{0,3}|[DAQI]-[1-9][0-9]{0,3})(?![\w/-]|\.[0-9])")
_CODE = re.compile(r"`[^`]*`")

Item = tuple[str, str, str]


def items(plan: Plan) -> Iterator[Item]:
    """Kind, id and pointer of everything in the plan that has an id."""
    lists: tuple[tuple[str, str, Iterable[str]], ...] = (
        ("milestone", "/roadmap/milestones", (one.id for one in plan.roadmap.milestones)),
        ("task", "/tasks", (one.id for one in plan.tasks)),
        ("decision", "/decisions", (one.id for one in plan.decisions)),
        ("assumption", "/assumptions", (one.id for one in plan.assumptions)),
        ("question", "/questions", (one.id for one in plan.questions)),
        ("obligation", "/obligations", (one.id for one in plan.obligations)),
    )
    for kind, pointer, ids in lists:
        for index, name in enumerate(ids):
            yield kind, name, f"{pointer}/{index}"


def near(name: str, known: Iterable[str]) -> str:
    """The up to three known ids most like `name`, for a message; "nothing near" when there is none."""
    return ", ".join(difflib.get_close_matches(name, sorted(set(known), key=natural), 3)) or "nothing near"


def _plan(given: LintInput) -> Plan:
    assert given.plan is not None
    return given.plan


@rule("PLN201", severity="error", needs=["plan"], message="{id} is defined twice ({p1}, {p2})")
def ids_are_unique(given: LintInput) -> Iterator[Hit]:
    """Every id is defined once"""
    seen: dict[tuple[str, str], str] = {}
    for kind, name, pointer in items(_plan(given)):
        if (first := seen.setdefault((kind, name), pointer)) != pointer:
            yield Hit(f"{pointer}/id", {"id": name, "p1": first, "p2": pointer})


@rule("PLN202", severity="error", needs=["plan"], message="'{id}' is not a valid {kind} id")
def ids_are_well_formed(given: LintInput) -> Iterator[Hit]:
    """Ids follow the grammar of their kind"""
    for kind, name, pointer in items(_plan(given)):
        if not _GRAMMAR[kind].fullmatch(name):
            yield Hit(f"{pointer}/id", {"id": name, "kind": kind})


@rule("PLN203", severity="warning", needs=["plan"], message="{kind} ids jump from {a} to {b}")
def ids_are_in_order(given: LintInput) -> Iterator[Hit]:
    """Numbers run on without gaps"""
    for kind in _GRAMMAR:
        numbered = [
            (int(re.sub(r"\D", "", name)), name, pointer)
            for its, name, pointer in items(_plan(given))
            if its == kind and _GRAMMAR[kind].fullmatch(name)
        ]
        for (before, name, _), (after, next_name, pointer) in pairwise(numbered):
            if after not in (before, before + 1):
                yield Hit(f"{pointer}/id", {"kind": kind.capitalize(), "a": name, "b": next_name})


def _references(plan: Plan) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Pointer, name and possible targets of every reference that no other rule checks."""
    ids: dict[str, set[str]] = {kind: set() for kind in _GRAMMAR}
    for kind, name, _ in items(plan):
        ids[kind].add(name)
    milestones, tasks = frozenset(ids["milestone"]), frozenset(ids["task"])
    targets = tasks | ids["question"] | ids["decision"] | milestones
    for at, task in enumerate(plan.tasks):
        yield f"/tasks/{at}/milestone", task.milestone, milestones
        for index, name in enumerate(task.covers):
            yield f"/tasks/{at}/covers/{index}", name, frozenset(ids["obligation"])
        for index, name in enumerate(task.decisions):
            yield f"/tasks/{at}/decisions/{index}", name, frozenset(ids["decision"])
    for at, obligation in enumerate(plan.obligations):
        if obligation.disposition in ("task", "question"):
            for index, name in enumerate(obligation.by):
                yield f"/obligations/{at}/by/{index}", name, targets


@rule(
    "PLN204",
    severity="error",
    needs=["plan"],
    message="{pointer} refers to undefined {id}; did you mean {near}?",
)
def references_are_defined(given: LintInput) -> Iterator[Hit]:
    """Every reference names something in the plan"""
    for pointer, name, known in _references(_plan(given)):
        if name not in known:
            yield Hit(pointer, {"id": name, "near": near(name, known)})


def _prose(plan: Plan) -> Iterator[tuple[str, str]]:
    yield "/summary", plan.summary
    yield "/roadmap/objective", plan.roadmap.objective
    for at, milestone in enumerate(plan.roadmap.milestones):
        yield f"/roadmap/milestones/{at}/outcome", milestone.outcome
        for index, text in enumerate(milestone.acceptance):
            yield f"/roadmap/milestones/{at}/acceptance/{index}", text
    for at, task in enumerate(plan.tasks):
        yield f"/tasks/{at}/objective", task.objective
        for name in ("acceptance", "tests", "gotchas", "user_instructions"):
            for index, text in enumerate(getattr(task, name)):
                yield f"/tasks/{at}/{name}/{index}", text


@rule("PLN205", severity="warning", tier="extended", needs=["plan"], message="Text mentions undefined {id}")
def mentioned_ids_are_defined(given: LintInput) -> Iterator[Hit]:
    """Ids named in prose exist"""
    known = {name for _, name, _ in items(_plan(given))}
    for pointer, text in _prose(_plan(given)):
        for name in dict.fromkeys(_MENTION.findall(_CODE.sub(" ", text))):
            if name not in known:
                yield Hit(pointer, {"id": name})


@rule("PLN206", severity="warning", tier="extended", needs=["plan"], message="{id} is never referenced")
def ids_are_used(given: LintInput) -> Iterator[Hit]:
    """Decisions and obligations meant for tasks are named by a task"""
    plan = _plan(given)
    used = {name for task in plan.tasks for name in (*task.decisions, *task.covers)}
    for at, decision in enumerate(plan.decisions):
        if plan.tasks and decision.id not in used:
            yield Hit(f"/decisions/{at}", {"id": decision.id})
    for at, obligation in enumerate(plan.obligations):
        if obligation.disposition == "task" and obligation.id not in used:
            yield Hit(f"/obligations/{at}", {"id": obligation.id})
