"""PLN513-515: schemas change in phases, apart from data, and before what needs them.

Rows are those of the plan's table of schema changes, tasks those that touch files of migrations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.plan.facets import Requirements, SchemaChange, Streams
from bot.plan.findings import Fix
from bot.plan.model import Plan, Task
from bot.plan.rules.engine import Hit, LintInput, rule
from bot.plan.rules.streams import in_code, is_backend, stream_graph
from bot.plan.rules.tasks import (
    called,
    clauses,
    is_doc,
    is_migration,
    is_test,
    migrations,
    paths,
    plan_of,
    task_texts,
)
from bot.plan.similarity import containment

_PHASES = ("expand", "backfill", "contract")
_SHIPPED = re.compile(
    r"\b(?:deploy\w*|releas\w*|roll(?:ed)?[ -]?out|ship\w*|live|version|code|reads?|writes?|readers?"
    r"|writers?|stop\w*"
    r"|switch\w*|WS-\d+|FR-\d+\w?|all|stream|service|application|after)\b",
    re.IGNORECASE,
)
_THE = r"(?:(?:the|old|legacy|unused|obsolete|existing|its|this|that)\s){0,3}(?:[\w.]+\s){0,3}?"
_TAKES_AWAY = re.compile(
    rf"^(?:drop|remove|delete)\s{_THE}(?:columns?|tables?|fields?|types?|enum values?)\b"
    rf"|^rename\s{_THE}(?:columns?|tables?|fields?|types?)\b"
    rf"|^(?:set|make|alter|change|enforce|mark)\s(?:[\w.]+\s){{0,5}}?(?:not null|not nullable"
    rf"|non-null(?:able)?)\b"
    rf"|^(?:change|alter)\s{_THE}types?\b|^(?:change|alter)\s(?:[\w.]+\s){{1,3}}from\s[\w()]+\sto\s",
    re.IGNORECASE,
)
_GIVES = re.compile(
    r"^(?:(?:add|create|introduce|drop|remove|rename|alter)\s(?:[\w.]+\s){0,5}?"
    r"(?:columns?|tables?|fields?|index(?:es)?|constraints?|foreign keys?)\b)",
    re.IGNORECASE,
)
_FILLS = re.compile(
    r"(?:^|\band |, )(?:backfill|populate|fill in|copy (?:the |all |existing )?(?:values|data|rows)"
    r"|(?:update|convert|migrate|set [\w.]+ (?:for|on|in)) (?:all )?existing (?:rows|records|data|users"
    r"|entries))\b"
    r"(?!\s(?:later|separately|follows|is|in (?:a|the) (?:next|later|separate|second|own)))",
    re.IGNORECASE,
)


@rule(
    "PLN513",
    severity="error",
    needs=["plan"],
    formats="F,S,X",
    message="{object}: {phase} before {other}",
)
def schemas_expand_before_they_contract(given: LintInput) -> Iterator[Hit]:
    """A schema first gets what is new, then its data, and loses what is old only after the code is out"""
    requirements = plan_of(given).requirements
    if requirements:
        for at, row in enumerate(requirements.schema_changes):
            yield from _of_row(requirements, at, row)
    yield from _of_tasks(given)


def _of_row(requirements: Requirements, at: int, row: SchemaChange) -> Iterator[Hit]:
    pointer, phase = f"/requirements/schema_changes/{at}", row.phase.strip().lower()
    values = {"object": row.object, "phase": row.phase, "other": "expand"}
    if phase not in _PHASES:
        if phase:
            message = f"{row.object}: phase '{row.phase}' is not expand, backfill or contract"
            yield Hit(f"{pointer}/phase", values, message=message)
        return
    if other := _too_late(requirements.schema_changes, at):
        yield Hit(f"{pointer}/phase", values | {"other": other}, f"put it after the row that does {other}")
    if phase != "contract" and (lost := _takes_away(row.change)):
        message = f"{row.object}: '{lost}' in the phase {phase} breaks the code that still runs"
        yield Hit(f"{pointer}/change", values | {"other": "contract"}, "move it to contract", message=message)
    released = row.dependency.strip(" -\u2013\u2014") or _order_of(row, requirements.deploy_order)
    if phase == "contract" and not _SHIPPED.search(released):
        message = f"{row.object}: contract does not wait for the deployment of the code"
        yield Hit(
            f"{pointer}/dependency", values, "name the deployment that must be out before", message=message
        )


def _order_of(row: SchemaChange, order: Sequence[str]) -> str:
    """What comes before a change in the order of deployment, "" when the order does not name the change."""
    name = row.object.strip("` ").lower()
    for at, line in enumerate(order):
        about = containment(row.change, line) >= _ABOUT or re.search(r"\bcontract", line, re.IGNORECASE)
        if (
            at
            and (about or re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", line.lower()))
            and _REMOVES.search(line)
        ):
            return " ".join(order[:at])
    return " ".join(order) if len(order) == 1 else ""


_ABOUT = 0.6
_REMOVES = re.compile(
    r"\b(?:contract\w*|drop\w*|remov\w*|delet\w*|renam\w*|not null|tighten\w*|clean\w*)\b", re.IGNORECASE
)


def _too_late(rows: Sequence[SchemaChange], at: int) -> str:
    """The phase of a later row of the same object that no row before this one has, though it comes first.

    An object may go through the phases more than once.
    """
    mine = [(one.phase.strip().lower(), index) for index, one in enumerate(rows) if _same(one, rows[at])]
    earlier = _PHASES[: _PHASES.index(rows[at].phase.strip().lower())]
    before = {phase for phase, index in mine if index < at}
    return next(
        (phase for phase, index in mine if index > at and phase in earlier and phase not in before), ""
    )


def _same(one: SchemaChange, other: SchemaChange) -> bool:
    return one.object.strip("` ").lower() == other.object.strip("` ").lower()


def _takes_away(change: str) -> str:
    """What a change takes from code that runs, "" when nothing."""
    found = next((lost for lost in map(_TAKES_AWAY.search, clauses(change)) if lost), None)
    return " ".join(found[0].split()) if found else ""


def _of_tasks(given: LintInput) -> Iterator[Hit]:
    """Migrations that take something away while the code that stops using it comes only later.

    A warning: a task does not say what its code reads.
    """
    lost = (
        {
            at: _takes_away(one.text)
            for at, one in task_texts(given, "title", "instruction")
            if migrations(plan_of(given).tasks[at]) and _takes_away(one.text)
        }
        if given.language != "other"
        else {}
    )
    for at in lost:
        task = plan_of(given).tasks[at]
        others = [one for one in plan_of(given).tasks if _is_code(one) and one.id != task.id]
        before = [one for one in others if given.graph.reaches(task.id, one.id)]
        after = [one.id for one in others if given.graph.reaches(one.id, task.id)]
        if after and not before and not any(map(_is_code_path, paths(task))):
            names = ", ".join(map(given.name, after[:3]))
            values = {
                "object": migrations(task)[0],
                "phase": f"contract ({lost[at]})",
                "other": f"the code of {names}",
            }
            yield Hit(f"/tasks/{at}/depends_on", values, severity="warning")


def _is_code(task: Task) -> bool:
    return task.kind in ("feature", "fix") and any(map(_is_code_path, paths(task)))


def _is_code_path(path: str) -> bool:
    return not (is_test(path) or is_doc(path) or is_migration(path))


@rule(
    "PLN514",
    severity="error",
    needs=["plan"],
    formats="F,S,X",
    message="{id} mixes schema change and backfill",
)
def schema_and_data_change_apart(given: LintInput) -> Iterator[Hit]:
    """No task and no row changes a schema and fills its data at once"""
    requirements = plan_of(given).requirements
    advice = "make the backfill a step of its own, after the schema change"
    for at, row in enumerate(requirements.schema_changes if requirements else ()):
        if _mixes(row.change):
            yield Hit(f"/requirements/schema_changes/{at}/change", {"id": row.object}, advice)
    seen: dict[int, str] = {}
    for at, one in task_texts(given, "title", "instruction") if given.language != "other" else ():
        task = plan_of(given).tasks[at]
        if migrations(task) or task.kind == "migration":
            seen[at] = f"{seen.get(at, '')}\n{one.text}"
    for at, text in seen.items():
        if _mixes(text):
            yield Hit(f"/tasks/{at}", {"id": f"Step {called(given, at)}"}, advice)


def _mixes(text: str) -> bool:
    said = list(clauses(text))
    return any(map(_GIVES.search, said)) and any(map(_FILLS.search, said))


@rule(
    "PLN515",
    severity="error",
    needs=["plan"],
    formats="F",
    message="{ws} must depend on {first}",
)
def ground_is_laid_first(given: LintInput) -> Iterator[Hit]:
    """Work on the development environment comes before all streams, work on schemas before back ends"""
    plan = plan_of(given)
    streams, requirements = plan.streams or Streams(), plan.requirements
    first = next((one.id for one in streams.streams if in_code(one.id) == "WS-0"), "")
    if requirements and requirements.dev_needs and not first:
        values = {"ws": "WS-0", "first": "the streams"}
        message = f"The development environment lacks {requirements.dev_needs[0].need}, and there is no WS-0"
        yield Hit(
            "/requirements/dev_needs", values, "add the stream WS-0, before all others", message=message
        )
    if requirements and requirements.schema_changes and streams.streams and not _schema_streams(streams):
        values = {"ws": "the back end", "first": "a schema stream"}
        message = "The schema changes belong to no stream"
        yield Hit(
            "/requirements/schema_changes", values, "add a stream for database-designer", message=message
        )
    for one in lacking_ground(plan):
        values = {"ws": one.stream, "first": one.first}
        fix: Fix = "safe" if one.addable else "none"
        yield Hit(f"/streams/streams/{one.at}/depends_on", values, f"add {one.first}", fix=fix)


@dataclass(frozen=True, slots=True)
class LackingGround:
    """The stream at this place does not wait for `first`; `addable` unless `first` waits for it."""

    at: int
    stream: str
    first: str
    addable: bool


def lacking_ground(plan: Plan) -> Iterator[LackingGround]:
    """Which streams do not wait for the development environment or, back ends, for the schema."""
    streams, requirements = plan.streams or Streams(), plan.requirements
    graph, schema = stream_graph(streams), _schema_streams(streams)
    first = [one.id for one in streams.streams if in_code(one.id) == "WS-0"][:1]
    for at, one in enumerate(streams.streams):
        behind = is_backend(one) and requirements and requirements.schema_changes
        for name in (*first, *(schema if behind else ())):
            if name != one.id and not graph.reaches(one.id, name):
                yield LackingGround(at, one.id, name, not graph.reaches(name, one.id))


def _schema_streams(streams: Streams) -> list[str]:
    return [one.id for one in streams.streams if one.agent == "database-designer" or one.command == "/schema"]
