"""PLN812-816: what becomes an issue of its own can be found again, stands alone, carries only labels that
fit, and comes in an order that works."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.plan.fanout import ID, RISKY, Fanout, FanoutTask, expected_labels, held, marker
from bot.plan.findings import Severity
from bot.plan.graph import Graph
from bot.plan.model import Plan
from bot.plan.rules.engine import Hit, LintInput, rule
from bot.plan.rules.identifiers import Near, items
from bot.plan.rules.scope import bare

_LABEL = re.compile(
    r"(?:type|area|priority|release)/[^\s,/][^,/]{0,48}|role/(?:planner|developer|qa)|sev[0-3]|risk/high"
    r"|autonomous|ready|qa-ready"
)
_ROLES: Mapping[str, frozenset[str]] = {
    "ready": frozenset({"developer", "planner"}),
    "autonomous": frozenset({"developer", "planner"}),
    "qa-ready": frozenset({"qa"}),
    "role/developer": frozenset({"developer"}),
    "role/planner": frozenset({"planner"}),
    "role/qa": frozenset({"qa"}),
}
_STARTS = frozenset({"ready", "qa-ready"})
_BUILDS = frozenset({"feature", "fix", "migration", ""})

# Words that send the reader to a text that the issue does not hold. "As before" is not among them: it can be
# said of what a program does.
_BACK = re.compile(
    r"\b(?:(?:see|as|same as|like|listed|stated) above"
    r"|(?:described|mentioned|discussed|noted|outlined|agreed) (?:above|before|earlier|previously)"
    r"|as (?:we|you) (?:said|discussed|agreed|mentioned)|(?:previous|earlier) conversation)\b",
    re.IGNORECASE,
)
# A warning: a program may have plans of its own.
_IN_THE_PLAN = re.compile(
    r"\b(?:see|refer to|(?:is|are|as) (?:listed|described|stated|given|defined|recorded|explained|set out)"
    r" in)"
    r" (?:the (?:\w+ ){1,3}(?:of|in) )?the (?:whole |parent |overall )?"
    r"(?:plan|roadmap|parent issue|tracking issue)\b(?! of #| in `)",
    re.IGNORECASE,
)
_NEIGHBOUR = re.compile(r"\bthe (?:previous|preceding) (?:task|milestone)\b", re.IGNORECASE)
_NUMBERED = re.compile(
    r"\b(?:[Ss]ee|[Ff]rom|[Ii]n|[Aa]fter|[Bb]efore|[Ll]ike|[Oo]f|on|to) (?:Task|Step) ([0-9]{1,3})\b(?! of\b)"
)


def _fanout(given: LintInput) -> Fanout:
    assert given.fanout_data is not None
    return given.fanout_data


@rule(
    "PLN812",
    severity="error",
    needs=["fanout_data"],
    formats="O",
    message="tasks {a} and {b} share marker {m}",
)
def fanout_markers_are_unique(given: LintInput) -> Iterator[Hit]:
    """No two tasks of the fan-out file have the same role and title, by which their issues are found again"""
    seen: dict[str, str] = {}
    issue = given.number or 0
    for at, task in enumerate(_fanout(given).tasks):
        name = marker(issue, task.role, task.title)
        if name in seen:
            values = {"a": seen[name], "b": task.key, "m": name}
            yield Hit(f"/tasks/{at}/title", values, "give one of them another title", file="fanout")
        seen.setdefault(name, task.key)


@rule(
    "PLN813",
    severity="error",
    needs=["fanout_data"],
    formats="O",
    message="{n} tasks exceed limit {k}; {rest} queued",
)
def fanout_keeps_its_limit(given: LintInput) -> Iterator[Hit]:
    """No more tasks than the limit are filed at once; the others are queued, and none is dropped"""
    tasks = _fanout(given).tasks
    queued = sum(task.queued for task in tasks)
    limit = given.limits.tasks
    if len(tasks) - queued > limit:
        values = {"n": len(tasks), "k": limit, "rest": queued}
        yield Hit("/tasks", values, f"say `queued` on all but {limit} of them", file="fanout")
    keys = {task.key for task in tasks}
    for task in given.own.tasks if given.own else ():
        if task.id not in keys:
            message = f"{task.id} is in the plan and not in the fan-out file"
            yield Hit(
                "/tasks", {"id": task.id}, "write the fan-out file again", message=message, file="fanout"
            )


@rule(
    "PLN814",
    severity="error",
    needs=["fanout_data"],
    formats="O",
    message="Task {n} lacks {field}",
)
def fanout_tasks_stand_alone(given: LintInput) -> Iterator[Hit]:
    """Each task can be carried out from its own text: scope, commands, source, no word left in the plan"""
    fanout = _fanout(given)
    known = {task.key for task in fanout.tasks} | _ids(given.own)
    for at, task in enumerate(fanout.tasks):
        for field, section in _lacking(task, fanout, given.number):
            values = {"n": task.key, "field": section}
            yield Hit(
                f"/tasks/{at}/{field}",
                values,
                severity="error" if fanout.groundplan else "warning",
                file="fanout",
            )
        for field, word in _dangling(task, known):
            message = f"Task {task.key} refers to '{word}', which it does not hold"
            suggestion = "say what is meant in the task itself"
            unsure = _NEIGHBOUR.fullmatch(word) or _IN_THE_PLAN.fullmatch(word)
            severity: Severity = "warning" if unsure else "error"
            yield Hit(
                f"/tasks/{at}/{field}", {"t": word}, suggestion, severity, message=message, file="fanout"
            )


def _ids(plan: Plan | None) -> set[str]:
    """Ids that mean something in this plan only. Milestones are left out: an M2 may be a machine."""
    return {name for kind, name, _ in items(plan) if kind != "milestone"} if plan else set()


def _lacking(task: FanoutTask, fanout: Fanout, issue: int | None) -> Iterator[tuple[str, str]]:
    if not (task.in_scope or (task.allowed_paths and not fanout.groundplan)):
        yield "in_scope", "what is in scope"
    if not (task.out_of_scope or task.denied_paths):
        yield "out_of_scope", "what is out of scope"
    if not any(one.strip() for one in task.commands):
        yield "commands", "a command that validates it"
    number = fanout.groundplan.issue if fanout.groundplan else issue
    if fanout.groundplan and not re.search(rf"#{number}(?![0-9])", task.notes):
        yield "notes", f"the link to its source, #{number}"


def _dangling(task: FanoutTask, known: set[str]) -> Iterator[tuple[str, str]]:
    """Words and ids that only a reader of the whole plan understands, with the field they stand in."""
    held_here = {task.key, task.milestone, *task.depends_on}
    held_here |= {line.partition(":")[0] for line in (*task.notes.split("\n"), *task.decisions)}
    for field, text in _texts(task):
        words = bare(text)
        for pattern in (_BACK, _NEIGHBOUR, _IN_THE_PLAN) if task.origin != "extracted" else ():
            if found := pattern.search(words):
                yield field, found[0]
                break
        for found in _NUMBERED.finditer(words):
            if (name := f"T{found[1]}") in known and name not in held_here:
                yield field, found[0].partition(" ")[2]
        for name in dict.fromkeys(ID.findall(words)):
            if name in known and name not in held_here:
                yield field, name


def _texts(task: FanoutTask) -> Iterator[tuple[str, str]]:
    yield "title", task.title
    yield "summary", task.summary
    for field in ("acceptance", "in_scope", "out_of_scope"):
        for at, text in enumerate(getattr(task, field)):
            yield f"{field}/{at}", text
    yield "notes", task.notes


@rule(
    "PLN815",
    severity="error",
    needs=["fanout_data"],
    formats="O",
    message="Task {n}: label {l} not allowed while {why}",
)
def fanout_labels_fit(given: LintInput) -> Iterator[Hit]:
    """Labels are of the known kinds, fit the role, and start nothing that has to wait"""
    fanout = _fanout(given)
    for at, task in enumerate(fanout.tasks):
        first = next((label for label in task.labels if label.startswith("priority/")), "")
        for index, label in enumerate(task.labels):
            values = {"n": task.key, "l": label, "why": _forbids(task, label, first)}
            if not _LABEL.fullmatch(label):
                message = f"Task {task.key}: label {label} is none that a plan may set"
                yield Hit(f"/tasks/{at}/labels/{index}", values, message=message, file="fanout")
            elif values["why"]:
                yield Hit(f"/tasks/{at}/labels/{index}", values, "take it off", file="fanout")
        for label in _missing(task) if fanout.groundplan else ():
            message = f"Task {task.key}: label {label} is missing"
            yield Hit(f"/tasks/{at}/labels", {"n": task.key, "l": label}, message=message, file="fanout")


def _forbids(task: FanoutTask, label: str, priority: str) -> str:
    """What speaks against the label, in words that follow "while"."""
    if task.role not in _ROLES.get(label, {task.role}):
        return f"its role is {task.role}"
    if label.startswith("priority/") and label != priority:
        return f"it has {priority}"
    return held(task) if label in _STARTS else ""


def _missing(task: FanoutTask) -> Sequence[str]:
    risky = ("risk/high",) if task.risk_class in RISKY else ()
    return [label for label in (*risky, *expected_labels(task)) if label not in task.labels]


@rule("PLN816", severity="error", needs=["fanout_data"], formats="O", message="Task {n}: {why}")
def fanout_order_works(given: LintInput) -> Iterator[Hit]:
    """Tasks wait only for tasks of the same file, in no circle, and checks wait for what they check"""
    tasks = _fanout(given).tasks
    near = Near()
    first = {task.key: at for at, task in reversed([*enumerate(tasks)])}
    for at, task in enumerate(tasks):
        if first[task.key] < at:
            yield _order(f"/tasks/{at}/key", task.key, "another task has the same key")
        for index, need in enumerate(task.depends_on):
            if need == task.key:
                yield _order(f"/tasks/{at}/depends_on/{index}", task.key, "waits for itself")
            elif need not in first:
                why = f"waits for {need}, which is not in the file; did you mean {near(need, first)}?"
                yield _order(f"/tasks/{at}/depends_on/{index}", task.key, why)
    graph = Graph.of((task.key, task.depends_on) for task in tasks)
    for cycle in graph.cycles:
        why = f"waits for itself: {' -> '.join([*cycle, cycle[0]])}"
        yield _order(f"/tasks/{first[cycle[0]]}/depends_on", cycle[0], why)
    yield from _unbuilt(tasks, graph)


def _order(pointer: str, name: str, why: str) -> Hit:
    return Hit(pointer, {"n": name, "why": why}, file="fanout")


def _unbuilt(tasks: Sequence[FanoutTask], graph: Graph) -> Iterator[Hit]:
    """Checks that wait for nothing that is built, though something is. Of checks alone PLN818 has to say."""
    built = [task.key for task in tasks if task.role == "developer" and task.kind in _BUILDS]
    for at, task in enumerate(tasks):
        if task.role == "qa" and built and not any(graph.reaches(task.key, one) for one in built):
            why = f"it is for qa and waits for no developer task; developer tasks: {', '.join(built[:5])}"
            yield _order(f"/tasks/{at}/depends_on", task.key, why)
