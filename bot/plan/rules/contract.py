"""PLN801-811: the contract and the fan-out file are what other tools accept, and say what the plan says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.errors import UserError
from bot.plan.contract import comma_items, contract_path
from bot.plan.digest import canonical_json
from bot.plan.fanout import fanout, fanout_path
from bot.plan.formats import FORMATS
from bot.plan.formats.shape import Format
from bot.plan.graph import Graph
from bot.plan.located_json import LocatedJson
from bot.plan.model import Plan
from bot.plan.rules.engine import Hit, Lacking, LintInput, from_reading, rule
from bot.plan.rules.identifiers import Near

_COMPARED = re.compile(
    r"/(?:roadmap/milestones|tasks)(?:/[0-9]+(?:/(?:id|title|dependencies|depends_on|risk_class|acceptance)\b.*)?)?"
)
_FANNED_OUT = ("title", "role", "depends_on", "risk_class", "max_diff_scope", "acceptance")
_TOKEN = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


def _read(rule_id: str, given: LintInput) -> Iterator[Hit]:
    yield from from_reading(rule_id, given.contract, "contract")
    yield from from_reading(rule_id, given.fanout, "fanout")


@rule("PLN801", severity="error", needs=["contract_text"], formats="C", message="{pointer}: {why}")
def contract_has_its_shape(given: LintInput) -> Iterator[Hit]:
    """The contract has every field of the published shape"""
    yield from _read("PLN801", given)


@rule(
    "PLN802",
    severity="error",
    needs=["texts"],
    formats="C,O",
    message="{pointer}: '{v}' not in low/medium/high/critical",
)
def risk_is_one_of_four(given: LintInput) -> Iterator[Hit]:
    """risk_class is low, medium, high or critical"""
    yield from _read("PLN802", given)


@rule(
    "PLN803",
    severity="error",
    needs=["texts"],
    formats="C,O",
    message="{pointer}: {v} is not a positive integer",
)
def diff_scope_counts_files(given: LintInput) -> Iterator[Hit]:
    """max_diff_scope is a whole number above 0"""
    yield from _read("PLN803", given)


@rule(
    "PLN804",
    severity="error",
    needs=["contract_text"],
    formats="C",
    message="{pointer}: type {t} breaks the published contract",
)
def contract_keeps_published_types(given: LintInput) -> Iterator[Hit]:
    """Lists, strings and booleans are of the kind that other tools read"""
    yield from _read("PLN804", given)


@rule("PLN805", severity="error", needs=["contract_data"], formats="C", message="{pointer}: {why}")
def contract_milestones_are_ordered(given: LintInput) -> Iterator[Hit]:
    """Milestones of the contract have unique ids and dependencies that resolve without a cycle"""
    assert given.contract_data is not None
    milestones: list[Mapping[str, Any]] = given.contract_data.document["roadmap"]["milestones"]
    near = Near()
    first = {one["id"]: at for at, one in reversed([*enumerate(milestones)])}
    for at, one in enumerate(milestones):
        pointer = f"/roadmap/milestones/{at}"
        if first[one["id"]] < at:
            yield _contract_hit(f"{pointer}/id", f"{one['id']} is defined twice")
        for index, need in enumerate(one["dependencies"]):
            if need == one["id"]:
                yield _contract_hit(f"{pointer}/dependencies/{index}", f"{need} depends on itself")
            elif need not in first:
                why = f"{one['id']} depends on missing {need}; did you mean {near(need, first)}?"
                yield _contract_hit(f"{pointer}/dependencies/{index}", why)
    for cycle in Graph.of((one["id"], one["dependencies"]) for one in milestones).cycles:
        pointer = f"/roadmap/milestones/{first[cycle[0]]}/dependencies"
        yield _contract_hit(pointer, f"dependency cycle {' -> '.join([*cycle, cycle[0]])}")


def _contract_hit(pointer: str, why: str) -> Hit:
    return Hit(pointer, {"why": why}, file="contract")


@rule(
    "PLN806",
    severity="error",
    needs=["contract_data", "renderings"],
    formats="C,R",
    message="{m}.{field}: contract '{a}', document '{b}'",
)
def contract_and_document_agree(given: LintInput) -> Iterator[Hit]:
    """Ids, titles, dependencies, risk and acceptance are the same in contract, documents and fan-out file"""
    drifted = list(_fanout_differs(given))
    yield from drifted
    shape, data = FORMATS.get(given.format), given.contract_data
    if shape is None or data is None or data.plan is None:
        why = "the contract holds no plan" if shape else f"format {given.format!r} cannot be read back"
        changed, lacking = list[Hit](), why
    else:
        changed, lacking = _documents_differ(shape, data.plan, given)
    yield from changed
    if lacking and not drifted:
        raise Lacking(lacking)


def _documents_differ(shape: Format, plan: Plan, given: LintInput) -> tuple[list[Hit], str]:
    """What the documents say otherwise than the plan; or why they cannot be read."""
    try:
        changed = list(shape.changed(plan, given.renderings))
    except UserError as broken:
        return [], broken.reason
    found = ((pointer, *_named(plan, pointer), mine, theirs) for pointer, mine, theirs in changed)
    return [
        Hit(pointer, {"m": item, "field": field, "a": mine, "b": theirs})
        for pointer, item, field, mine, theirs in found
        if _COMPARED.fullmatch(pointer)
    ], ""


def _fanout_differs(given: LintInput) -> Iterator[Hit]:
    """What the fan-out file says otherwise than the plan it comes from would have it say."""
    if given.own is None or given.fanout_data is None or given.fanout_data.groundplan is None:
        return
    ours = {task.key: task for task in fanout(given.own).tasks}
    for at, theirs in enumerate(given.fanout_data.tasks):
        mine = ours.get(theirs.key)
        if mine is None:
            values = {"m": theirs.key, "field": "item", "a": "nothing", "b": theirs.title}
            message = f"{theirs.key} is in the fan-out file and not in the plan"
            yield Hit(f"/tasks/{at}/key", values, message=message, file="fanout")
            continue
        for field in _FANNED_OUT:
            a, b = getattr(mine, field), getattr(theirs, field)
            if a != b:
                values = {"m": theirs.key, "field": field, "a": a, "b": b}
                message = f"{theirs.key}.{field}: plan '{a}', fan-out file '{b}'"
                yield Hit(f"/tasks/{at}/{field}", values, message=message, file="fanout")


def _named(plan: Plan, pointer: str) -> tuple[str, str]:
    kind, _, rest = pointer.removeprefix("/roadmap").lstrip("/").partition("/")
    number, _, field = rest.partition("/")
    items = plan.tasks if kind == "tasks" else plan.roadmap.milestones
    known = number.isdecimal() and int(number) < len(items)
    return (items[int(number)].id if known else kind), field or "item"


@rule(
    "PLN807",
    severity="warning",
    tier="extended",
    needs=["contract_data"],
    formats="C,O",
    message="Unknown invariant '{t}'; known: {list}",
)
def invariants_are_tokens(given: LintInput) -> Iterator[Hit]:
    """Invariants are snake_case names"""
    assert given.contract_data is not None
    for token in comma_items(given.contract_data.document["contract_defaults"]["invariants"]):
        if not _TOKEN.fullmatch(token.strip()):
            values = {"t": token.strip(), "list": "names in snake_case"}
            yield Hit("/contract_defaults/invariants", values, file="contract")


@rule(
    "PLN808",
    severity="error",
    needs=["plan", "ground"],
    formats="C,O",
    message="acceptance_tests `{cmd}` not defined",
)
def acceptance_commands_run(given: LintInput) -> Iterator[Hit]:
    """Every command of acceptance_tests is defined by the repository"""
    assert given.plan is not None
    assert given.ground is not None
    verdicts = [
        (command, given.ground.runnable(command)) for command in given.plan.contract_defaults.acceptance_tests
    ]
    for at, (command, verdict) in enumerate(verdicts):
        if verdict.ok is False:
            yield Hit(f"/contract_defaults/acceptance_tests/{at}", {"cmd": command}, verdict.reason)
    if all(verdict.ok is None for _, verdict in verdicts):
        raise Lacking(
            "; ".join(dict.fromkeys(verdict.reason for _, verdict in verdicts)) or "nothing to check"
        )


@rule(
    "PLN809",
    severity="warning",
    needs=["plan"],
    formats="C,R,O",
    message="{m} plans {n} files, scope {k}",
)
def files_fit_the_scope(given: LintInput) -> Iterator[Hit]:
    """Planned files stay within max_diff_scope, and risky work keeps a small one"""
    assert given.plan is not None
    for pointer, name, scope, files in _scopes(given.plan):
        if files > scope:
            yield Hit(f"{pointer}/max_diff_scope", {"m": name, "n": files, "k": scope}, severity="error")
    default = given.plan.contract_defaults.max_diff_scope
    for at, task in enumerate(given.plan.tasks):
        if task.risk_class in ("high", "critical") and task.max_diff_scope > 2 * default >= len(task.files):
            values = {"m": task.id, "n": len(task.files), "k": task.max_diff_scope}
            yield Hit(
                f"/tasks/{at}/max_diff_scope", values, f"at risk {task.risk_class}, at most {2 * default}"
            )


def _scopes(plan: Plan) -> Iterator[tuple[str, str, int, int]]:
    for at, task in enumerate(plan.tasks):
        yield f"/tasks/{at}", task.id, task.max_diff_scope, len({change.path for change in task.files})
    for at, milestone in enumerate(plan.roadmap.milestones):
        paths = {
            change.path for task in plan.tasks if task.milestone == milestone.id for change in task.files
        }
        yield f"/roadmap/milestones/{at}", milestone.id, milestone.max_diff_scope, len(paths)


@rule("PLN810", severity="error", needs=["texts"], formats="C,O", message="{file} does not match issue {n}")
def files_are_canonical(given: LintInput) -> Iterator[Hit]:
    """Contract and fan-out file carry the issue's number and are written canonically"""
    named = (
        ("contract", given.contract_text, given.contract_json, given.contract_file, contract_path),
        ("fanout", given.fanout_text, given.fanout_json, given.fanout_file, fanout_path),
    )
    for kind, text, document, file, right in named:
        number = _issue_of(document) or given.number
        if text is None or number is None:
            continue
        if (file and file != right(number)) or given.number not in (None, number):
            yield _file_hit(kind, file or right(given.number or 0), number, "")
        elif document is not None and _issue_of(document) and canonical_json(document.value) != text:
            yield _file_hit(
                kind, file or right(number), number, "it is not canonical JSON with one final newline"
            )


def _file_hit(kind: str, file: str, number: int, why: str) -> Hit:
    message = f"{file} does not match issue {number}" + (f": {why}" if why else "")
    values = {"file": file, "n": number}
    return Hit("", values, why, message=message, file="contract" if kind == "contract" else "fanout")


def _issue_of(document: LocatedJson | None) -> int | None:
    """The issue that a file of ours names itself."""
    top = document.value if document else None
    ours = top.get("groundplan") if isinstance(top, dict) else None
    number = ours.get("issue") if isinstance(ours, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


@rule("PLN811", severity="error", needs=["fanout_text"], formats="O", message="tasks[{n}] lacks {field}")
def fanout_tasks_are_complete(given: LintInput) -> Iterator[Hit]:
    """Every task of the fan-out file says title, role, objective, acceptance,
    risk, boundary and invariants
    """
    for hit in _read("PLN811", given):
        found = re.match(r"/tasks/([0-9]+)/?(.*)", hit.pointer)
        values = (
            {"n": found[1], "field": found[2] or "its shape"} if found else {"n": "", "field": hit.message}
        )
        yield Hit(hit.pointer, values, hit.message, location=hit.location, file="fanout")
