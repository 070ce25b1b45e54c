"""Plans with requirements, streams and delivery in three sizes, and their golden documents.
`python -m tests.plan.formats.faceted` writes those anew; what changed is then read by a person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.plan.audited import documents
from bot.plan.contract import contract_text
from bot.plan.facets import (
    BusinessRule,
    Criterion,
    DevNeed,
    ErrorCase,
    InputField,
    Integration,
    ParallelGroup,
    Quality,
    Requirement,
    Requirements,
    Scenario,
    SchemaChange,
    Stream,
    Streams,
)
from bot.plan.fanout import fanout_text
from bot.plan.formats.export import completed
from bot.plan.formats.implied import with_contracts
from bot.plan.model import Assumption, Decision, Option, Plan, Question
from bot.plan.rules import LintInput
from bot.recon.ground import TreeGround
from tests.plan.formats.golden import place
from tests.plan.formats.plans import large_plan
from tests.plan.rules.fixtures.base import TREE
from tests.plan.rules.fixtures.facets import CRITERIA, FUNCTIONAL, REQUIREMENTS, TASKS, export, functional

SIZES = ("small", "medium", "large")
_DOCUMENT = {"export": "EXPORT/", "functional": "/plan.md"}


def document(plan: Plan, plan_format: str) -> str:
    """The format's own document."""
    wanted = _DOCUMENT[plan_format]
    files = documents(plan, plan_format, {})
    return next(one.text for one in files if one.path.startswith(wanted) or one.path.endswith(wanted))


def given(plan: Plan, plan_format: str) -> LintInput:
    """All that a lint run can have about the plan and its documents, with the repository it was made for."""
    return LintInput(
        plan=plan,
        contract_text=contract_text(plan),
        fanout_text=fanout_text(plan),
        ground=TreeGround(TREE),
        renderings=documents(plan, plan_format, {}),
        format=plan_format,
    )


def small_export() -> Plan:
    """One step."""
    first = FUNCTIONAL[1].model_copy(update={"covers": ("I-2",)})
    wanted = Requirements(header=REQUIREMENTS.header, functional=(first,))
    plan = export(
        tasks=TASKS[:1],
        obligations=export().obligations[1:2],
        requirements=wanted,
        delivery=None,
        questions=(),
        goals=("A file holds one line for each invoice",),
    )
    codebase = plan.codebase.model_copy(update={"impact": (), "interfaces": ()})
    return completed(plan.model_copy(update={"codebase": codebase}))


def small_functional() -> Plan:
    """One requirement, one stream, nothing conditional."""
    wanted = Requirements(
        header=REQUIREMENTS.header,
        functional=FUNCTIONAL[1:2],
        criteria=CRITERIA[2:4],
        scenarios=REQUIREMENTS.scenarios[:1],
    )
    stream = Stream(
        id="WS-1",
        name="Lines of the file",
        agent="software-engineer-python",
        command="/implement",
        requirements=("FR-2",),
    )
    plan = functional(
        requirements=wanted,
        streams=Streams(streams=(stream,)),
        tasks=TASKS[:1],
        obligations=functional().obligations[1:2],
        questions=(),
        assumptions=(),
    )
    return with_contracts(plan)


_SUBJECTS = ("invoice", "credit note", "reminder", "receipt", "order", "quote", "refund", "statement")


def _requirement(number: int, subject: str) -> Requirement:
    return Requirement(
        id=f"FR-{number}",
        title=f"Download of each {subject}",
        behaviour=f"The system answers a request for the {subject}s of a month with one file.",
        agent_hint="database" if number == 1 else "backend",
        inputs=(InputField(name="month", kind="year and month", need="required", bound="2000-01 up to now"),),
        success=(f"The file holds one line for each {subject}",),
        errors=(
            ErrorCase(
                condition="The month lies in the future",
                behaviour='The request is refused with status 422 and the message "month lies in the future"',
            ),
        ),
    )


def _criteria(number: int, subject: str) -> tuple[Criterion, Criterion]:
    return (
        Criterion(
            id=f"AC-{2 * number - 1}",
            title=f"Each {subject} has its line",
            requirements=(f"FR-{number}",),
            given=(f"The month 2026-01 has 3 {subject}s",),
            when=(f"The {subject}s of 2026-01 are requested",),
            then=("The answer has status 200", "The file has 4 lines"),
        ),
        Criterion(
            id=f"AC-{2 * number}",
            title=f"No {subject} comes from the future",
            requirements=(f"FR-{number}",),
            given=("Today is 2026-01-15",),
            when=(f"The {subject}s of 2026-02 are requested",),
            then=('The answer has status 422 and the message "month lies in the future"',),
        ),
    )


