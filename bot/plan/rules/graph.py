"""PLN301-314: tasks, milestones and streams can be carried out in some order, and those that run side by side
do not write the same.

Judges what a plan declares; the order in which other tools' plans are carried out comes from their readers.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from bot.plan.findings import Fix, Severity
from bot.plan.graph import Graph, natural, write_conflicts, writes
from bot.plan.model import Plan, Task
from bot.plan.rules.engine import Hit, Lacking, LintInput, rule
from bot.plan.rules.identifiers import NOTHING_NEAR, Near, is_step_id
from bot.plan.rules.scope import called
from bot.plan.rules.tasks import is_migration, plan_of
from bot.plan.rules.write_order import faults_of_order

Node = tuple[str, str, Sequence[str]]
Nodes = Sequence[Node]

LONG_CHAIN = 6  # tasks in a row from which on it is asked whether each needs the one before
UNRELATED = 0.3  # share of neighbours in it that may have nothing in common


def _families(plan: Plan) -> Iterator[Nodes]:
    """Tasks, milestones, streams: each with the pointer of its dependencies, its id and what it needs."""
    yield _nodes("/tasks", "depends_on", ((one.id, one.depends_on) for one in plan.tasks))
    milestones = ((one.id, one.dependencies) for one in plan.roadmap.milestones)
    yield _nodes("/roadmap/milestones", "dependencies", milestones)
    streams = plan.streams.streams if plan.streams else ()
    yield _nodes("/streams/streams", "depends_on", ((one.id, one.depends_on) for one in streams))


def _nodes(pointer: str, field: str, listed: Iterator[tuple[str, Sequence[str]]]) -> Nodes:
    return [(f"{pointer}/{at}/{field}", name, needs) for at, (name, needs) in enumerate(listed)]


def _name(given: LintInput, pointer: str, name: str) -> str:
    return given.name(name) if pointer.startswith("/tasks/") else name


def _streams(given: LintInput) -> Graph:
    streams = plan_of(given).streams
    return Graph.of((one.id, one.depends_on) for one in (streams.streams if streams else ()))


@rule("PLN301", severity="error", needs=["plan"], message="Dependency cycle: {cycle}")
def dependencies_have_no_cycle(given: LintInput) -> Iterator[Hit]:
    """No task, milestone or stream waits for itself through others"""
    for nodes in _families(plan_of(given)):
        pointers = {name: pointer for pointer, name, _ in nodes}
        for cycle in Graph.of((name, needs) for _, name, needs in nodes).cycles:
            pointer = pointers[cycle[0]]
            names = [_name(given, pointer, one) for one in (*cycle, cycle[0])]
            yield Hit(pointer, {"cycle": " -> ".join(names)})


@rule("PLN302", severity="error", needs=["plan"], fix="safe", message="{id} depends on itself")
def nothing_depends_on_itself(given: LintInput) -> Iterator[Hit]:
    """No task, milestone or stream names itself as a dependency"""
    for nodes in _families(plan_of(given)):
        for pointer, name, needs in nodes:
            for at, need in enumerate(needs):
                if need and need == name:
                    values = {"id": _name(given, pointer, name)}
                    yield Hit(f"{pointer}/{at}", values, severity=_if_in_prose(given))


@rule(
    "PLN303",
    severity="error",
    needs=["plan"],
    message="{id} depends on missing {dep}; did you mean {near}?",
)
def dependencies_exist(given: LintInput) -> Iterator[Hit]:
    """Every dependency names a task, milestone or stream of this plan"""
    near = Near()
    for nodes in _families(plan_of(given)):
        known = {name for _, name, _ in nodes}
        for pointer, name, needs in nodes:
            for at, need in enumerate(needs):
                if need and need not in known and not _in_words(given, pointer, need):
                    values = {
                        "id": _name(given, pointer, name),
                        "dep": _name(given, pointer, need),
                        "near": _names_near(given, pointer, near(need, known, name)),
                    }
                    yield Hit(f"{pointer}/{at}", values, severity=_if_in_prose(given))


def _if_in_prose(given: LintInput) -> Severity | None:
    """What other tools' Markdown says of dependencies is read out of sentences; Task Master has a field."""
    exact = given.format != "foreign" or (given.reading is not None and given.reading.kind == "task-master")
    return None if exact else "warning"


