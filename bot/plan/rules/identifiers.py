"""PLN201-209: ids are unique, well formed and in order, every reference finds its item, and an id keeps its
meaning.

Plans that other tools wrote have grammars of their own, so of those only doubled and dangling ids are judged.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise

from bot.plan.graph import natural
from bot.plan.model import Plan
from bot.plan.rules.engine import Hit, LintInput, rule
from bot.plan.rules.fields import TextField, strings, text_fields
from bot.plan.rules.tasks import plan_of
from bot.plan.similarity import content_words, similarity

_NUMBER = r"(0|[1-9][0-9]*)"
_GRAMMAR: Mapping[str, re.Pattern[str]] = {
    "milestone": re.compile(rf"M{_NUMBER}"),
    "task": re.compile(rf"T{_NUMBER}"),
    "decision": re.compile(rf"D-{_NUMBER}"),
    "assumption": re.compile(rf"A-{_NUMBER}"),
    "question": re.compile(rf"Q-{_NUMBER}"),
    "obligation": re.compile(rf"I-{_NUMBER}"),
    "requirement": re.compile(rf"FR-{_NUMBER}[a-z]?"),
    "quality": re.compile(rf"NFR-{_NUMBER}"),
    "business rule": re.compile(rf"BR-{_NUMBER}"),
    "criterion": re.compile(rf"AC-{_NUMBER}"),
    "stream": re.compile(rf"WS-{_NUMBER}"),
    "phase": re.compile(rf"P{_NUMBER}"),
}
_UNFILLED_STEP = re.compile(r"T[A-Z]")  # "Step N" and "Step X" stand for numbers that nobody filled in
_GROUPED = re.compile(r"([1-9][0-9]{0,3}(?:\.[1-9][0-9]{0,3}){0,3})\.([0-9]{1,4})")
_MENTION = re.compile(
    r"(?<![\w`/#.-])(?:[MT][1-9][0-9]{0,3}|(?:FR|NFR|BR|AC|WS|[DAQI])-(?:0|[1-9][0-9]{0,3})[a-z]?)(?![\w/-]|\.[0-9])"
)
_STEP_MENTION = re.compile(r"(?<![\w`/#-])[Ss]teps? ([1-9][0-9]{0,3})(?![\w/-]|\.[0-9])")
_CODE = re.compile(r"`[^`]*`")
# Whose numbers have gaps by design: what is dropped or moved keeps its number.
_SPARSE = ("task master", "taskmaster", "backlog")

ALIKE = 0.9  # of the words of two items that must be the same for duplicates
CHANGED = 0.5  # of the letters of two titles that must be the same for one thing
FEWEST = 5  # words below which two texts are too short to be called duplicates

Item = tuple[str, str, str]


def items(plan: Plan) -> Iterator[Item]:
    """Kind, id and pointer of everything in the plan that has an id; items without one are left out."""
    for kind, pointer, ids in _lists(plan):
        for index, name in enumerate(ids):
            if name:
                yield kind, name, f"{pointer}/{index}"


def _lists(plan: Plan) -> Iterator[tuple[str, str, Iterable[str]]]:
    yield "milestone", "/roadmap/milestones", (one.id for one in plan.roadmap.milestones)
    yield "task", "/tasks", (one.id for one in plan.tasks)
    yield "decision", "/decisions", (one.id for one in plan.decisions)
    yield "assumption", "/assumptions", (one.id for one in plan.assumptions)
    yield "question", "/questions", (one.id for one in plan.questions)
    yield "obligation", "/obligations", (one.id for one in plan.obligations)
    if needs := plan.requirements:
        yield "requirement", "/requirements/functional", (one.id for one in needs.functional)
        yield "quality", "/requirements/qualities", (one.id for one in needs.qualities)
        yield "business rule", "/requirements/rules", (one.id for one in needs.rules)
        yield "criterion", "/requirements/criteria", (one.id for one in needs.criteria)
    if plan.streams:
        yield "stream", "/streams/streams", (one.id for one in plan.streams.streams)
    if plan.delivery:
        yield "phase", "/delivery/phases", (one.id for one in plan.delivery.phases)


NOTHING_NEAR = "nothing near"
_MOST_NEAR, _MOST_KNOWN = 50, 2000


@dataclass
class Near:
    """What unknown ids may mean, for the first of a file: for each of thousands it would take minutes."""

    left: int = _MOST_NEAR

    def __call__(self, name: str, known: Collection[str], own: str = "") -> str:
        """The up to three known ids but `own` most like `name`, for a message; `NOTHING_NEAR` without any."""
        self.left -= 1
        if self.left < 0 or len(known) > _MOST_KNOWN:
            return NOTHING_NEAR
        among = sorted({*known} - {own}, key=natural)
        return ", ".join(difflib.get_close_matches(name, among, 3)) or NOTHING_NEAR


def _kind_of_file(given: LintInput) -> str:
    return given.reading.kind.lower() if given.reading else ""


def _told(given: LintInput, kind: str, name: str) -> str:
    return given.name(name) if kind == "task" else name


def _is_next(name: str, before: str) -> bool:
    return before.isdecimal() and int(name[-9:]) == int(before[-9:]) + 1


@rule("PLN201", severity="error", needs=["plan"], message="{id} is defined twice ({p1}, {p2})")
def ids_are_unique(given: LintInput) -> Iterator[Hit]:
    """Every id is defined once"""
    seen: dict[tuple[str, str], str] = {}
    people = given.reading is not None and given.reading.kind == "plan"
    before, anew = "", False
    for kind, name, pointer in items(plan_of(given)):
        listed = kind == "task" and people
        if listed and name.isdecimal():
            anew = name == "1" or (anew and _is_next(name, before))
            before = name
        if (first := seen.setdefault((kind, name), pointer)) != pointer:
            if listed and anew and name.isdecimal():
                continue  # people number each of their lists from 1
            values = {"id": _told(given, kind, name), "p1": first, "p2": pointer}
            # in another tool's plan a number may count two lists, and a box below the tasks name one of them
            yield Hit(f"{pointer}/id", values, severity="warning" if given.format == "foreign" else None)


@rule(
    "PLN202", severity="error", needs=["plan"], formats="R,S,X,F,P", message="'{id}' is not a valid {kind} id"
)
def ids_are_well_formed(given: LintInput) -> Iterator[Hit]:
    """Ids follow the grammar of their kind"""
    for kind, name, pointer in items(plan_of(given)):
        unfilled = given.loose and kind == "task" and _UNFILLED_STEP.fullmatch(name)
        if not _GRAMMAR[kind].fullmatch(name) and not unfilled:
            yield Hit(f"{pointer}/id", {"id": _told(given, kind, name), "kind": kind})


@rule("PLN203", severity="warning", needs=["plan"], message="{kind} ids jump from {a} to {b}")
def ids_are_in_order(given: LintInput) -> Iterator[Hit]:
    """Numbers run on without gaps"""
    foreign = given.format == "foreign"
    if foreign and _kind_of_file(given).startswith(_SPARSE):
        return
    by_kind: dict[str, list[tuple[str, str]]] = {}
    for kind, name, pointer in items(plan_of(given)):
        by_kind.setdefault(kind, []).append((name, pointer))
    for kind, listed in by_kind.items():
        jumps = _jumps_in_groups(listed) if foreign else _jumps(kind, listed)
        for before, after, pointer in jumps:
            values = {
                "kind": kind.capitalize(),
                "a": _told(given, kind, before),
                "b": _told(given, kind, after),
            }
            yield Hit(f"{pointer}/id", values, severity="info" if foreign else None)


def _jumps(kind: str, listed: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
    """Neighbours whose numbers do not follow each other; what has another grammar is passed over."""
    known = [
        (name, pointer)
        for name, pointer in listed
        if _GRAMMAR[kind].fullmatch(name) or (kind == "task" and _UNFILLED_STEP.fullmatch(name))
    ]
    for (before, _), (after, pointer) in pairwise(known):
        if not _follows(before, after):
            yield before, after, pointer


def _follows(before: str, after: str) -> bool:
    one, two = re.search(r"[0-9]+", before), re.search(r"[0-9]+", after)
    return bool(one and two and int(two[0]) in (int(one[0]), int(one[0]) + 1))


def _jumps_in_groups(listed: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
    """Items "2.3" that stand in another group, or not after their neighbour."""
    left: set[str] = set()
    for (before, _), (after, pointer) in pairwise(listed):
        one, two = _GROUPED.fullmatch(before), _GROUPED.fullmatch(after)
        if one and two and one[1] == two[1] and int(two[2]) not in (int(one[2]), int(one[2]) + 1):
            yield before, after, pointer
        elif one and two and one[1] != two[1] and not two[1].startswith(one[0]):
            left.add(one[1])
            if two[1] in left and not one[1].startswith(two[1]):
                yield before, after, pointer


# --- references ------------------------------------------------------------------------------------------

_WANTED = ("requirement", "quality", "business rule", "criterion", "obligation")


@dataclass(frozen=True, slots=True)
class _Reference:
    pointer: str
    name: str
    kinds: tuple[str, ...]


def _many(pointer: str, names: Iterable[str], *kinds: str) -> Iterator[_Reference]:
    return (_Reference(f"{pointer}/{at}", name, kinds) for at, name in enumerate(names))


def _references(plan: Plan) -> Iterator[_Reference]:
    """Every reference that no other rule checks; dependencies are PLN303's."""
    for at, task in enumerate(plan.tasks):
        yield _Reference(f"/tasks/{at}/milestone", task.milestone, ("milestone",))
        yield from _many(f"/tasks/{at}/covers", task.covers, *_WANTED)
        yield from _many(f"/tasks/{at}/decisions", task.decisions, "decision")
    for at, obligation in enumerate(plan.obligations):
        if obligation.disposition in ("task", "question"):
            kinds = ("task", "question", "decision", "milestone")
            yield from _many(f"/obligations/{at}/by", obligation.by, *kinds)
    yield from _of_requirements(plan)
    yield from _of_streams(plan)
    yield from _of_delivery(plan)


