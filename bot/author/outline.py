"""The author without a model: it extracts and computes, and says what it cannot produce.
It never invents a step.

Every task says `extracted` (words of the issue, with the line) or `computed` (from the repository, with the
place); what would take understanding is left in `not_produced` with the question that would settle it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.author.behaviour import functional
from bot.author.brief import Brief, Progress, Written
from bot.author.demands import Demand
from bot.author.facts import Facts
from bot.author.groups import Group, grouped
from bot.author.issue_text import choices, left_out, opening, ways
from bot.author.open_points import decision_of, limits_of, not_produced, obligations_of, questions_of
from bot.author.parts import INVARIANTS, defaults, passes, provenance, roadmap, slug
from bot.author.readiness import readiness
from bot.author.recipes import recipe_plan, trivial_reason
from bot.author.risk import Signal, highest, irreversible, risk_of, signals
from bot.author.size import diff_scope, effort, size_of
from bot.plan.model import (
    Decision,
    Evidence,
    FileChange,
    Plan,
    Rollback,
    Task,
    TaskKind,
)
from bot.plan.safe_text import clipped
from bot.recon.kinds import is_migration, kind_of

NAME = "outline"
VERSION = "1"
IMPERATIVE = re.compile(
    r"(add|allow|avoid|bump|build|cache|change|configure|create|delete|document|drop|enable|expose|extend"
    r"|fix|handle|implement"
    r"|improve|introduce|make|merge|migrate|move|persist|provide|raise|refactor|reject|remove|rename|replace"
    r"|report|return|show"
    r"|split|stop|store|support|test|update|upgrade|use|validate|wire|write)\b",
    re.IGNORECASE,
)
MANY_WAYS = 8
LONGEST_OBJECTIVE = 3000


@dataclass(frozen=True, slots=True)
class OutlineAuthor:
    """Writes what follows from the issue and the repository alone."""

    name: str = NAME
    version: str = VERSION

    def write(self, brief: Brief, progress: Progress) -> Written:
        progress("reading the issue")
        facts = Facts(brief)
        if reason := trivial_reason(facts):
            return Written("unneeded", reason=reason)
        progress("looking for a recipe")
        if plan := recipe_plan(facts, provenance(brief, f"{NAME}/{VERSION}")):
            return Written("plan", plan=_faceted(plan, facts))
        open_demands = [each for each in facts.demands if each.is_work]
        if facts.all_done:
            return Written(
                "unneeded", reason="Every box in the issue is ticked, so there is nothing left to plan."
            )
        if not open_demands:
            return Written("unready", reason=UNREADY, readiness=readiness(facts))
        progress("writing the outline")
        return Written("plan", plan=_faceted(_plan(facts, open_demands), facts))


def _faceted(plan: Plan, facts: Facts) -> Plan:
    """The plan with what its format shows beside tasks and milestones."""
    return functional(plan, facts) if facts.brief.format == "functional" else plan


UNREADY = "The issue has no acceptance criteria and no demand that could be taken from it word for word."


def _plan(facts: Facts, demands: Sequence[Demand]) -> Plan:
    brief, groups = facts.brief, grouped(demands)
    asked = choices(facts.passages)
    decisions = tuple(
        decision_of(at, each) for at, each in enumerate((one for one in asked if one.options), 1)
    )
    tasks = _ordered(
        tuple(_task(facts, f"T{at}", group, groups, decisions) for at, group in enumerate(groups, 1)), groups
    )
    paths = tuple(dict.fromkeys(change.path for task in tasks for change in task.files))
    found = signals(_text(facts, demands), paths)
    start = opening(facts.passages)
    criteria = _criteria([each for group in groups for each in group.demands])
    holding = _counted(len(criteria), "criterion of the issue holds", "criteria of the issue hold")
    questions = questions_of(facts, asked, tasks, groups, found)
    return Plan(
        issue=brief.number,
        title=facts.title,
        slug=slug(facts.title, brief.number),
        size=size_of(len(tasks), len(paths), len(demands)),
        summary=start.text if start else facts.title,
        non_goals=tuple(each.text for each in left_out(facts.passages)[:10]),
        constraints=(*_ways(facts), *limits_of(facts)),
        roadmap=roadmap(
            facts,
            f"{holding}, word for word as below.",
            criteria,
            [f"{each.what[0].upper()}{each.what[1:]} (seen: {each.seen})" for each in found],
            highest(task.risk_class for task in tasks),
            tasks,
            "extracted",
        ),
        contract_defaults=defaults(facts, risk_of(found, paths), max(task.max_diff_scope for task in tasks)),
        tasks=tasks,
        decisions=decisions,
        questions=questions,
        obligations=obligations_of(facts, groups, questions),
        codebase=facts.codebase,
        not_produced=not_produced(facts, tasks, found),
        provenance=provenance(brief, f"{NAME}/{VERSION}"),
    )


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _ways(facts: Facts) -> tuple[str, ...]:
    """What the issue says about how it should be done, apart from its demands."""
    demanded = {each.text for each in facts.demands}
    return tuple(each.text for each in ways(facts.passages) if each.text not in demanded)[:MANY_WAYS]


def _text(facts: Facts, demands: Sequence[Demand]) -> str:
    return "\n".join([facts.title, *(each.text for each in demands)])


def _criteria(demands: Sequence[Demand]) -> tuple[str, ...]:
    """The issue's criteria; where it has none apart from its demands, these are the criteria."""
    checks = [each.text for each in demands if each.is_check]
    return tuple(dict.fromkeys(checks or [each.text for each in demands]))


