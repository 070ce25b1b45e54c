"""PLN817-820, 825: code comes before proof, one milestone at a time, and milestones come to an end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.plan.graph import Graph
from bot.plan.language import language_of
from bot.plan.model import Milestone, Plan, Task
from bot.plan.prose import short
from bot.plan.rules.engine import Hit, Lacking, LintInput, rule
from bot.plan.rules.scope import bare

_VERBS_OF_BUILDING = """
implement add build create introduce wire integrate replace remove rename extract split merge move extend
refactor migrate persist expose support enforce fix configure parse render encode decode cache retry
accept align allow apply attach bind block bring buffer bump bundle call catch change clear clip collect
combine compile compute connect convert copy count cut declare define delegate delete deploy deprecate
derive detect disable dispatch display drop embed emit enable escape export extract fetch filter fold
format generate give guard handle hide hold hook import improve include increase index inject insert
install invalidate isolate join keep launch let limit link list load lock log lower make map mark mask
match normalise normalize notify offer open order override paginate pass pin pipe place port post prepare
prevent print process produce protect provide prune pull push put queue raise read rebuild
recompute record redirect reduce register reject release reload repair resolve respond restore restrict
return reuse rework rewrite roll rotate route run sanitise sanitize save schedule send separate serialise
serialize serve set ship show simplify skip sort start stop store stream strip style substitute swap
switch synchronise synchronize teach throttle toggle track transform translate trim turn unify unwrap
update upgrade upload use vendor write
"""
BUILDING = frozenset(_VERBS_OF_BUILDING.split())
_VERBS_OF_PROVING = """
verify validate audit certify prove confirm review assess evaluate analyse analyze measure benchmark
document publish report check inspect
"""
PROVING = frozenset(_VERBS_OF_PROVING.split())
# What proving leaves behind. Code that makes a report is code: then the files say so.
_WORDS_OF_PROOF = """
matrix matrices evidence coverage report reports audit audits closeout checklist checklists sign-off
signoff completeness compliance readiness findings
"""
PROOF = frozenset(_WORDS_OF_PROOF.split())
# These leave no doubt even in a task that changes code: "evidence matrix", "audit checklist".
_PAPERS = frozenset(
    {"matrix", "matrices", "closeout", "checklist", "checklists", "sign-off", "signoff", "evidence"}
)
# Papers that no program makes, and deeds that none does.
_NEVER_CODED = frozenset({"evidence", "closeout", "sign-off", "signoff"})
_NEVER_CODE = frozenset({"audit", "assess", "evaluate", "certify", "review"})
_OF_PROOF = frozenset(
    {
        "coverage",
        "evidence",
        "verification",
        "validation",
        "audit",
        "acceptance",
        "compliance",
        "parity",
        "test",
    }
)
# A word after one of these is a noun: "the retry", "each order".
_BEFORE_NOUNS = frozenset(
    {"the", "a", "an", "this", "its", "their", "each", "every", "all", "of", "no", "any"}
)
_CLAUSE = frozenset({"that", "whether", "if"})
_PREPOSITIONS = """
for of in on at to from with by that which when where as into over under per across against so and or via
"""
_ENDS = frozenset(_PREPOSITIONS.split())
_WORD = re.compile(r"[A-Za-z][A-Za-z-]{0,40}|[.,:;()]")
_CODE = re.compile(
    r"`[^`\n]{2,200}`|\b[\w-]{1,60}/[\w./-]{1,120}|\b\w{1,60}\.\w{1,10}\b|\b[a-z]\w{0,60}_\w{1,60}\b|\b[a-z]+[A-Z]\w{0,60}"
    r"|\b[A-Z]\w{0,60}[a-z][A-Z]\w{0,60}|\b\w{1,60}\(\)"
)
_NAMES_OF_PARTS = """
adapter api app binary button cache class cli client column command component config configuration
controller crate daemon database dialog endpoint form function handler hook index interface job library
loader logger menu method middleware migration model module option package page panel parser part pipeline
plugin query queue renderer repository route router schema screen script server service setting settings
store table template test ui validator view widget worker workflow
"""
_PARTS = frozenset(_NAMES_OF_PARTS.split())
_NO_CODE = re.compile(
    r"(?:\.(?:md|mdx|rst|txt|adoc|csv|pdf)|/)$|(?:^|/)(?:docs?|specs?|reports?|evidence)/", re.IGNORECASE
)
_TEST = re.compile(r"(?:^|/)(?:tests?|__tests__|e2e|testdata)/|(?:^|/)test_|_test\.|\.(?:test|spec)\.")
_LONGEST_TITLE = 90
_IN_A_ROW = 3
_FIRST_WORDS = 12


@dataclass(frozen=True, slots=True)
class _Aim:
    """One developer objective, as it stands in the plan or in the fan-out file."""

    hit: Hit
    name: str
    text: str
    paths: Sequence[str]
    extra: str = ""
    builds: bool = True


@rule(
    "PLN817",
    severity="error",
    needs=[],
    formats="O,R",
    message="Task {n}: '{t}' is a verification objective; name the code to build",
)
def objectives_are_code(given: LintInput) -> Iterator[Hit]:
    """A developer's objective says what code to build and where"""
    if not given.plan and not given.fanout_data:
        raise Lacking("no tasks")
    for aim in _aims(given):
        if language_of(aim.text) == "other":
            continue
        values = {"n": aim.name, "t": _clip(aim.text)}
        if proves(aim.text, any(not _NO_CODE.search(path) for path in aim.paths)):
            yield Hit(aim.hit.pointer, values, "say what to implement, and where", file=aim.hit.file)
        elif aim.builds and not (aim.paths or _CODE.search(aim.text + aim.extra) or _names_part(aim.text)):
            message = f"Task {aim.name}: '{values['t']}' names no place in the code"
            at, suggestion = aim.hit.pointer, "name the files or the part"
            yield Hit(at, values, suggestion, "warning", message=message, file=aim.hit.file)