def _of_requirements(plan: Plan) -> Iterator[_Reference]:
    if not (needs := plan.requirements):
        return
    for at, one in enumerate(needs.functional):
        yield from _many(f"/requirements/functional/{at}/covers", one.covers, "obligation")
    for at, rule_ in enumerate(needs.rules):
        yield from _many(
            f"/requirements/rules/{at}/requirements", rule_.requirements, "requirement", "quality"
        )
    for at, criterion in enumerate(needs.criteria):
        kinds = ("requirement", "quality", "business rule")
        yield from _many(f"/requirements/criteria/{at}/requirements", criterion.requirements, *kinds)
    for at, test in enumerate(needs.mandate):
        yield _Reference(f"/requirements/mandate/{at}/criterion", test.criterion, ("criterion",))
    for name in ("verification", "review"):
        for at, pair in enumerate(getattr(needs, name)):
            where = f"/requirements/{name}/{at}"
            yield _Reference(
                f"{where}/requirement", pair.requirement, ("requirement", "quality", "business rule")
            )
            yield _Reference(f"{where}/criterion", pair.criterion, ("criterion",))


def _of_streams(plan: Plan) -> Iterator[_Reference]:
    if not plan.streams:
        return
    for at, one in enumerate(plan.streams.streams):
        where = f"/streams/streams/{at}"
        yield from _many(f"{where}/requirements", one.requirements, "requirement", "quality", "business rule")
        yield from _many(f"{where}/parallel_with", one.parallel_with, "stream")
        yield from _many(f"{where}/blocks", one.blocks, "stream")
    for at, group in enumerate(plan.streams.groups):
        yield from _many(f"/streams/groups/{at}/streams", group.streams, "stream")


