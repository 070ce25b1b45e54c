"""PLN821-823: a decision can be taken from what it says, and everybody who must know of it does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from bot.plan.contract import decision_line
from bot.plan.fanout import ID, is_blocking
from bot.plan.model import Decision, Plan, Task
from bot.plan.rules.engine import Hit, Lacking, LintInput, rule
from bot.plan.rules.scope import bare, english
from bot.plan.similarity import similarity

_ALIKE = 0.8
# Words by which an option says that it changes little or nothing.
_WORDS_OF_LITTLE = """
current defer drop existing keep keeps later least leave leaves minimal never no none not nothing only same
skip smaller smallest stay stays today unchanged without
"""
_LITTLE = frozenset(_WORDS_OF_LITTLE.split())
_WORD = re.compile(r"[a-z]+")


def _judged(plan: Plan | None) -> Iterator[tuple[int, Decision]]:
    """Open decisions that somebody worked out; what is copied from the issue is as the issue has it."""
    assert plan is not None
    for at, decision in enumerate(plan.decisions):
        if decision.origin in ("model", "person") and not decision.answer:
            yield at, decision


@rule("PLN821", severity="error", needs=["own"], formats="D", message="Decision {d} lacks {field}")
def decisions_can_be_taken(given: LintInput) -> Iterator[Hit]:
    """A decision has options with consequences, a recommended one, a deadline, and work it affects"""
    plan = given.own
    affected = {name for task in plan.tasks for name in task.decisions} if plan else set()
    for at, decision in _judged(plan):
        for field, what in _lacking(decision):
            yield Hit(f"/decisions/{at}/{field}", {"d": decision.id, "field": what})
        if plan and plan.tasks and decision.id not in affected:
            values = {"d": decision.id, "field": "the tasks it affects"}
            yield Hit(f"/decisions/{at}/id", values, f"name {decision.id} in the `decisions` of those tasks")


def _lacking(decision: Decision) -> Iterator[tuple[str, str]]:
    names = [option.name.strip() for option in decision.options]
    for field in ("question", "context", "impact"):
        if not getattr(decision, field).strip():
            yield field, f"its {field}"
    if len(set(names)) < 2:
        yield "options", "a second option"
    for at, option in enumerate(decision.options):
        if not option.consequence.strip():
            yield f"options/{at}/consequence", f"what follows from {option.name}"
    if not decision.recommended.strip():
        yield "recommended", "a recommended option" + (", its default" if decision.weight == "minor" else "")
    elif decision.recommended.strip() not in names:
        yield "recommended", f"an option '{decision.recommended}', which it recommends"
    if not decision.deadline.strip():
        yield "deadline", "a deadline"


@rule(
    "PLN822",
    severity="warning",
    tier="extended",
    needs=["own"],
    formats="D",
    message="Decision {d}: options {a} and {b} do not differ",
)
def options_differ(given: LintInput) -> Iterator[Hit]:
    """Options lead to different ends, and a major decision can also go the way that changes least"""
    known = {one.pointer for one in english(given, "decision")}
    for at, decision in _judged(given.own):
        for (_, one), (index, other) in combinations(enumerate(decision.options), 2):
            if similarity(one.consequence, other.consequence) >= _ALIKE:
                values = {"d": decision.id, "a": one.name, "b": other.name}
                yield Hit(f"/decisions/{at}/options/{index}", values, "say what differs, or drop one")
        texts = [f"{one.name} {one.consequence}".lower() for one in decision.options]
        changes_much = all(_LITTLE.isdisjoint(_WORD.findall(text)) for text in texts)
        in_english = f"/decisions/{at}/context" in known
        if in_english and decision.weight == "major" and texts and changes_much:
            message = f"Decision {decision.id}: no option changes little or nothing"
            yield Hit(f"/decisions/{at}/options", {"d": decision.id}, message=message)


@rule(
    "PLN823",
    severity="error",
    needs=["plan"],
    formats="D,C,O",
    message="Decision {d}: {side} missing",
)
def decisions_are_known_everywhere(given: LintInput) -> Iterator[Hit]:
    """Contract, documents, tasks and fan-out file name the same open decisions"""
    plan = given.own
    if plan is None:
        yield from _in_broken_contract(given)
        return
    opened = [(at, one) for at, one in enumerate(plan.decisions) if not one.answer]
    yield from _in_contract(given, [one for _, one in opened])
    for at, decision in opened:
        if given.documents and not any(_names(one.text, decision.id) for one in given.documents):
            yield Hit(f"/decisions/{at}/id", {"d": decision.id, "side": "its mention in the documents is"})
    blocking = {one.id: one for _, one in opened if is_blocking(one)}
    mentioned = _mentioned(given)
    for at, task in enumerate(plan.tasks):
        for name in sorted(mentioned.get(str(at), set()) & set(blocking) - set(task.decisions)):
            values = {"d": name, "side": f"it decides on {given.name(task.id)}; there, its id is"}
            yield Hit(f"/tasks/{at}/decisions", values)
        yield from _in_fanout(given, task, [one for name, one in blocking.items() if name in task.decisions])


def _in_broken_contract(given: LintInput) -> Iterator[Hit]:
    """A contract that is refused for its shape still has to list what the plan inside leaves open."""
    top = given.contract_json.value if given.contract_json else None
    held = top.get("groundplan") if isinstance(top, dict) else None
    if given.plan is None or not isinstance(held, dict) or not isinstance(held.get("decisions"), list):
        raise Lacking("not a whole plan of Groundplan")
    yield from _in_contract(given, [one for one in given.plan.decisions if one.id and not one.answer])


def _in_contract(given: LintInput, opened: list[Decision]) -> Iterator[Hit]:
    top = given.contract_json.value if given.contract_json else None
    lines = top.get("decisions") if isinstance(top, dict) else None
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        return
    told = {line.partition(":")[0].strip(): at for at, line in enumerate(lines)}
    for decision in opened:
        if decision.id not in told:
            yield Hit(
                "/decisions", {"d": decision.id, "side": "its line in the contract is"}, file="contract"
            )
        elif decision.issue and f"#{decision.issue}" not in lines[told[decision.id]]:
            side = f"its issue #{decision.issue} in the contract is"
            pointer = f"/decisions/{told[decision.id]}"
            yield Hit(pointer, {"d": decision.id, "side": side}, decision_line(decision), file="contract")
    for name, at in told.items():
        if name not in {one.id for one in opened}:
            values = {"d": name, "side": "an open decision of this name in the plan is"}
            yield Hit(f"/decisions/{at}", values, file="contract")


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None


def _mentioned(given: LintInput) -> dict[str, set[str]]:
    """The ids in each task's words, by the task's place in the list."""
    found: dict[str, set[str]] = {}
    for one in given.texts_of_plan:
        if one.pointer.startswith("/tasks/") and not one.quoted:
            found.setdefault(one.pointer.split("/")[2], set()).update(ID.findall(bare(one.text)))
    return found


def _in_fanout(given: LintInput, task: Task, blocking: list[Decision]) -> Iterator[Hit]:
    """The task as it is handed out says which decisions it waits for; without that it could be started."""
    children = given.fanout_data.tasks if given.fanout_data else ()
    for at, child in enumerate(children):
        told = {line.partition(":")[0].strip() for line in child.decisions}
        for decision in blocking if child.key == task.id else ():
            if decision.id not in told:
                values = {"d": decision.id, "side": f"its line in task {child.key} is"}
                yield Hit(f"/tasks/{at}/decisions", values, decision_line(decision), file="fanout")
