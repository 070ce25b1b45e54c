"""Hypothesis strategies: any plan the model can hold (`plans`), and plans whose ids
are well formed (`sound_plans`).
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from bot.plan.facets import (
    BusinessRule,
    Check,
    Concern,
    Criterion,
    Delivery,
    Dependency,
    DevNeed,
    ErrorCase,
    Header,
    ImpactRow,
    InputField,
    Integration,
    Interface,
    MandatedTest,
    Pair,
    ParallelGroup,
    Phase,
    PlannedTest,
    Quality,
    Requirement,
    Requirements,
    Risk,
    Scenario,
    SchemaChange,
    Stream,
    Streams,
)
from bot.plan.model import (
    Answered,
    Assumption,
    Codebase,
    Command,
    ContractDefaults,
    Decision,
    Evidence,
    FileChange,
    Milestone,
    Missing,
    Obligation,
    Option,
    Plan,
    Provenance,
    Question,
    RelevantFile,
    Roadmap,
    Rollback,
    Task,
)
from tests.plan.upstream import BLANKS

NASTY = [
    "@alice", "fixes #1", "`", "```", "|", "\\", "<!--", "-->", "<b>", "#", "##", "- ", "1. ", "/plan",
    "![x](y)", "*", "__", "https://evil.example", "a@b.co", "[x]: y", ",", "'", '"', "$", "~~~",
    "<!-- groundplan:plan 12 end -->", " ", "é", "日本", "a", "word", "&lt;", "-", "=", "+", ">", "|---|",
    "\u202e", "\u200b", "x y",
]  # fmt: skip


def _filled(text: str) -> bool:
    return bool(text.strip(BLANKS).strip())


_any = st.one_of(st.text(max_size=25), st.lists(st.sampled_from(NASTY), max_size=7).map("".join))
lines = _any.map(lambda text: text.replace("\r", "").replace("\n", "")).filter(_filled)
texts = st.one_of(_any, st.lists(_any, max_size=3).map("\n".join)).filter(_filled)
notes = st.one_of(st.just(""), texts)
# An id of blanks is refused elsewhere; rule PLN202 refuses it here.
names = st.text("abMT-19 ,é", min_size=1, max_size=6).filter(_filled)
paths = st.one_of(
    st.sampled_from(["a/b.py", "docs/x|y.md", "c d.txt", "é.md"]),
    st.text("ab/.|*_- ", min_size=1, max_size=9),
).filter(_filled)
risks = st.sampled_from(["low", "medium", "high", "critical"])
origins = st.sampled_from(["extracted", "computed", "model", "person"])
scopes = st.integers(1, 1000)


def some(item: st.SearchStrategy[Any], least: int = 0) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(item, min_size=least, max_size=least + 2).map(tuple)


# Deferred, so that the strategies built on it can still be shown in words.
_said = st.sampled_from(["", "ada", "@bob", "2026-02-10T09:00:00Z", "|`<!--"])
answered = st.deferred(
    lambda: st.builds(Answered, option=lines, reason=notes, by=_said, at=_said, where=notes)
)
evidence = st.builds(Evidence, path=paths, line=st.integers(0, 99), quote=notes)
changes = st.builds(
    FileChange,
    path=paths,
    change=st.sampled_from(["edit", "new", "delete", "rename"]),
    summary=notes,
    source=st.just("") | paths,
)
defaults = st.builds(
    ContractDefaults,
    risk_class=risks,
    max_diff_scope=scopes,
    acceptance_tests=some(lines, 1),
    invariants=some(lines, 1),
    evidence_required=st.booleans(),
)
codebases = st.builds(
    Codebase,
    snapshot=some(texts),
    commands=some(st.builds(Command, kind=st.sampled_from(["test", "lint"]), line=lines, evidence=evidence)),
    files=some(st.builds(RelevantFile, path=paths, confidence=st.sampled_from("ABC"), reasons=some(notes))),
)
provenances = st.builds(
    Provenance,
    base_sha=st.text("0123456789abcdef", min_size=40, max_size=40),
    inputs_digest=st.text("0123456789abcdef", min_size=64, max_size=64),
    author=lines,
    model=st.just("none") | lines,
    prompt_version=notes,
    input_tokens=st.integers(0, 10**9),
    calls=st.integers(0, 99),
)


def _milestones(ids: st.SearchStrategy[str]) -> st.SearchStrategy[Milestone]:
    return st.builds(
        Milestone,
        id=ids,
        title=lines,
        outcome=texts,
        dependencies=some(ids),
        acceptance=some(texts, 1),
        risks=some(texts),
        risk_class=risks,
        max_diff_scope=scopes,
        status=st.sampled_from(["active", "queued", "done"]),
        validation=some(lines),
        origin=origins,
    )


def _tasks(
    ids: st.SearchStrategy[str], refs: st.SearchStrategy[str], milestones: st.SearchStrategy[str]
) -> st.SearchStrategy[Task]:
    return st.builds(
        Task,
        id=ids,
        milestone=milestones,
        title=lines,
        role=st.sampled_from(["developer", "qa", "planner"]),
        kind=st.sampled_from(["feature", "fix", "migration", "docs", "verification", "setup", "release"]),
        track=lines,
        objective=texts,
        files=some(changes),
        allowed_paths=some(paths),
        denied_paths=some(paths),
        max_diff_scope=scopes,
        depends_on=some(ids),
        effort=st.sampled_from("SML"),
        risk_class=risks,
        rollback=st.builds(Rollback, kind=st.sampled_from(["safe", "reversible", "manual"]), note=notes),
        user_instructions=some(texts),
        acceptance=some(texts, 1),
        tests=some(texts),
        commands=some(lines),
        invariants=some(lines),
        gotchas=some(texts),
        covers=some(refs),
        decisions=some(refs),
        origin=origins,
        evidence=some(evidence),
    )


def _plans(ids: Any, most: int) -> st.SearchStrategy[Plan]:
    decisions = st.builds(
        Decision,
        id=ids("D-"),
        question=lines,
        context=texts,
        impact=texts,
        weight=st.sampled_from(["major", "minor"]),
        options=some(st.builds(Option, name=lines, consequence=texts)),
        recommended=notes,
        deadline=notes,
        issue=st.integers(0, 999),
        answer=notes,
        log=some(answered),
        origin=origins,
    )
    return st.builds(
        Plan,
        issue=st.integers(1, 10**6),
        title=lines,
        slug=st.sampled_from(["a", "retry-queue", "x1-2"]),
        size=st.sampled_from(["trivial", "small", "medium", "large"]),
        summary=texts,
        goals=some(texts),
        non_goals=some(texts),
        roadmap=st.builds(
            Roadmap,
            version=lines,
            objective=texts,
            milestones=st.lists(
                _milestones(ids("M")), min_size=1, max_size=3, unique_by=lambda one: one.id
            ).map(tuple),
        ),
        contract_defaults=defaults,
        tasks=st.lists(
            _tasks(ids("T"), ids("I-"), ids("M")), max_size=most, unique_by=lambda one: one.id
        ).map(tuple),
        decisions=some(decisions),
        assumptions=some(
            st.builds(
                Assumption,
                id=ids("A-"),
                text=texts,
                impact=st.sampled_from(["low", "medium", "high"]),
                resolved=st.booleans(),
                origin=origins,
            )
        ),
        questions=some(
            st.builds(
                Question,
                id=ids("Q-"),
                text=lines,
                why=texts,
                blocking=st.booleans(),
                options=some(lines),
                origin=origins,
            )
        ),
        constraints=some(texts),
        obligations=some(
            st.builds(
                Obligation,
                id=ids("I-"),
                text=texts,
                disposition=st.sampled_from(["task", "question", "non-goal", "done", "open"]),
                by=some(names),
                reason=notes,
            )
        ),
        codebase=codebases,
        not_produced=some(st.builds(Missing, section=lines, question=lines)),
        provenance=provenances,
    )


plans = _plans(lambda prefix: names, 3)
sound_plans = _plans(lambda prefix: st.integers(1, 5).map(lambda number: f"{prefix}{number}"), 4).map(
    lambda plan: _opened(plan)
)


def _opened(plan: Plan) -> Plan:
    """A plan with something left to do: of a finished one IMPLEMENTATION_PLAN.md keeps one line."""
    first, *rest = plan.roadmap.milestones
    if any(one.status != "done" for one in plan.roadmap.milestones):
        return plan
    milestones = (first.model_copy(update={"status": "active"}), *rest)
    return plan.model_copy(update={"roadmap": plan.roadmap.model_copy(update={"milestones": milestones})})


# --- facets -----------------------------------------------------------------------------------------------

# What readers of documents know as something else than words.
SAYING = [
    "None.", "none", "n/a", "-", "n/a: for now", "Not applicable: nothing is there", "Notes: x",
    "Files: `a.py`", "**Files**: x", "Inputs:", "Description: x", "Constraints: none", "Assumptions",
    "FR-1", "`FR-1` stays", "A-1: x", "Q-1", "Step 2: x", "AC-1 (FR-1)", "(FR-1)", "Given x", "a When b",
    "Then, And", "\u2192 x", "a => b", "(new)", "`a/b.py`: what", "`a *b*`", "x:", "x.", "x;", "x,",
    "a >", "Required, x", "medium: x", "[0o0o NEEDS CONFIRMATION]", "`x`", "high", "Yes",
    "src/__init__.py", "a `b` c", "T1", "behavior of the color",
]  # fmt: skip
told_lines = st.one_of(
    lines, st.sampled_from(SAYING), st.lists(st.sampled_from(SAYING), min_size=1, max_size=3).map(" ".join)
).filter(_filled)
told = st.one_of(texts, told_lines)
remarks = st.one_of(st.just(""), told_lines)


def _numbered(prefix: str, most: int = 3) -> st.SearchStrategy[str]:
    return st.integers(1, most).map(lambda number: f"{prefix}{number}")


def _unique(item: st.SearchStrategy[Any], most: int = 2) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(item, max_size=most, unique_by=lambda one: one.id).map(tuple)


_requirement_ids = _numbered("FR-")
_stream_ids = st.integers(0, 3).map(lambda number: f"WS-{number}")
_criteria_ids = _numbered("AC-")
_pairs = some(
    st.builds(Pair, requirement=_requirement_ids, criterion=_criteria_ids, check=remarks, expected=told)
)
functional_requirements = st.builds(
    Requirement,
    id=_requirement_ids,
    title=told_lines,
    behaviour=told,
    agent_hint=st.sampled_from(["", "backend", "none of them"]),
    inputs=some(
        st.builds(
            InputField,
            name=told_lines,
            kind=remarks.map(lambda text: text[:60]),
            need=st.sampled_from(["required", "optional", ""]),
            bound=remarks,
        )
    ),
    success=some(told),
    errors=some(st.builds(ErrorCase, condition=told, behaviour=told)),
    covers=some(_numbered("I-")),
)
requirements = st.builds(
    Requirements,
    header=st.builds(
        Header,
        task=st.sampled_from(["#12", "ABC-1"]) | told_lines,
        branch=told_lines,
        feature=told_lines,
        created=st.sampled_from(["2026-01-15"]) | told_lines,
    ),
    functional=_unique(functional_requirements),
    qualities=_unique(st.builds(Quality, id=_numbered("NFR-"), name=told_lines, target=told, note=remarks)),
    rules=_unique(
        st.builds(BusinessRule, id=_numbered("BR-"), text=told, requirements=some(_requirement_ids))
    ),
    integrations=some(
        st.builds(
            Integration,
            kind=st.sampled_from(["needs", "consumer", "call"]),
            system=told_lines,
            purpose=told,
            note=remarks,
        )
    ),
    criteria=_unique(
        st.builds(
            Criterion,
            id=_criteria_ids,
            title=told_lines,
            requirements=some(_requirement_ids),
            given=some(told),
            when=some(told),
            then=some(told),
        )
    ),
    scenarios=some(st.builds(Scenario, area=told_lines, scenario=told, inputs=remarks, expected=told)),
    verification=_pairs,
    review=_pairs,
    mandate=some(
        st.builds(
            MandatedTest,
            criterion=st.just("") | _criteria_ids,
            kind=st.sampled_from(["", "unit"]),
            scenario=told,
            expected=told,
        )
    ),
    schema_changes=some(
        st.builds(
            SchemaChange,
            object=told_lines,
            change=told,
            phase=st.sampled_from(["expand", "backfill", "contract"]),
            dependency=remarks,
        )
    ),
    deploy_order=some(told),
    dev_needs=some(st.builds(DevNeed, need=told_lines, state=told, missing=told)),
    concerns=some(
        st.builds(Concern, concern=told_lines, applies=st.sampled_from(["yes", "no"]), note=remarks)
    ),
    notes=some(told),
)
streams = st.builds(
    Streams,
    streams=_unique(
        st.builds(
            Stream,
            id=_stream_ids,
            name=told_lines,
            agent=st.sampled_from(["", "none", "api-designer"]),
            command=st.sampled_from(["", "/schema", "/implement"]),
            requirements=some(_requirement_ids),
            depends_on=some(_stream_ids),
            parallel_with=some(_stream_ids),
            blocks=some(_stream_ids),
        ),
        3,
    ),
    groups=some(
        st.builds(
            ParallelGroup,
            group=st.integers(1, 4),
            streams=some(_stream_ids),
            gate_after=st.sampled_from(["", "G3"]),
        )
    ),
)
deliveries = st.builds(
    Delivery,
    architecture=some(told),
    stack=some(told),
    data_model=some(told),
    phases=_unique(
        st.builds(
            Phase,
            id=_numbered("P"),
            title=told_lines,
            goal=told,
            tasks=some(_numbered("T")),
            estimate=st.sampled_from(["", "4 h"]),
        )
    ),
    total_estimate=st.sampled_from(["", "8 h"]),
    tests=some(
        st.builds(
            PlannedTest,
            what=told,
            path=st.just("") | paths,
            command=remarks,
            covers=some(_requirement_ids),
        )
    ),
    checks=some(st.builds(Check, action=told, command=remarks, expected=remarks)),
    risks=some(
        st.builds(Risk, risk=told, impact=st.sampled_from(["high", "medium", "low"]), mitigation=told)
    ),
    rollout=some(told),
    rollback=some(told),
    dependencies=some(
        st.builds(
            Dependency,
            name=told_lines,
            version=st.sampled_from(["", "1.2"]),
            status=st.sampled_from(["present", "new", "service", "credential"]),
            note=remarks,
        )
    ),
    deployment=some(told),
)
_impact_rows = st.builds(
    ImpactRow, path=paths, change=st.sampled_from(["edit", "new", "delete", "rename"]), why=remarks
)
_interfaces = st.builds(Interface, name=told_lines, kind=remarks.map(lambda text: text[:60]), text=told)


def _with_facets(plan: Plan, facets: Any, impact: Any, interfaces: Any, core: Any, works: Any) -> Plan:
    codebase = plan.codebase.model_copy(update={"impact": impact, "interfaces": interfaces})
    tasks = (
        tuple(one.model_copy(update=work) for one, work in zip(plan.tasks, works, strict=False))
        + plan.tasks[len(works) :]
    )
    return plan.model_copy(update={**facets, **core, "codebase": codebase, "tasks": tasks})


# Plans whose ids are well formed, with or without facets, whose words look like parts of a document.
faceted_plans = st.builds(
    _with_facets,
    sound_plans,
    st.fixed_dictionaries(
        {
            "requirements": st.none() | requirements,
            "streams": st.none() | streams,
            "delivery": st.none() | deliveries,
        }
    ),
    some(_impact_rows),
    some(_interfaces),
    st.fixed_dictionaries(
        {
            "title": told_lines,
            "summary": told,
            "goals": some(told),
            "non_goals": some(told),
            "constraints": some(told),
            "obligations": some(
                st.builds(
                    Obligation,
                    id=_numbered("I-"),
                    text=told,
                    disposition=st.sampled_from(["task", "question", "non-goal", "done", "open"]),
                )
            ),
        }
    ),
    st.lists(
        st.fixed_dictionaries(
            {
                "title": told_lines,
                "objective": told,
                "changes": some(told),
                "gotchas": some(told),
                "acceptance": some(told, 1),
                "tests": some(told),
                "commands": some(told_lines),
                "invariants": some(told_lines),
                "covers": some(st.one_of(_numbered("I-"), _requirement_ids)),
            }
        ),
        max_size=3,
    ),
)