def _of_delivery(plan: Plan) -> Iterator[_Reference]:
    if not plan.delivery:
        return
    for at, phase in enumerate(plan.delivery.phases):
        yield from _many(f"/delivery/phases/{at}/tasks", phase.tasks, "task")
    for at, test in enumerate(plan.delivery.tests):
        yield from _many(f"/delivery/tests/{at}/covers", test.covers, *_WANTED)


def _known(plan: Plan) -> dict[str, set[str]]:
    known: dict[str, set[str]] = {kind: set() for kind in _GRAMMAR}
    for kind, name, _ in items(plan):
        known[kind].add(name)
    return known


def _said_elsewhere(given: LintInput, known: Iterable[str]) -> bool:
    """Whether what is referred to may stand in another file: this one shows no such items at all."""
    return given.loose and given.format != "functional" and not any(known)


@rule(
    "PLN204",
    severity="error",
    needs=["plan"],
    message="{pointer} refers to undefined {id}; did you mean {near}?",
)
def references_are_defined(given: LintInput) -> Iterator[Hit]:
    """Every reference names something in the plan"""
    plan = plan_of(given)
    ids, near = _known(plan), Near()
    of_kinds = cache(lambda kinds: frozenset().union(*(ids[kind] for kind in kinds)))
    for one in _references(plan):
        known = of_kinds(one.kinds)
        if one.name and one.name not in known and not _said_elsewhere(given, known):
            values = {"id": one.name, "near": near(one.name, known)}
            yield Hit(one.pointer, values, severity="warning" if given.format == "foreign" else None)


