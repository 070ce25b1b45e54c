"""The one plan model that every format renders and every rule reads. Types only: no checks across items.

Ids are stable over revisions: milestones `M1`, tasks `T1`, decisions `D-1`, assumptions `A-1`,
questions `Q-1`, obligations (demands found in the issue) `I-1`; what only some formats show has its types in
`bot/plan/facets.py`. Whether ids are unique, references resolve, the graph is acyclic and paths exist is the
business of `bot/plan/rules/`, so that a broken
plan can be held, shown and repaired.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from bot.plan.facets import Delivery, ImpactRow, Interface, Requirements, Streams
from bot.plan.part import Id, Line, Part, Path, Slug, Text

RiskClass = Literal["low", "medium", "high", "critical"]
Role = Literal["developer", "qa", "planner"]
TaskKind = Literal["feature", "fix", "migration", "docs", "verification", "setup", "release"]
Change = Literal["edit", "new", "delete", "rename"]
Effort = Literal["S", "M", "L"]
Size = Literal["trivial", "small", "medium", "large"]
Origin = Literal["extracted", "computed", "model", "person"]


class Evidence(Part):
    """Where something was seen. `path` is a repository path or "issue"; `line`
    counts from 1, 0 when unknown.
    """

    path: Path
    line: int = Field(default=0, ge=0)
    quote: str = Field(default="", max_length=500)


class FileChange(Part):
    """One file a task touches. `source` is the old path of a rename, "" otherwise."""

    path: Path
    change: Change
    summary: str = Field(default="", max_length=400)
    source: str = Field(default="", max_length=1024)


class Rollback(Part):
    """How to undo. `safe` needs no note; `reversible` and `manual` say how."""

    kind: Literal["safe", "reversible", "manual"]
    note: str = Field(default="", max_length=2000)


class Milestone(Part):
    """One outcome people can see. Exactly one milestone of a plan is active."""

    id: Id
    title: Line
    outcome: Text
    dependencies: tuple[Id, ...] = ()
    acceptance: tuple[Text, ...] = Field(min_length=1)
    risks: tuple[Text, ...] = ()
    risk_class: RiskClass
    max_diff_scope: int = Field(gt=0, le=1000, strict=True)
    status: Literal["active", "queued", "done"] = "queued"
    validation: tuple[Line, ...] = ()
    origin: Origin = "model"


class Roadmap(Part):
    """The milestones and what they are for. `version` changes whenever the milestones do."""

    version: Line
    objective: Text
    milestones: tuple[Milestone, ...] = Field(min_length=1)


class ContractDefaults(Part):
    """What a task inherits when it says nothing: commands to pass, invariants to keep, boundary and risk."""

    risk_class: RiskClass
    max_diff_scope: int = Field(gt=0, le=1000, strict=True)
    acceptance_tests: tuple[Line, ...] = Field(min_length=1)
    invariants: tuple[Line, ...] = Field(min_length=1)
    evidence_required: bool = True


class Task(Part):
    """One piece of work that one person or coding agent can carry out from this text alone.

    `changes` are edits in words (functions, routes, schemas). `max_diff_scope` counts changed files. `covers`
    lists obligations of the issue. Whether tasks may run at
    the same time is computed from `depends_on` and `files`, never stated.
    """

    id: Id
    milestone: Id
    title: Line
    role: Role = "developer"
    kind: TaskKind = "feature"
    track: Line = "core"
    objective: Text
    files: tuple[FileChange, ...] = ()
    changes: tuple[Text, ...] = ()
    allowed_paths: tuple[Path, ...] = ()
    denied_paths: tuple[Path, ...] = ()
    max_diff_scope: int = Field(gt=0, le=1000, strict=True)
    depends_on: tuple[Id, ...] = ()
    effort: Effort = "M"
    risk_class: RiskClass = "medium"
    rollback: Rollback = Rollback(kind="safe")
    user_instructions: tuple[Text, ...] = ()
    acceptance: tuple[Text, ...] = Field(min_length=1)
    tests: tuple[Text, ...] = ()
    commands: tuple[Line, ...] = ()
    invariants: tuple[Line, ...] = ()
    gotchas: tuple[Text, ...] = ()
    covers: tuple[Id, ...] = ()
    decisions: tuple[Id, ...] = ()
    origin: Origin = "model"
    evidence: tuple[Evidence, ...] = ()


class Option(Part):
    """One way a decision can go, and what follows from it."""

    name: Line
    consequence: Text


class Answered(Part):
    """One time a decision was made: the option taken, why, who said so, when (ISO) and where (an address).
    `by` is "" when nobody did and the deadline made it.
    """

    option: Line
    reason: str = Field(default="", max_length=2000)
    by: str = Field(default="", max_length=100)
    at: str = Field(default="", max_length=40)
    where: str = Field(default="", max_length=1024)

    @property
    def words(self) -> str:
        """On one line: "B, because the old clients stay, by @ada on 2026-02-10"."""
        why = f", because {self.reason}" if self.reason else ""
        who = f", by @{self.by}" if self.by else (", by its deadline" if self.at else "")
        return f"{self.option}{why}{who}" + (f" on {self.at[:10]}" if self.at else "")


class Decision(Part):
    """Something only the owner can settle. `major` never defaults; `minor` takes
    `recommended` at the deadline. `answer` is the option that holds; `log` tells of every time it was
    made, the newest last, and is only ever added to.
    """

    id: Id
    question: Line
    context: Text
    impact: Text
    weight: Literal["major", "minor"]
    options: tuple[Option, ...] = ()
    recommended: str = ""
    deadline: str = ""
    issue: int = Field(default=0, ge=0)
    answer: str = ""
    log: tuple[Answered, ...] = ()
    origin: Origin = "model"

    @property
    def made(self) -> Answered | None:
        """How it was decided, None while it is open. An answer that the log does not tell of has no story."""
        if not self.answer:
            return None
        told = bool(self.log) and self.log[-1].option == self.answer
        return self.log[-1] if told else Answered.model_construct(option=self.answer)

    @property
    def earlier(self) -> tuple[Answered, ...]:
        """The answers that another one took the place of, oldest first."""
        return self.log[:-1] if self.log and self.log[-1].option == self.answer else self.log


class Assumption(Part):
    """Taken as true without proof. `if_wrong` says what breaks if it is not, `impact` how badly."""

    id: Id
    text: Text
    impact: Literal["low", "medium", "high"] = "medium"
    if_wrong: str = Field(default="", max_length=1000)
    resolved: bool = False
    origin: Origin = "model"


class Question(Part):
    """Not known, with the exact question that would settle it and what changes with the answer."""

    id: Id
    text: Line
    why: Text
    blocking: bool = False
    options: tuple[Line, ...] = ()
    origin: Origin = "model"


class Obligation(Part):
    """One demand of the issue, verbatim, and what became of it. `by` lists tasks, or
    the question or non-goal.
    """

    id: Id
    text: Text
    disposition: Literal["task", "question", "non-goal", "done", "open"]
    by: tuple[str, ...] = ()
    reason: str = Field(default="", max_length=400)


class Command(Part):
    """A command the repository itself defines, with the place that defines it."""

    kind: Literal["test", "lint", "build", "run", "format", "typecheck"]
    line: Line
    evidence: Evidence


class RelevantFile(Part):
    """A file recon found for this issue: confidence A (named in it), B (strong
    match) or C (weak), and why.
    """

    path: Path
    confidence: Literal["A", "B", "C"]
    reasons: tuple[str, ...] = ()


class Codebase(Part):
    """What was read off the repository at `provenance.base_sha`; every line computed, none guessed."""

    snapshot: tuple[Text, ...] = ()
    commands: tuple[Command, ...] = ()
    files: tuple[RelevantFile, ...] = ()
    impact: tuple[ImpactRow, ...] = ()
    interfaces: tuple[Interface, ...] = ()


class Missing(Part):
    """A section that was not produced, and the question that would let somebody produce it."""

    section: Line
    question: Line


class Readers(Part):
    """How others read the plan before it was shown, as code counted it. `points` are what reviewers said with
    the plan's own words, `clarifications` what coders had to ask and nothing settles; shares are percents.
    """

    reviews: int = Field(default=0, ge=0)
    points: int = Field(default=0, ge=0)
    open_points: int = Field(default=0, ge=0)
    coders: int = Field(default=0, ge=0)
    clarifications: int = Field(default=0, ge=0)
    comprehension: int = Field(default=100, ge=0, le=100)
    agreement: int = Field(default=100, ge=0, le=100)


class Revision(Part):
    """One change of a plan that people had seen: when (an ISO date), why, at whose word, and what changed, by
    ids. No later item gets an id of `removed`; `cost` says what a model took.
    """

    number: int = Field(gt=0)
    at: str = Field(default="", max_length=40)
    cause: Line
    by: str = Field(default="", max_length=400)
    changes: tuple[Line, ...] = Field(default=(), max_length=20)
    removed: tuple[Id, ...] = Field(default=(), max_length=400)
    cost: str = Field(default="", max_length=400)


class Provenance(Part):
    """Where the plan comes from, enough to make it again. `model` is "none" when no model was asked."""

    base_sha: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]
    inputs_digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    author: Line
    model: Line = "none"
    prompt_version: str = ""
    input_tokens: int = Field(default=0, ge=0)
    output_tokens: int = Field(default=0, ge=0)
    cached_tokens: int = Field(default=0, ge=0)
    calls: int = Field(default=0, ge=0)
    receipt: str = Field(default="", max_length=400)
    profile: str = Field(default="", max_length=40)
    readers: Readers | None = None
    revisions: tuple[Revision, ...] = ()


class Plan(Part):
    """A plan for one issue."""

    issue: int = Field(gt=0)
    title: Line
    slug: Slug
    size: Size
    summary: Text
    goals: tuple[Text, ...] = ()
    non_goals: tuple[Text, ...] = ()
    roadmap: Roadmap
    contract_defaults: ContractDefaults
    tasks: tuple[Task, ...] = ()
    decisions: tuple[Decision, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    questions: tuple[Question, ...] = ()
    constraints: tuple[Text, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    codebase: Codebase = Codebase()
    requirements: Requirements | None = None
    streams: Streams | None = None
    delivery: Delivery | None = None
    not_produced: tuple[Missing, ...] = ()
    provenance: Provenance
