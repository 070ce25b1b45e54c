"""Hypothesis strategies: any plan the model can hold (`plans`), and plans whose ids
are well formed (`sound_plans`).
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from bot.plan.model import (
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
sound_plans = _plans(lambda prefix: st.integers(1, 5).map(lambda number: f"{prefix}{number}"), 4)