def _in_words(given: LintInput, pointer: str, need: str) -> bool:
    """Whether a step's dependency is told in words; that is PLN207's."""
    return given.format == "steps" and pointer.startswith("/tasks/") and not is_step_id(need)


def _names_near(given: LintInput, pointer: str, found: str) -> str:
    if found == NOTHING_NEAR:
        return found
    return ", ".join(_name(given, pointer, one) for one in found.split(", "))


@rule(
    "PLN304",
    severity="info",
    tier="extended",
    needs=["plan"],
    fix="safe",
    message="{id}: dependency on {dep} is already implied by {via}",
)
def dependencies_say_something(given: LintInput) -> Iterator[Hit]:
    """No dependency is named twice or follows from another"""
    for nodes in _families(plan_of(given)):
        graph = Graph.of((name, needs) for _, name, needs in nodes)
        for pointer, name, needs in nodes:
            for at, need, via in implied(graph, name, needs):
                words = via if via == "the same dependency" else _name(given, pointer, via)
                values = {"id": _name(given, pointer, name), "dep": _name(given, pointer, need), "via": words}
                yield Hit(f"{pointer}/{at}", values)


def implied(graph: Graph, name: str, needs: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Place and name of each dependency that can go, and what implies it."""
    for at, need in enumerate(needs):
        if need in needs[:at]:
            yield at, need, "the same dependency"
        elif need in graph.needs and name != need and not graph.reaches(need, name):
            via = next((one for one in needs if one != need and graph.reaches(one, need)), "")
            if via and not graph.reaches(via, name):
                yield at, need, via


@rule(
    "PLN305",
    severity="error",
    needs=["plan"],
    formats="S,X,P",
    fix="safe",
    message="Step {a} needs Step {b}, which comes later",
)
def steps_follow_what_they_need(given: LintInput) -> Iterator[Hit]:
    """Steps stand after the steps they need"""
    plan = plan_of(given)
    place = {name: at for at, name in reversed(list(enumerate(_listing(plan))))}
    knots = {name for part in given.graph.components if len(part) > 1 for name in part}
    fix: Fix = "safe" if movable(plan, given.graph) else "none"
    for at, task in enumerate(plan.tasks):
        for index, need in enumerate(task.depends_on):
            if place.get(need, -1) > place.get(task.id, at) and not {need, task.id} <= knots:
                values = {"a": given.name(task.id), "b": given.name(need)}
                yield Hit(f"/tasks/{at}/depends_on/{index}", values, fix=fix)


def movable(plan: Plan, graph: Graph) -> bool:
    """Whether the tasks alone say in which order they are listed, and there is a right one."""
    phases = plan.delivery.phases if plan.delivery else ()
    names = {task.id for task in plan.tasks}
    return not graph.cycles and len(names) == len(plan.tasks) and not any(one.tasks for one in phases)


def _listing(plan: Plan) -> list[str]:
    """Tasks in the order in which they are listed: by phase, when phases list them."""
    phases = plan.delivery.phases if plan.delivery else ()
    in_phases = [name for phase in phases for name in phase.tasks]
    listed = [task.id for task in plan.tasks]
    return [*in_phases, *(name for name in listed if name not in set(in_phases))]


# --- streams -------------------------------------------------------------------------------------------


@rule(
    "PLN306",
    severity="error",
    needs=["plan"],
    formats="F,O",
    fix="safe",
    message="{a} and {b} are marked parallel but {a} needs {b} via {path}",
)
def parallel_streams_are_independent(given: LintInput) -> Iterator[Hit]:
    """Streams marked parallel do not need each other"""
    graph = _streams(given)
    seen: set[frozenset[str]] = set()
    for pointer, one, other in _claims(plan_of(given)):
        pair = frozenset((one, other))
        if pair in seen or one == other:
            continue
        seen.add(pair)
        for a, b in ((one, other), (other, one)):
            if way := graph.way(a, b):
                yield Hit(pointer, {"a": a, "b": b, "path": " -> ".join(way)})
                break


def _claims(plan: Plan) -> Iterator[tuple[str, str, str]]:
    """Pointer and the two streams of every claim that they run at the same time."""
    for at, stream in enumerate(plan.streams.streams if plan.streams else ()):
        for index, other in enumerate(stream.parallel_with):
            yield f"/streams/streams/{at}/parallel_with/{index}", stream.id, other


@rule(
    "PLN307",
    severity="warning",
    tier="extended",
    needs=["plan"],
    formats="F",
    fix="safe",
    message="{a} lists {b} as parallel, {b} does not",
)
def parallel_claims_are_mutual(given: LintInput) -> Iterator[Hit]:
    """Streams that run at the same time both say so"""
    streams = {
        one.id: one for one in (given.plan.streams.streams if given.plan and given.plan.streams else ())
    }
    at = {name: index for index, name in enumerate(streams)}
    graph = _streams(given)
    claimed = any(one.parallel_with for one in streams.values())
    for (a, one), (b, other) in combinations(streams.items(), 2):
        if graph.ordered(a, b):
            continue
        says, replies = b in one.parallel_with, a in other.parallel_with
        if says != replies:
            first, second = (a, b) if says else (b, a)
            yield Hit(f"/streams/streams/{at[second]}/parallel_with", {"a": first, "b": second})
        elif claimed and not says and not set(one.requirements) & set(other.requirements):
            message = f"{a} and {b} can run at the same time, but neither lists the other as parallel"
            yield Hit(f"/streams/streams/{at[b]}/parallel_with", {"a": a, "b": b}, message=message)


@rule(
    "PLN312",
    severity="error",
    needs=["plan"],
    formats="F",
    fix="safe",
    message="{ws}: blocks/depends_on disagree with {other}",
)
def streams_agree(given: LintInput) -> Iterator[Hit]:
    """What a stream blocks, what depends on it, and the groups of streams tell the same order"""
    plan = plan_of(given)
    if plan.streams is None:
        return
    yield from _blocks(plan)
    yield from _groups(plan, _streams(given))


def _blocks(plan: Plan) -> Iterator[Hit]:
    streams = plan.streams.streams if plan.streams else ()
    if not any(one.blocks for one in streams):
        return
    known = {one.id: (at, one) for at, one in enumerate(streams)}
    for at, one in enumerate(streams):
        for index, other in enumerate(one.blocks):
            if other in known and one.id not in known[other][1].depends_on:
                yield Hit(f"/streams/streams/{at}/blocks/{index}", {"ws": one.id, "other": other})
        for need in one.depends_on:
            if need in known and one.id not in known[need][1].blocks:
                yield Hit(f"/streams/streams/{known[need][0]}/blocks", {"ws": need, "other": one.id})


def _groups(plan: Plan, graph: Graph) -> Iterator[Hit]:
    groups = plan.streams.groups if plan.streams else ()
    if not groups:
        return
    place: dict[str, int] = {}
    for at, group in enumerate(groups):
        for index, name in enumerate(group.streams):
            pointer = f"/streams/groups/{at}/streams/{index}"
            if name in place:
                values = {"ws": name, "other": f"group {groups[place[name]].group}"}
                yield Hit(pointer, values, message=f"{name} is in two groups")
                continue
            place[name] = at
            late = [need for need in graph.needs.get(name, ()) if place.get(need, at + 1) >= at]
            if late:
                message = f"{name} is in a group that does not come after {', '.join(late)}, which it needs"
                yield Hit(pointer, {"ws": name, "other": late[0]}, message=message)
    for at, stream in enumerate(plan.streams.streams if plan.streams else ()):
        if stream.id not in place:
            yield Hit(
                f"/streams/streams/{at}",
                {"ws": stream.id, "other": "groups"},
                message=f"{stream.id} is in no group",
            )


# --- writers -------------------------------------------------------------------------------------------


@rule(
    "PLN308",
    severity="error",
    needs=["plan"],
    formats="S,X,P,F,R,O,K",
    fix="safe",
    message="{a} and {b} can run at the same time and both write {path}",
)
def parallel_tasks_write_apart(given: LintInput) -> Iterator[Hit]:
    """Tasks that can run at the same time write different files"""
    plan = plan_of(given)
    at = {task.id: index for index, task in enumerate(plan.tasks)}
    if given.format != "foreign" or len(at) == len(plan.tasks):  # nobody can order tasks of the same id
        for conflict in write_conflicts(plan.tasks):
            one, other = (plan.tasks[at[name]] for name in (conflict.first, conflict.second))
            if given.format == "foreign" and all(_named_again(conflict.path, task) for task in (one, other)):
                continue
            a, b = given.name(conflict.first), given.name(conflict.second)
            yield Hit(
                f"/tasks/{at[conflict.second]}/depends_on",
                {"a": a, "b": b, "path": conflict.path},
                suggestion=f"let {b} depend on {a}, or make them one task",
                severity=_how_sure(given, conflict.path, one, other),
            )
    yield from _streams_apart(given)


def _named_again(path: str, task: Task) -> bool:
    """Whether a name without a folder is that of a file which the task also names in full."""
    return "/" not in path and any(one.path.endswith(f"/{path}") for one in task.files)


def _how_sure(given: LintInput, path: str, *tasks: Task) -> Severity | None:
    """A file that another tool's plan only names may be there to be read."""
    if given.format != "foreign":
        return None
    declared = (any(str(one.change) and one.path.rstrip("/") == path for one in task.files) for task in tasks)
    return None if all(declared) else "warning"


def _streams_apart(given: LintInput) -> Iterator[Hit]:
    streams = given.plan.streams.streams if given.plan and given.plan.streams else ()
    graph = _streams(given)
    at = {one.id: index for index, one in enumerate(streams)}
    for one, other in combinations(streams, 2):
        shared = sorted(set(one.requirements) & set(other.requirements), key=natural)
        if shared and one.id != other.id and not graph.ordered(one.id, other.id):
            values = {"a": one.id, "b": other.id, "path": ", ".join(shared)}
            yield Hit(
                f"/streams/streams/{at[other.id]}/depends_on",
                values,
                suggestion=f"let {other.id} depend on {one.id}, or split {shared[0]}",
                fix="none",
                message=f"{one.id} and {other.id} can run at once and both build {', '.join(shared)}",
            )


_HOT = re.compile(
    r"(?:^|/)(?:package\.json|pyproject\.toml|requirements[\w.-]{0,40}\.txt|setup\.(?:py|cfg)|go\.(?:mod"
    r"|sum)|Cargo\.(?:toml|lock)"
    r"|Gemfile(?:\.lock)?|composer\.(?:json|lock)|pom\.xml|build\.gradle(?:\.kts)?|[\w.-]{1,40}\.csproj"
    r"|package-lock\.json"
    r"|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|poetry\.lock|uv\.lock|__init__\.py|index\.[jt]sx?|mod\.rs"
    r"|lib\.rs"
    r"|(?:routes?|router|urls|registry|app\.module)\.\w{1,5}|CHANGELOG(?:\.\w{1,4})?|schema\.prisma"
    r"|schema\.rb|settings\.py)$"
)


@rule(
    "PLN309",
    severity="warning",
    tier="extended",
    needs=["plan"],
    formats="S,X,O",
    fix="unsafe",
    message="{a} and {b} both touch hot file {path}",
)
def hot_files_are_touched_in_order(given: LintInput) -> Iterator[Hit]:
    """Files that many tasks touch, and migrations, are changed one after the other"""
    plan, graph = plan_of(given), given.graph
    for (_, one), (there, other) in combinations(enumerate(plan.tasks), 2):
        if one.id == other.id or graph.ordered(one.id, other.id):
            continue
        path = _hot(one, other) or _hot(other, one)
        if path:
            values = {"a": given.name(one.id), "b": given.name(other.id), "path": path}
            yield Hit(f"/tasks/{there}/depends_on", values)
        elif migration := _two_migrations(one, other):
            values = {"a": given.name(one.id), "b": given.name(other.id), "path": migration}
            message = f"{values['a']} and {values['b']} both add a migration beside {migration}, in no order"
            yield Hit(f"/tasks/{there}/depends_on", values, message=message)


def _hot(writer: Task, other: Task) -> str:
    """A hot file that one task declares and the other only speaks of; PLN308 has those that both declare."""
    told = " ".join((other.objective, *other.changes, *other.tests, *other.gotchas))
    return next(
        (
            path
            for path in sorted(writes(writer) - writes(other))
            if _HOT.search(path) and f"`{path}`" in told
        ),
        "",
    )


def _two_migrations(one: Task, other: Task) -> str:
    def new(task: Task) -> dict[str, str]:
        made = (file.path for file in task.files if file.change == "new" and is_migration(file.path))
        return {path.rpartition("/")[0]: path for path in made}

    ours, theirs = new(one), new(other)
    return next((path for folder, path in ours.items() if theirs.get(folder, path) != path), "")


@rule(
    "PLN310",
    severity="error",
    needs=["plan"],
    formats="S,X,O,K",
    message="{path}: {a} {op} before {b} creates it",
)
def files_are_made_before_they_are_used(given: LintInput) -> Iterator[Hit]:
    """A file is made once, before it is changed, and not touched after it is gone"""
    plan = plan_of(given)
    if given.graph.cycles:
        raise Lacking("the tasks wait for each other, so that they have no order")
    if len({task.id for task in plan.tasks}) < len(plan.tasks):
        raise Lacking("tasks share an id, so that they have no order")
    for fault in faults_of_order(plan.tasks, given.graph):
        a, b = given.name(fault.task), given.name(fault.other)
        yield Hit(
            fault.pointer,
            {"path": fault.path, "a": a, "b": b, "op": fault.op},
            severity="info" if given.format == "foreign" else None,
            message=fault.told(a, b),
        )


# --- symbols -------------------------------------------------------------------------------------------

_MADE = re.compile(
    r"\b(?:add|create|introduce|define|implement|write|expose"
    r"|export)s?\b[^`.;\n]{0,60}`([A-Za-z_][\w.]{3,80})(?:\([^`\n]{0,80}\))?`",
    re.IGNORECASE,
)
_SPAN = re.compile(r"`([A-Za-z_][\w.]{3,80})(?:\([^`\n]{0,80}\))?`")
_NAME = re.compile(r"(?=\w{0,80}?(?:[a-z]_[a-z]|[a-z][A-Z]))[A-Za-z_]\w{5,80}")


@dataclass(frozen=True, slots=True)
class _Named:
    pointer: str
    name: str


def _texts_of(at: int, task: Task) -> Iterator[tuple[str, str]]:
    yield f"/tasks/{at}/objective", task.objective
    for field in ("changes", "tests", "acceptance", "gotchas"):
        for index, text in enumerate(getattr(task, field)):
            yield f"/tasks/{at}/{field}/{index}", text
    for index, file in enumerate(task.files):
        yield f"/tasks/{at}/files/{index}/summary", file.summary


def made_names(at: int, task: Task) -> Iterator[str]:
    """The names that a task says it adds."""
    for _, text in _texts_of(at, task):
        yield from _MADE.findall(text)


def _used_names(at: int, task: Task) -> Iterator[_Named]:
    for pointer, text in _texts_of(at, task):
        for name in map(_own_name, _SPAN.findall(text)):
            if _NAME.fullmatch(name):
                yield _Named(pointer, name)


def _own_name(name: str) -> str:
    """A method's name without its class, which may be written as a variable where it is used."""
    return name.rpartition(".")[2]


@rule(
    "PLN311",
    severity="warning",
    tier="extended",
    needs=["plan"],
    formats="X,S,O",
    message="{a} uses '{sym}' which no earlier step produces; {b} produces '{near}'",
)
def names_are_made_before_they_are_used(given: LintInput) -> Iterator[Hit]:
    """What a step uses is made by an earlier step, in the same spelling"""
    plan, graph = plan_of(given), given.graph
    made = {_own_name(name): task.id for at, task in enumerate(plan.tasks) for name in made_names(at, task)}
    for at, task in enumerate(plan.tasks):
        for one in {named.name: named for named in _used_names(at, task)}.values():
            maker = made.get(one.name, "")
            if maker and maker != task.id and not graph.ordered(task.id, maker):
                yield _unmade(given, task, one, one.name, maker)
            alike = "" if maker else _misspelt(one.name, made)
            if alike and graph.reaches(task.id, made[alike]) and not _is_there(given, plan, one.name):
                yield _unmade(given, task, one, alike, made[alike])


def _unmade(given: LintInput, task: Task, one: _Named, alike: str, maker: str) -> Hit:
    values = {"a": given.name(task.id), "b": given.name(maker), "sym": one.name, "near": alike}
    return Hit(one.pointer, values, suggestion=alike if alike != one.name else f"depend on {values['b']}")


def _misspelt(name: str, made: dict[str, str]) -> str:
    """A produced name that differs from this one in at most two letters."""
    for other in difflib.get_close_matches(name, made, 3, 0.8):
        if abs(len(other) - len(name)) <= 2 and _letters_apart(name, other) <= 2:
            return other
    return ""


def _letters_apart(one: str, other: str) -> int:
    blocks = difflib.SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return max(len(one), len(other)) - sum(block.size for block in blocks)


def _is_there(given: LintInput, plan: Plan, name: str) -> bool:
    """Whether a file that the plan names has this word already."""
    ground = given.ground
    paths = {file.path for task in plan.tasks for file in task.files} if ground else set()
    return any(name in (ground.text(path) or "") for path in sorted(paths) if ground)


# --- shape ---------------------------------------------------------------------------------------------


@rule("PLN313", severity="warning", tier="extended", needs=["plan"], message="{id} is isolated")
def tasks_hang_together(given: LintInput) -> Iterator[Hit]:
    """In a plan of more than three tasks each one needs, is needed, or meets a demand"""
    plan = plan_of(given)
    needed = {need for task in plan.tasks for need in task.depends_on}
    asked = {name for one in plan.obligations for name in one.by}
    if len(plan.tasks) <= 3 or not needed:
        return
    for at, task in enumerate(plan.tasks):
        if task.id and not task.depends_on and task.id not in needed | asked and not task.covers:
            yield Hit(f"/tasks/{at}", {"id": called(given, task.id)})


_CRITICAL = re.compile(
    r"critical path\b(?:[^\n]{0,40}?[:=]\s*| (?:is|runs|goes)(?: from)? (?=(?:T|Steps? |Tasks? )\d))"
    r"([^\n.]{3,300})",
    re.IGNORECASE,
)
_ID = re.compile(r"(?<![\w-])(?:T|Step |Task )?([0-9]{1,3})(?![\w-])")


@rule(
    "PLN314",
    severity="info",
    tier="extended",
    needs=["plan"],
    formats="S,X,R",
    message="Critical path is {p}; plan says {q}",
)
def critical_path_is_as_told(given: LintInput) -> Iterator[Hit]:
    """A stated critical path is the real one, and a long chain of tasks is no habit"""
    plan, graph = plan_of(given), given.graph
    way, _ = graph.longest_way({task.id: 1.0 for task in plan.tasks})
    for one in given.texts_of_plan:
        for stated in _CRITICAL.findall(one.text):
            told = [f"T{number}" for number in _ID.findall(stated)]
            if len(told) >= 2 and set(told) <= set(graph.needs) and not _is_longest(graph, told, len(way)):
                yield Hit(one.pointer, {"p": _chain(given, way), "q": _chain(given, told)})
    loose = _unrelated(plan, way)
    if len(way) >= LONG_CHAIN and len(loose) >= UNRELATED * (len(way) - 1):
        message = (
            f"{len(way)} tasks wait for each other in one chain, but {len(loose)} of its {len(way) - 1} links"
            f" join tasks that share no file and no name: {', '.join(loose[:3])}"
        )
        yield Hit("/tasks", {"p": _chain(given, way), "q": "one chain"}, message=message)


def _is_longest(graph: Graph, told: Sequence[str], length: int) -> bool:
    return len(told) == length and all(graph.reaches(after, before) for before, after in pairwise(told))


def _chain(given: LintInput, way: Sequence[str]) -> str:
    return " -> ".join(given.name(one) for one in way)


def _unrelated(plan: Plan, way: Sequence[str]) -> list[str]:
    tasks = {task.id: (at, task) for at, task in enumerate(plan.tasks)}
    return [f"{one} -> {other}" for one, other in pairwise(way) if not _related(tasks[one], tasks[other])]


def _related(one: tuple[int, Task], other: tuple[int, Task]) -> bool:
    return bool(_touched(*one) & _touched(*other))


def _touched(at: int, task: Task) -> frozenset[str]:
    spans = (name for _, text in _texts_of(at, task) for name in _SPAN.findall(text))
    return writes(task) | frozenset(spans)