def _aims(given: LintInput) -> Iterator[_Aim]:
    tasks = given.plan.tasks if given.plan else ()
    for at, task in enumerate(tasks):
        if task.role == "developer" and task.kind != "docs" and task.origin != "extracted" and task.objective:
            hit = Hit(f"/tasks/{at}/objective")
            paths = (*(change.path for change in task.files), *task.allowed_paths)
            builds = task.kind in ("feature", "fix", "migration")
            yield _Aim(hit, given.name(task.id), task.objective, paths, " ".join(task.changes), builds)
    for at, child in enumerate(given.fanout_data.tasks if given.fanout_data and not tasks else ()):
        if child.role == "developer" and child.kind != "docs" and child.origin != "extracted":
            hit = Hit(f"/tasks/{at}/summary", file="fanout")
            yield _Aim(hit, child.key, child.summary, child.allowed_paths, " ".join(child.in_scope))


def proves(objective: str, has_code: bool) -> bool:
    """Whether an objective asks for proof and not for code.

    Without files of code, a verb of proving and none of building among the first words is enough; with them
    the words must leave no doubt, since "validate the address" can be what the program is to do.
    """
    words = [word.lower() for word in _WORD.findall(bare(objective))]
    first = [word for word in words if word[0].isalpha()][:_FIRST_WORDS]
    verbs = [word for before, word in pairwise(["", *first]) if before not in _BEFORE_NOUNS]
    verb = next((word for word in verbs if word in BUILDING or word in PROVING), "")
    thing = _object(words, verb)
    if not verb:
        return (bool(thing) and thing[-1] in PROOF) if has_code else any(word in PROOF for word in first)
    if verb in BUILDING:
        return _is_paper(thing) or (not has_code and bool(thing) and thing[-1] in PROOF)
    after = first[first.index(verb) + 1 :]
    leads = not any(word in BUILDING for word in verbs)
    return (
        (
            leads
            and (
                not has_code
                or (
                    first[0] == verb
                    and after[:1]
                    and after[0] in _BEFORE_NOUNS
                    and _asks_for_review(verb, objective)
                )
            )
        )
        or (first[0] == verb and not _NEVER_CODED.isdisjoint(after))
        or (bool(after) and after[0] in _CLAUSE)
        or (bool(thing) and thing[-1] in PROOF)
    )


def _asks_for_review(verb: str, objective: str) -> bool:
    """ "Audit the error paths", but not "Audit every login into `audit_log`", which is code."""
    return verb in _NEVER_CODE and " into " not in objective and not _CODE.search(objective)


def _object(words: Sequence[str], verb: str) -> Sequence[str]:
    """What follows the verb, or begins the sentence, up to a preposition or stop: coverage, matrix."""
    after = list(words[words.index(verb) + 1 if verb else 0 :][:8])
    end = next((at for at, word in enumerate(after) if not word[0].isalpha() or word in _ENDS), len(after))
    return after[:end]


