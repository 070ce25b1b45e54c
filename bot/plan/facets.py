"""What only some formats show of a plan: requirements, work streams, delivery. Types only, as in `model`.

Ids: requirements `FR-1` (split ones `FR-1a`), qualities `NFR-1`, business rules `BR-1`, criteria `AC-1`,
streams `WS-1` (`WS-0` sets up the development environment), phases `P1`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bot.plan.part import Id, Line, Part, Path, Text


class InputField(Part):
    """One input of a requirement: `kind` is its type in words, `bound` its range, length or choices."""

    name: Line
    kind: str = Field(default="", max_length=200)
    need: Literal["required", "optional", ""] = ""
    bound: str = Field(default="", max_length=400)


class ErrorCase(Part):
    """What happens when something is wrong: a message, a code or a state that can be seen."""

    condition: Text
    behaviour: Text


class Requirement(Part):
    """One thing the system does. `agent_hint` names who builds it; `success` are results that can be seen."""

    id: Id
    title: Line
    behaviour: Text
    agent_hint: str = Field(default="", max_length=60)
    inputs: tuple[InputField, ...] = ()
    success: tuple[Text, ...] = ()
    errors: tuple[ErrorCase, ...] = ()
    covers: tuple[Id, ...] = ()


class Quality(Part):
    """A requirement on how well: `target` holds number, unit and condition."""

    id: Id
    name: Line
    target: Text
    note: str = Field(default="", max_length=1000)


class BusinessRule(Part):
    """A rule of the trade that holds whatever is built; `requirements` are the ones it binds."""

    id: Id
    text: Text
    requirements: tuple[Id, ...] = ()


class Integration(Part):
    """Another system: one this needs, one that uses this, or one that is called. `note` says what if it
    fails."""

    kind: Literal["needs", "consumer", "call"]
    system: Line
    purpose: Text
    note: str = Field(default="", max_length=1000)


class Criterion(Part):
    """One acceptance criterion; each block may have several sentences, which "And" joins."""

    id: Id
    title: Line
    requirements: tuple[Id, ...] = ()
    given: tuple[Text, ...] = ()
    when: tuple[Text, ...] = ()
    then: tuple[Text, ...] = ()


class Scenario(Part):
    """One case to test, in words."""

    area: Line
    scenario: Text
    inputs: str = Field(default="", max_length=1000)
    expected: Text


class MandatedTest(Part):
    """A test that must be written. `criterion` is "" for a test beyond the criteria."""

    criterion: str = Field(default="", max_length=40)
    kind: str = Field(default="", max_length=60)
    scenario: Text
    expected: Text


class Pair(Part):
    """A requirement and one of its criteria, with what to look at and what must be seen."""

    requirement: Id
    criterion: Id
    check: str = Field(default="", max_length=1000)
    expected: Text


class SchemaChange(Part):
    """One change of a data schema; `phase` is expand, backfill or contract, `dependency` what comes
    before."""

    object: Line
    change: Text
    phase: Literal["expand", "backfill", "contract"]
    dependency: str = Field(default="", max_length=400)


class DevNeed(Part):
    """Something the development environment lacks."""

    need: Line
    state: Text
    missing: Text


class Concern(Part):
    """One row of the security table."""

    concern: Line
    applies: Literal["yes", "no"]
    note: str = Field(default="", max_length=1000)


class Header(Part):
    """What a functional plan is filed under. `task` is a tracker's id or "#12"; `created` is an ISO date."""

    task: Line
    branch: Line
    feature: Line
    created: Line


class Requirements(Part):
    """What the system must do, without how."""

    header: Header
    functional: tuple[Requirement, ...] = ()
    qualities: tuple[Quality, ...] = ()
    rules: tuple[BusinessRule, ...] = ()
    integrations: tuple[Integration, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    verification: tuple[Pair, ...] = ()
    mandate: tuple[MandatedTest, ...] = ()
    review: tuple[Pair, ...] = ()
    schema_changes: tuple[SchemaChange, ...] = ()
    deploy_order: tuple[Text, ...] = ()
    dev_needs: tuple[DevNeed, ...] = ()
    concerns: tuple[Concern, ...] = ()
    notes: tuple[Text, ...] = ()


class Stream(Part):
    """Work that one kind of agent does. `parallel_with` and `blocks` repeat what `depends_on` implies."""

    id: Id
    name: Line
    agent: str = Field(default="", max_length=60)
    command: str = Field(default="", max_length=60)
    requirements: tuple[Id, ...] = ()
    depends_on: tuple[Id, ...] = ()
    parallel_with: tuple[Id, ...] = ()
    blocks: tuple[Id, ...] = ()


class ParallelGroup(Part):
    """Streams that run at the same time; `gate_after` is what must be passed before the next group."""

    group: int = Field(gt=0)
    streams: tuple[Id, ...]
    gate_after: str = Field(default="", max_length=60)


class Streams(Part):
    """All work streams of a plan, and their groups in order."""

    streams: tuple[Stream, ...] = ()
    groups: tuple[ParallelGroup, ...] = ()


class Phase(Part):
    """A stretch of the work with a goal; `tasks` are ids of tasks, `estimate` a number with its unit."""

    id: Id
    title: Line
    goal: Text
    tasks: tuple[Id, ...] = ()
    estimate: str = Field(default="", max_length=60)


class Risk(Part):
    """What can go wrong, how bad it is, and what is done about it."""

    risk: Text
    impact: Literal["high", "medium", "low"]
    mitigation: Text


class Dependency(Part):
    """Something from outside that the work needs. `status` tells whether the repository has it already."""

    name: Line
    version: str = Field(default="", max_length=60)
    status: Literal["present", "new", "service", "credential"] = "present"
    note: str = Field(default="", max_length=400)


class PlannedTest(Part):
    """A test to add or change: what it shows, where it lives, how it is run, which requirements it covers."""

    what: Text
    path: str = Field(default="", max_length=1024)
    command: str = Field(default="", max_length=400)
    covers: tuple[Id, ...] = ()


class Check(Part):
    """One line of a verification checklist: something to do or to run, and what must be seen."""

    action: Text
    command: str = Field(default="", max_length=400)
    expected: str = Field(default="", max_length=1000)


class ImpactRow(Part):
    """One file the work touches, why, and how. `change` as in FileChange."""

    path: Path
    change: Literal["edit", "new", "delete", "rename"]
    why: str = Field(default="", max_length=400)


class Interface(Part):
    """A contract between parts: a route, an event, a table, an argument; `text` is its shape in words."""

    name: Line
    kind: str = Field(default="", max_length=60)
    text: Text


class Delivery(Part):
    """How the work is laid out, proved and put in place."""

    architecture: tuple[Text, ...] = ()
    stack: tuple[Text, ...] = ()
    data_model: tuple[Text, ...] = ()
    phases: tuple[Phase, ...] = ()
    total_estimate: str = Field(default="", max_length=60)
    tests: tuple[PlannedTest, ...] = ()
    checks: tuple[Check, ...] = ()
    risks: tuple[Risk, ...] = ()
    rollout: tuple[Text, ...] = ()
    rollback: tuple[Text, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    deployment: tuple[Text, ...] = ()