@rule("PLN205", severity="warning", tier="extended", needs=["plan"], message="Text mentions undefined {id}")
def mentioned_ids_are_defined(given: LintInput) -> Iterator[Hit]:
    """Ids named in prose exist"""
    known = {name for _, name, _ in items(plan_of(given))}
    used = {_letters(name) for name in known}
    for one in given.texts_of_plan:
        for name in dict.fromkeys(_mentioned(given, one.text)) if not one.quoted else ():
            # "T4" and "M1" are names of machines too: only a plan that numbers its items so means them
            if name not in known and (_letters(name) in used or not given.loose):
                yield Hit(one.pointer, {"id": name})


def _letters(name: str) -> str:
    return re.sub(r"[0-9].*", "", name)


def _mentioned(given: LintInput, text: str) -> Iterator[str]:
    bare = _CODE.sub(" ", text)
    yield from _MENTION.findall(bare) if given.format != "foreign" else ()
    if given.format in ("steps", "export"):
        yield from (f"T{number}" for number in _STEP_MENTION.findall(bare))


@rule("PLN206", severity="warning", tier="extended", needs=["plan"], message="{id} is never referenced")
def ids_are_used(given: LintInput) -> Iterator[Hit]:
    """What tasks, tests or requirements have to take up is named by one"""
    plan = plan_of(given)
    used = {one.name for one in _references(plan) if "/obligations/" not in one.pointer}
    for pointer, name in _to_be_used(plan):
        if name and name not in used:
            yield Hit(pointer, {"id": name})


def _to_be_used(plan: Plan) -> Iterator[tuple[str, str]]:
    if plan.tasks:
        yield from ((f"/decisions/{at}", one.id) for at, one in enumerate(plan.decisions))
    for at, obligation in enumerate(plan.obligations):
        if obligation.disposition == "task":
            yield f"/obligations/{at}", obligation.id
    needs, texts = plan.requirements, tuple(text_fields(strings(plan)))
    if needs and (needs.mandate or needs.verification or needs.review):
        yield from ((f"/requirements/criteria/{at}", one.id) for at, one in enumerate(needs.criteria))
    if needs:
        for at, rule_ in enumerate(needs.rules):
            if not rule_.requirements and not _told_in(texts, rule_.id, f"/requirements/rules/{at}"):
                yield f"/requirements/rules/{at}", rule_.id
    yield from _assumptions(plan, texts)


def _assumptions(plan: Plan, texts: Sequence[TextField]) -> Iterator[tuple[str, str]]:
    """Assumptions that no text names, in a plan whose texts do name assumptions."""
    told = [_told_in(texts, one.id, f"/assumptions/{at}") for at, one in enumerate(plan.assumptions)]
    if any(told):
        for at, one in enumerate(plan.assumptions):
            if not told[at]:
                yield f"/assumptions/{at}", one.id