def _is_paper(thing: Sequence[str]) -> bool:
    if not thing or _OF_PROOF.isdisjoint(thing):
        return False
    return thing[-1] in _PAPERS or (thing[-1] in PROOF and not _NEVER_CODED.isdisjoint(thing))


def _names_part(text: str) -> bool:
    words = {word.lower() for word in _WORD.findall(text)}
    return not _PARTS.isdisjoint(words | {word.removesuffix("s") for word in words})


def _clip(text: str) -> str:
    return short(text, 90)


# --- proof waits for features ----------------------------------------------------------------------------


@rule(
    "PLN818",
    severity="error",
    needs=["plan"],
    formats="R,O",
    message="{m} only verifies; open feature gaps: {gaps}",
)
def features_come_before_proof(given: LintInput) -> Iterator[Hit]:
    """Nothing that only verifies is scheduled before the features that are still to be built"""
    assert given.plan is not None
    plan = given.plan
    late = set()
    for at, milestone in enumerate(plan.roadmap.milestones):
        if milestone.status != "done" and _only_proves(milestone, plan):
            gaps = _gaps_after(at, plan)
            late |= {task.id for task in plan.tasks if gaps and task.milestone == milestone.id}
            yield from _early(f"/roadmap/milestones/{at}", milestone.id, gaps)
    for at, task in enumerate(plan.tasks):
        if _is_proof(task) and task.id not in late:
            yield from _early(f"/tasks/{at}", given.name(task.id), _gaps_beside(task, plan, given.graph))


def _early(pointer: str, name: str, gaps: Sequence[Task]) -> Iterator[Hit]:
    if gaps:
        shown = ", ".join(f"{one.id} {_clip(one.title)}" for one in gaps[:3])
        rest = f" and {len(gaps) - 3} more" if len(gaps) > 3 else ""
        suggestion = f"let it wait for {', '.join(one.id for one in gaps[:3])}"
        yield Hit(pointer, {"m": name, "gaps": shown + rest}, suggestion)


def _is_proof(task: Task) -> bool:
    return task.role == "qa" or task.kind == "verification"


def _is_gap(task: Task) -> bool:
    return task.kind in ("feature", "fix", "migration") and not _is_proof(task)


def _only_proves(milestone: Milestone, plan: Plan) -> bool:
    tasks = [task for task in plan.tasks if task.milestone == milestone.id]
    if tasks:
        return all(map(_is_proof, tasks))
    words = [word.lower() for word in _WORD.findall(bare(milestone.title))]
    return bool(words) and milestone.origin != "extracted" and proves(milestone.title, has_code=True)


def _gaps_after(at: int, plan: Plan) -> list[Task]:
    """Features of milestones that come later than the one at this place, or beside it."""
    milestones = plan.roadmap.milestones
    graph = Graph.of((one.id, one.dependencies) for one in milestones)
    mine = milestones[at].id
    later = {
        one.id
        for index, one in enumerate(milestones)
        if one.status != "done" and index != at and not graph.reaches(mine, one.id)
        if index > at or graph.reaches(one.id, mine) or _jumps(milestones[at], one)
    }
    return [task for task in plan.tasks if task.milestone in later and _is_gap(task)]


def _jumps(one: Milestone, other: Milestone) -> bool:
    """Whether a milestone is in hand while another one waits."""
    return one.status == "active" and other.status == "queued"


def _gaps_beside(task: Task, plan: Plan, graph: Graph) -> list[Task]:
    """Features that a check neither waits for nor prepares, when it waits for none at all.

    A check that waits for some feature checks that one, unless it covers only what others do; one that
    writes tests which a feature waits for is written first on purpose.
    """
    features = [one for one in plan.tasks if _is_gap(one)]
    gaps = [one for one in features if one.milestone == task.milestone]
    if awaited := [one for one in features if graph.reaches(task.id, one.id)]:
        # Waiting for some feature is not enough when what it checks, by its own word, comes from others.
        about = [one for one in features if set(one.covers) & set(task.covers)]
        gaps = [] if any(one in about for one in awaited) else [one for one in about if one not in awaited]
    return [one for one in gaps if not (task.files and graph.reaches(one.id, task.id))]


# --- one at a time, and an end to it ---------------------------------------------------------------------


