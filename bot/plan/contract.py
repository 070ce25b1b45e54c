"""The planning contract `.agent/planning-output-<n>.json`: a plan as JSON, without loss, both ways.

The outer shape is the published one that other tools read; what it has no place for stands under
`groundplan`. Where a fact must stand in both, reading checks that both agree. Knows nothing of files,
branches or GitHub.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, ValidationError, create_model

from bot.errors import UserError
from bot.plan.digest import canonical_json
from bot.plan.findings import Finding
from bot.plan.json_findings import Shape, fault_finding, finding_at, findings_of
from bot.plan.located_json import LocatedJson, child, read_json
from bot.plan.model import Decision, Origin, Plan, RiskClass
from bot.plan.part import Id, Line, Part

SCHEMA_VERSION = 1
_NOT_UNDER_GROUNDPLAN = ("roadmap", "contract_defaults")
_FACETS = ("requirements", "streams", "delivery")
_MILESTONE_EXTRAS = ("status", "validation", "origin")

FileCount = Annotated[
    StrictInt, Field(gt=0, description="How many files may change; a whole number above 0.")
]
CommaList = Annotated[str, Field(min_length=1, pattern=r"\S", description="Comma-separated list.")]
Words = Annotated[str, Field(min_length=1, pattern=r"\S")]


class _Published(BaseModel):
    """Base of the published part: more keys are allowed, as other tools write their own."""

    model_config = ConfigDict(extra="allow", frozen=True, defer_build=True)


class ContractMilestone(_Published):
    """One milestone, as other tools read it."""

    id: Words
    title: Words
    outcome: Words
    dependencies: list[str] = Field(description="Ids of milestones that come first; may be empty.")
    acceptance: list[Words] = Field(min_length=1)
    risks: list[str]
    risk_class: RiskClass
    max_diff_scope: FileCount


class ContractRoadmap(_Published):
    """What the work is for, and its milestones."""

    version: Words
    objective: Words
    milestones: list[ContractMilestone] = Field(min_length=1)


class Defaults(_Published):
    """What a task inherits when it says nothing itself."""

    risk_class: RiskClass
    max_diff_scope: FileCount
    acceptance_tests: CommaList
    invariants: CommaList
    evidence_required: StrictBool | Literal["true", "false"]


class MilestoneExtras(Part):
    """What `roadmap` has no place for. `id` repeats the milestone's, at the same index."""

    id: Id
    status: Literal["active", "queued", "done"]
    validation: tuple[Line, ...]
    origin: Origin


class ListExtras(Part):
    """The exact items of a list that a comma-separated string cannot hold as they are; null when it can."""

    acceptance_tests: tuple[Line, ...] | None = None
    invariants: tuple[Line, ...] | None = None


def _plan_fields() -> dict[str, Any]:
    kept = {name: info for name, info in Plan.model_fields.items() if name not in _NOT_UNDER_GROUNDPLAN}
    return {name: (info.rebuild_annotation(), info) for name, info in kept.items()}


Extras: Any = create_model(
    "Extras",
    __base__=Part,
    __doc__="Everything of the plan that the published shape has no place for.",
    schema_version=(Literal[1], Field(alias="schema", description="Version of this part; 1.")),
    milestones=(tuple[MilestoneExtras, ...], ...),
    lists=(ListExtras, ListExtras()),
    **_plan_fields(),
)


class ContractDocument(_Published):
    """A planning contract. Keys beside these are allowed, but only in contracts without `groundplan`."""

    roadmap: ContractRoadmap
    contract_defaults: Defaults
    decisions: list[str] = Field(description='Open decisions, "D-1: question (#123)"; may be empty.')
    groundplan: Extras | None = Field(default=None)


@dataclass(frozen=True)
class Contract:
    """A contract that holds. `plan` is None when it was written by another tool."""

    document: Mapping[str, Any]
    plan: Plan | None


def contract_path(issue: int) -> str:
    """Where the contract of an issue stands."""
    return f".agent/planning-output-{issue}.json"


def contract_text(plan: Plan) -> str:
    """The contract of `plan`, canonical JSON; `plan_from_contract` gives the plan back."""
    return canonical_json(contract_document(plan))