_NUMBERED = tuple(enumerate(_SUBJECTS, start=1))
LARGE = REQUIREMENTS.model_copy(
    update={
        "functional": tuple(_requirement(number, subject) for number, subject in _NUMBERED),
        "criteria": tuple(one for number, subject in _NUMBERED for one in _criteria(number, subject)),
        "rules": (
            BusinessRule(
                id="BR-1", text="A record belongs to the month of its date.", requirements=("FR-1",)
            ),
        ),
        "qualities": (
            Quality(
                id="NFR-1",
                name="Response time",
                target="The answer begins within 2 s for 95 % of requests",
                note="For months of up to 10,000 records",
            ),
        ),
        "integrations": (
            Integration(
                kind="call", system="Mail service", purpose="Tells the owner", note="Retried three times"
            ),
            Integration(kind="needs", system="Record store", purpose="Gives the records of one month"),
            Integration(kind="consumer", system="Accounting", purpose="Loads the files each night"),
        ),
        "scenarios": (
            Scenario(
                area="Request", scenario="A month without records", inputs="2020-01", expected="One line"
            ),
        ),
        "verification": (),
        "review": (),
        "mandate": (),
        "schema_changes": (
            SchemaChange(object="records", change="Add the column month", phase="expand"),
            SchemaChange(
                object="records",
                change="Fill in the month of earlier records",
                phase="backfill",
                dependency="After expand",
            ),
            SchemaChange(
                object="records",
                change="Make the month required",
                phase="contract",
                dependency="After the application writes the month",
            ),
        ),
        "dev_needs": (
            DevNeed(
                need="Record store",
                state="Not started with the other services",
                missing="A store with samples",
            ),
        ),
    }
)
_STREAMS = Streams(
    streams=(
        Stream(
            id="WS-0",
            name="Development environment",
            agent="software-engineer-python",
            command="/implement",
            blocks=("WS-1",),
        ),
        Stream(
            id="WS-1",
            name="Month of each record",
            agent="database-designer",
            command="/schema",
            requirements=("FR-1",),
            depends_on=("WS-0",),
            blocks=("WS-2", "WS-3"),
        ),
        Stream(
            id="WS-2",
            name="Downloads",
            agent="software-engineer-python",
            command="/implement",
            requirements=("FR-2", "FR-3", "FR-4", "FR-5", "NFR-1"),
            depends_on=("WS-1",),
            parallel_with=("WS-3",),
        ),
        Stream(
            id="WS-3",
            name="Further downloads",
            agent="software-engineer-python",
            command="/implement",
            requirements=("FR-6", "FR-7", "FR-8"),
            depends_on=("WS-1",),
            parallel_with=("WS-2",),
        ),
    ),
    groups=(
        ParallelGroup(group=1, streams=("WS-0",)),
        ParallelGroup(group=2, streams=("WS-1",), gate_after="G2"),
        ParallelGroup(group=3, streams=("WS-2", "WS-3")),
    ),
)
_DECISION = Decision(
    id="D-1",
    question="Which records are offered first?",
    context="All kinds take two weeks.",
    impact="It decides the order of the streams.",
    weight="minor",
    options=(Option(name="A", consequence="Invoices first"), Option(name="B", consequence="All at once")),
    recommended="A",
    deadline="2026-03-01",
)


def large_functional() -> Plan:
    """Eight requirements, sixteen criteria, every conditional section."""
    tasks = (TASKS[0].model_copy(update={"decisions": ("D-1",)}), *TASKS[1:])
    plan = functional(requirements=LARGE, streams=_STREAMS, decisions=(_DECISION,), tasks=tasks)
    late = Assumption(id="A-3", text="Months begin at midnight", impact="low", if_wrong="A line is late")
    return with_contracts(plan.model_copy(update={"assumptions": (*plan.assumptions, late)}))


def large_export() -> Plan:
    """Forty steps, and every part of the document filled."""
    plan = large_plan()
    two = Question(
        id="Q-2",
        text="Who may see the totals of other companies?",
        why="It decides the check of each request.",
        blocking=True,
        options=("nobody", "auditors"),
    )
    tasks = (
        plan.tasks[0].model_copy(
            update={
                "changes": ("Give `part_01` a type",),
                "gotchas": ("Sums are integers of cents",),
                "tests": ("tests/backend/test_part_01.py::test_empty",),
                "invariants": ("public_api_stable",),
                "user_instructions": ("Create the account of the test shop",),
                "allowed_paths": ("backend/",),
                "denied_paths": ("src/app.py",),
                "decisions": ("D-1",),
            }
        ),
        *plan.tasks[1:],
    )
    given = export()
    return plan.model_copy(
        update={
            "tasks": tasks,
            "goals": given.goals,
            "non_goals": given.non_goals,
            "constraints": given.constraints,
            "requirements": given.requirements,
            "delivery": given.delivery,
            "codebase": given.codebase.model_copy(update={"impact": ()}),
            "questions": (*given.questions, two),
            "assumptions": given.assumptions,
            "decisions": (_DECISION,),
        }
    )


PLANS: Mapping[tuple[str, str], Callable[[], Plan]] = {
    ("export", "small"): small_export,
    ("export", "medium"): export,
    ("export", "large"): large_export,
    ("functional", "small"): small_functional,
    ("functional", "medium"): functional,
    ("functional", "large"): large_functional,
}

if __name__ == "__main__":
    for (name, size), made in PLANS.items():
        place(name, size).write_text(document(made(), name), encoding="utf-8")