@rule("PLN819", severity="error", needs=["plan"], formats="R,O", message="{n} active milestones: {ids}")
def one_milestone_is_active(given: LintInput) -> Iterator[Hit]:
    """Exactly one milestone is active, and only its tasks are handed out"""
    assert given.plan is not None
    milestones = given.plan.roadmap.milestones
    active = [one.id for one in milestones if one.status == "active"]
    told = any(one.status for one in milestones)
    if told and len(active) != 1 and not all(one.status == "done" for one in milestones):
        values = {"n": len(active) or "no", "ids": ", ".join(active) or "mark one as active"}
        extra = next((at for at, one in enumerate(milestones) if active and one.id == active[-1]), 0)
        yield Hit(f"/roadmap/milestones/{extra}/status", values)
    known = {one.id for one in milestones}
    for at, task in enumerate(given.fanout_data.tasks if told and given.fanout_data else ()):
        if not task.queued and task.milestone in known - set(active):
            message = f"{task.key} is handed out, but its milestone {task.milestone} is not active"
            values = {"id": task.key}
            yield Hit(f"/tasks/{at}/queued", values, "queue it", message=message, file="fanout")


@rule(
    "PLN820",
    severity="warning",
    needs=["plan"],
    formats="R",
    message="Milestones {ids} only extend each other; raise a decision",
)
def milestones_come_to_an_end(given: LintInput) -> Iterator[Hit]:
    """Milestones do not go on for ever: short titles, new aims, and code in what was closed"""
    assert given.plan is not None
    milestones = given.plan.roadmap.milestones
    for at, one in enumerate(milestones):
        if len(one.title) > _LONGEST_TITLE and one.origin != "extracted":
            message = f"The title of {one.id} has {len(one.title)} characters (limit {_LONGEST_TITLE})"
            yield Hit(f"/roadmap/milestones/{at}/title", {"id": one.id}, "name one outcome", message=message)
    for at in range(_IN_A_ROW - 1, len(milestones)):
        run = milestones[at - _IN_A_ROW + 1 : at + 1]
        if all(_extends(before.title, after.title) for before, after in pairwise(run)):
            yield Hit(f"/roadmap/milestones/{at}/title", {"ids": ", ".join(one.id for one in run)})
    yield from _empty_handed(given.plan, given.before)


def _extends(title: str, other: str) -> bool:
    mine, theirs = _tokens(title), _tokens(other)
    return mine.total() >= 2 and theirs.total() > mine.total() and mine <= theirs


def _tokens(title: str) -> Counter[str]:
    """The words of a title, as often as they stand there; running numbers tell nothing apart."""
    return Counter(re.findall(r"[^\W\d_]+", title.casefold()))


def _empty_handed(plan: Plan, before: Plan | None) -> Iterator[Hit]:
    """The last closed milestones, when none of them changed a file of production."""
    milestones = plan.roadmap.milestones
    closed = [at for at, one in enumerate(milestones) if one.status == "done"][-_IN_A_ROW:]
    if len(closed) == _IN_A_ROW and not any(_production(milestones[at].id, plan, before) for at in closed):
        ids = ", ".join(milestones[at].id for at in closed)
        message = f"Milestones {ids} are closed, and no production file changed; raise a decision"
        yield Hit(f"/roadmap/milestones/{closed[-1]}/status", {"ids": ids}, message=message)


def _production(milestone: str, plan: Plan, before: Plan | None) -> bool:
    """Whether a milestone changed what is delivered. Nothing known of its files counts as yes."""
    tasks = (*plan.tasks, *(before.tasks if before else ()))
    paths = [change.path for task in tasks if task.milestone == milestone for change in task.files]
    return not paths or any(not _NO_CODE.search(path) and not _TEST.search(path) for path in paths)


@rule(
    "PLN825",
    severity="warning",
    tier="extended",
    needs=["plan", "before"],
    formats="C",
    message="Version {v} reused",
)
def changed_milestones_get_a_version(given: LintInput) -> Iterator[Hit]:
    """The roadmap's version changes whenever its milestones do"""
    assert given.plan is not None
    assert given.before is not None
    now, then = given.plan.roadmap, given.before.roadmap
    same_plan = given.plan.issue == given.before.issue
    if same_plan and now.version == then.version and _content(now.milestones) != _content(then.milestones):
        yield Hit("/roadmap/version", {"v": now.version}, "count the version up")


def _content(milestones: Sequence[Milestone]) -> list[Mapping[str, object]]:
    """What a milestone promises; how far it has come is no change."""
    return [one.model_dump(exclude={"status", "origin"}) for one in milestones]