def contract_document(plan: Plan) -> dict[str, Any]:
    """The contract of `plan` as plain data."""
    dumped = plan.model_dump(mode="json")
    for decision in dumped["decisions"]:
        if not decision["log"]:
            del decision["log"]
    if not plan.provenance.revisions:  # contracts from before there were any stay as they are
        del dumped["provenance"]["revisions"]
    milestones = dumped["roadmap"]["milestones"]
    extras = [{"id": one["id"], **{name: one.pop(name) for name in _MILESTONE_EXTRAS}} for one in milestones]
    defaults = dumped["contract_defaults"]
    lists = {
        name: defaults[name] if _needs_list(defaults[name]) else None
        for name in ("acceptance_tests", "invariants")
    }
    defaults["acceptance_tests"] = ",".join(map(comma_free_command, defaults["acceptance_tests"]))
    defaults["invariants"] = ",".join(item.replace(",", ";") for item in defaults["invariants"])
    rest = {
        name: value
        for name, value in dumped.items()
        if name not in _NOT_UNDER_GROUNDPLAN and not (name in _FACETS and value is None)
    }
    return {
        "roadmap": dumped["roadmap"],
        "contract_defaults": defaults,
        "decisions": [decision_line(decision) for decision in plan.decisions if not decision.answer],
        "groundplan": {"schema": SCHEMA_VERSION, "milestones": extras, "lists": lists, **rest},
    }


def _needs_list(items: Iterable[str]) -> bool:
    return any("," in item or item != item.strip() for item in items)


def comma_free_command(command: str) -> str:
    """`command`, or, when it holds a comma, a POSIX shell command without one that runs exactly the same.

    Readers of the published shape split at commas and run the pieces; half a command must never run.
    """
    if "," not in command:
        return command
    quoted = command.replace("\\", "\\\\").replace("'", "\\0047").replace(",", "\\0054")
    return f"""sh -c "$(printf %b '{quoted}')\""""


def decision_line(decision: Decision) -> str:
    """An open decision as the published shape wants it: `D-1: question (#123)`."""
    issue = f" (#{decision.issue})" if decision.issue else ""
    return f"{decision.id}: {decision.question}{issue}"


def plan_from_contract(text: str, path: str = "contract") -> Plan:
    """The plan in a contract of ours. UserError "contract-broken" when it is broken or not ours."""
    read = read_contract(text, path)
    if isinstance(read, tuple):
        first = read[0]
        raise UserError(
            "contract-broken", f"{first.location}: {first.message}", "Restore the file or plan again."
        )
    if read.plan is None:
        raise UserError(
            "contract-broken", f"{path} has no groundplan part", "Only contracts of Groundplan hold a plan."
        )
    return read.plan


def read_contract(text: str, path: str) -> Contract | tuple[Finding, ...]:
    """The contract in `text`, or what is wrong with it, with JSON Pointers and line:column in `path`."""
    located = read_json(text)
    if not isinstance(located, LocatedJson):
        return (fault_finding(located, text, path),)
    try:
        document = ContractDocument.model_validate(located.value)
    except ValidationError as error:
        return findings_of(error, located, path, _SHAPE)
    if document.groundplan is None:
        return Contract(located.value, None)
    plan = _plan_of(document, located, path)
    if not isinstance(plan, Plan):
        return plan
    return tuple(_disagreements(plan, located, path)) or Contract(located.value, plan)


def _rule(pointer: str, kind: str, under: str) -> str:
    last = pointer.rpartition("/")[2]
    if pointer.startswith(under):
        return "PLN003" if kind == "extra_forbidden" else "PLN002"
    if last in ("risk_class", "max_diff_scope") and kind != "missing":
        return "PLN802" if last == "risk_class" else "PLN803"
    if (
        last in ("acceptance_tests", "invariants", "evidence_required", "decisions", "risks")
        and kind != "missing"
    ):
        return "PLN804"
    return "PLN804" if "/risks/" in pointer or pointer.startswith("/decisions/") else "PLN801"


_SHAPE = Shape(rule=lambda pointer, kind: _rule(pointer, kind, "/groundplan"))


def _plan_of(document: ContractDocument, located: LocatedJson, path: str) -> Plan | tuple[Finding, ...]:
    extras: Any = document.groundplan
    if [one.id for one in extras.milestones] != [one.id for one in document.roadmap.milestones]:
        return (_disagreement("/groundplan/milestones", "ids or their order", located, path),)
    try:
        return Plan.model_validate(_plan_data(located.value, extras))
    except ValidationError as error:
        return findings_of(error, located, path, _SHAPE, place=contract_pointer)