# --- one task --------------------------------------------------------------------------------------------


def _task(
    facts: Facts, name: str, group: Group, groups: Sequence[Group], decisions: Sequence[Decision]
) -> Task:
    files = _files(facts, group) or _tests_of(facts, group, groups)
    leads = group is _lead(groups)
    paths = [change.path for change in files]
    title = _title(facts, group)
    found = signals("\n".join([title, *(each.text for each in group.demands)]), paths)
    criterion, where = passes(facts)
    kind = _kind(facts, group)
    likely = facts.likely if leads else ()
    tests = {test for path in likely for test in facts.siblings(path)} - set(paths)
    return Task(
        id=name,
        milestone="M1",
        title=title,
        role="qa" if group.topic == "tests" else "developer",
        kind=kind,
        track=group.topic,
        objective=_objective(title, kind, group, paths),
        files=files,
        max_diff_scope=diff_scope(len(files), len(likely) + len(tests)),
        effort=effort(len(files), len(group.demands)),
        risk_class=risk_of(found, paths),
        rollback=_rollback(found),
        acceptance=tuple(dict.fromkeys([*_criteria(group.demands), criterion])),
        commands=tuple(dict.fromkeys(each.line for each in facts.test_commands[:1])),
        invariants=INVARIANTS,
        gotchas=_gotchas(facts, likely, found) if leads else (),
        covers=tuple(each.id for each in group.demands),
        decisions=tuple(each.id for each in decisions) if leads else (),
        origin="extracted",
        evidence=(*(_seen(facts, each) for each in group.demands[:20]), *where),
    )


def _gotchas(facts: Facts, likely: Sequence[str], found: Sequence[Signal]) -> tuple[str, ...]:
    """How the issue wants it done, in its words; then what the repository says about places."""
    out = list(_ways(facts))
    if likely:
        shown = ", ".join(f"`{path}`" for path in likely)
        out.append(f"Close to the words of the issue, though not named in it: {shown}.")
    last = max((path for path in facts.brief.tree.paths if is_migration(path)), default="")
    if last and irreversible(found):
        out.append(f"The last migration is `{last}`.")
    return tuple(out)


def _seen(facts: Facts, demand: Demand) -> Evidence:
    return facts.evidence(demand.line, demand.text)


def _title(facts: Facts, group: Group) -> str:
    """The issue's title for what it is about as a whole, else the first demand of the group."""
    if group.main or len(group.demands) == len(facts.demands):
        return facts.title
    return clipped(group.demands[0].text.rstrip(".;"), 100)