def _told_in(texts: Sequence[TextField], name: str, but: str) -> bool:
    word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    elsewhere = (one for one in texts if not one.pointer.startswith(f"{but}/"))
    return any(word.search(one.text) for one in elsewhere)


# --- steps ---------------------------------------------------------------------------------------------


@rule(
    "PLN207",
    severity="error",
    needs=["plan"],
    formats="S",
    message="Step {id}: dependency '{t}' is not a step id; candidates {ids}",
)
def dependencies_are_steps(given: LintInput) -> Iterator[Hit]:
    """Dependencies of a step are named by number"""
    tasks = plan_of(given).tasks
    for at, task in enumerate(tasks):
        for index, need in enumerate(task.depends_on):
            if not is_step_id(need):
                before = [given.name(one.id) for one in tasks[:at] if one.id][-8:]
                values = {"id": given.name(task.id), "t": need, "ids": ", ".join(before) or "none"}
                yield Hit(
                    f"/tasks/{at}/depends_on/{index}", values, "name the steps: Step 1, Step 2, or none"
                )


def is_step_id(text: str) -> bool:
    """Whether a dependency names one step, rather than describing some."""
    return bool(re.fullmatch(r"T[0-9]{1,6}[a-z]?|T?[A-Z]", text))


# --- meaning -------------------------------------------------------------------------------------------


def _described(plan: Plan) -> dict[str, list[tuple[str, str, str]]]:
    """Pointer, id, and title with body of what can be the same as another of its kind."""
    out = {
        "task": [
            (f"/tasks/{at}", one.id, f"{one.title} {one.objective} {' '.join(one.changes)}")
            for at, one in enumerate(plan.tasks)
        ],
        "milestone": [
            (f"/roadmap/milestones/{at}", one.id, f"{one.title} {one.outcome}")
            for at, one in enumerate(plan.roadmap.milestones)
        ],
    }
    if plan.requirements:
        out["requirement"] = [
            (f"/requirements/functional/{at}", one.id, f"{one.title} {one.behaviour}")
            for at, one in enumerate(plan.requirements.functional)
        ]
    return out


@rule(
    "PLN208",
    severity="warning",
    tier="extended",
    needs=["plan"],
    message="{a} and {b} look like duplicates ({s})",
)
def items_differ(given: LintInput) -> Iterator[Hit]:
    """No two steps, requirements or milestones say the same"""
    plan = plan_of(given)
    files = {f"/tasks/{at}": frozenset(one.path for one in task.files) for at, task in enumerate(plan.tasks)}
    for kind, listed in _described(plan).items():
        told = [one for one in listed if len(content_words(one[2])) >= FEWEST]
        for (here, a, one), (there, b, other) in combinations(told, 2):
            likeness = similarity(one, other)
            if likeness >= ALIKE and files.get(here) == files.get(there):
                values = {"a": _told(given, kind, a), "b": _told(given, kind, b), "s": f"{likeness:.2f}"}
                yield Hit(there, values)


@rule(
    "PLN209",
    severity="warning",
    tier="extended",
    needs=["plan", "before"],
    message="{id} changed meaning: '{a}' -> '{b}'",
)
def ids_keep_their_meaning(given: LintInput) -> Iterator[Hit]:
    """An id means the same as in the published version"""
    assert given.before is not None
    before = {(kind, name): title for kind, name, title, _ in _titles(given.before)}
    for kind, name, title, pointer in _titles(plan_of(given)):
        old = before.get((kind, name), "")
        if old and title and difflib.SequenceMatcher(None, old.lower(), title.lower()).ratio() < CHANGED:
            yield Hit(pointer, {"id": _told(given, kind, name), "a": old, "b": title})


def _titles(plan: Plan) -> Iterator[tuple[str, str, str, str]]:
    """Kind, id, title and the title's pointer."""
    by_pointer = {leaf.pointer: leaf.text for leaf in strings(plan)}
    for kind, name, pointer in items(plan):
        for field in ("title", "name", "question", "text"):
            if title := by_pointer.get(f"{pointer}/{field}"):
                yield kind, name, title, f"{pointer}/{field}"
                break