def _plan_data(value: Mapping[str, Any], extras: Any) -> dict[str, Any]:
    held = {name: item for name, item in value["groundplan"].items() if name in Plan.model_fields}
    milestones = [
        {
            **{name: one[name] for name in ContractMilestone.model_fields},
            **more.model_dump(include=set(_MILESTONE_EXTRAS)),
        }
        for one, more in zip(value["roadmap"]["milestones"], extras.milestones, strict=True)
    ]
    roadmap = {"version": value["roadmap"]["version"], "objective": value["roadmap"]["objective"]}
    defaults = {name: value["contract_defaults"][name] for name in Defaults.model_fields}
    defaults["evidence_required"] = defaults["evidence_required"] in (True, "true")
    for name in ("acceptance_tests", "invariants"):
        defaults[name] = getattr(extras.lists, name) or comma_items(defaults[name])
    return {**held, "roadmap": {**roadmap, "milestones": milestones}, "contract_defaults": defaults}


def comma_items(text: str) -> list[str]:
    """The items of a comma-separated list; blank ones are left out."""
    return [item for item in text.split(",") if item.strip()]


def _disagreements(plan: Plan, located: LocatedJson, path: str) -> Iterator[Finding]:
    """Everything in the file that writing `plan` again would change: facts told
    twice differently, unknown keys.
    """
    ours = contract_document(plan)
    for pointer, mine, theirs in differences(ours, located.value):
        if mine is ABSENT and pointer.endswith("/log") and theirs == []:
            continue
        if mine is ABSENT:
            key = pointer.rpartition("/")[2]
            yield finding_at(
                "PLN003", pointer, f"{pointer}: unknown property '{key}'", located, path, key=True
            )
        elif theirs is not ABSENT and not _same_words(pointer, mine, theirs):
            yield _disagreement(pointer, f"'{_short(theirs)}', elsewhere '{_short(mine)}'", located, path)


def _disagreement(pointer: str, what: str, located: LocatedJson, path: str) -> Finding:
    return finding_at(
        "PLN002", pointer, f"{pointer}: expected both places to agree, got {what}", located, path
    )


def _same_words(pointer: str, mine: object, theirs: object) -> bool:
    """Spaces around an item, and "true" for true, are other tools' ways to say the same."""
    if pointer == "/contract_defaults/evidence_required":
        return str(theirs).lower() == str(mine).lower()
    if pointer in ("/contract_defaults/acceptance_tests", "/contract_defaults/invariants"):
        return [one.strip() for one in comma_items(str(theirs))] == [
            one.strip() for one in comma_items(str(mine))
        ]
    return isinstance(mine, str) and isinstance(theirs, str) and mine == theirs.strip()


class _Absent:
    def __repr__(self) -> str:
        return "nothing"


ABSENT = _Absent()


def differences(mine: object, theirs: object, pointer: str = "") -> Iterator[tuple[str, object, object]]:
    """Where two JSON values differ: pointer, the one, the other; ABSENT for a part that one of them lacks."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        for key in dict.fromkeys([*mine, *theirs]):
            yield from differences(mine.get(key, ABSENT), theirs.get(key, ABSENT), child(pointer, key))
    elif isinstance(mine, list) and isinstance(theirs, list):
        for index in range(max(len(mine), len(theirs))):
            one, other = (items[index] if index < len(items) else ABSENT for items in (mine, theirs))
            yield from differences(one, other, child(pointer, index))
    elif mine != theirs or isinstance(mine, bool) != isinstance(theirs, bool):
        yield pointer, mine, theirs


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= 80 else text[:79] + "…"


def contract_pointer(pointer: str) -> str:
    """Where a pointer into the plan stands in its contract: `/tasks/0/title` becomes
    `/groundplan/tasks/0/title`.
    """
    parts = pointer.split("/")
    if len(parts) < 2 or not pointer:
        return pointer
    if parts[1] == "roadmap" and len(parts) > 4 and parts[4] in _MILESTONE_EXTRAS:
        return "/".join(["", "groundplan", *parts[2:]])
    if parts[1] == "contract_defaults":
        return "/".join(parts[:3])
    return pointer if parts[1] == "roadmap" else f"/groundplan{pointer}"