def _kind(facts: Facts, group: Group) -> TaskKind:
    if group.topic != "code":
        return "docs" if group.topic == "docs" else "verification"
    return "fix" if facts.is_bug else "feature"


def _objective(title: str, kind: TaskKind, group: Group, paths: Sequence[str]) -> str:
    """What to do in the issue's words, and where; the connecting words are ours and always the same."""
    lead = {"fix": "Fix", "docs": "Write", "verification": "Add tests"}.get(kind, "Implement")
    where = f" In {', '.join(f'`{path}`' for path in paths[:6])}." if paths else ""
    said = title.rstrip(".")
    lines = [f"{said}.{where}" if IMPERATIVE.match(said) else f"{lead}: {said}.{where}"]
    work = group.work if group.checks else ()
    for at, demand in enumerate(work):
        if sum(map(len, lines)) + len(demand.text) > LONGEST_OBJECTIVE:
            lines.append(f"- and {len(work) - at} more demands, listed by id below")
            break
        lines.append(f"- {demand.text}")
    return "\n".join(lines)


def _files(facts: Facts, group: Group) -> tuple[FileChange, ...]:
    """Files the issue names, new ones it names, and the tests that belong to them by name."""
    named = list(group.paths)
    if group.main or (group.topic == "code" and not named and not group.new_paths):
        taken = {path for each in facts.demands for path in each.paths} - set(named)
        named += [path for path in facts.named if path not in taken and kind_of(path) != "doc"]
    edits = tuple(dict.fromkeys(named))
    tests = dict.fromkeys(
        (test, path) for path in edits for test in facts.siblings(path) if test not in edits
    )
    return (
        *(FileChange(path=path, change="edit", summary=facts.where_named(path)) for path in edits),
        *(
            FileChange(path=path, change="new", summary="the issue names it, and it is not there yet")
            for path in group.new_paths
        ),
        *(
            FileChange(path=test, change="edit", summary=f"holds the tests of {path}, by its name")
            for test, path in _first(tests)
        ),
    )


def _lead(groups: Sequence[Group]) -> Group:
    """The group that carries what concerns the issue as a whole."""
    return next((each for each in groups if each.main), groups[0])


def _tests_of(facts: Facts, group: Group, groups: Sequence[Group]) -> tuple[FileChange, ...]:
    """For a task of tests that names no file: the tests that belong to the other tasks' files by name."""
    if group.topic != "tests":
        return ()
    sources = [change.path for each in groups if each.topic == "code" for change in _files(facts, each)]
    tests = dict.fromkeys((test, path) for path in sources for test in facts.siblings(path))
    return tuple(
        FileChange(path=test, change="edit", summary=f"holds the tests of {path}, by its name")
        for test, path in _first(tests)
    )


def _first(pairs: dict[tuple[str, str], None]) -> list[tuple[str, str]]:
    """One source for each test file, the first."""
    out: dict[str, str] = {}
    for test, path in pairs:
        out.setdefault(test, path)
    return list(out.items())


def _rollback(found: Sequence[Signal]) -> Rollback:
    if not irreversible(found):
        return Rollback(kind="safe")
    what = next(each.what for each in found if irreversible([each]))
    why = f"Not produced, because {what}: reverting the commit does not bring data back."
    return Rollback(kind="manual", note=f"{why} See the open questions.")


def _ordered(tasks: tuple[Task, ...], groups: Sequence[Group]) -> tuple[Task, ...]:
    """Tasks that share a file follow each other; tests follow the code they test. Nothing else is ordered."""
    out: list[Task] = []
    for task, group in zip(tasks, groups, strict=True):
        mine = {change.path for change in task.files}
        shared = [one.id for one in out if mine & {change.path for change in one.files}]
        code = [one.id for one in out if one.track == "code"] if group.topic == "tests" else []
        out.append(task.model_copy(update={"depends_on": tuple(dict.fromkeys([*code, *shared]))}))
    return tuple(out)
