"""What a model is asked to fill: the plan without what code knows better. Shapes only;
nothing is trusted here.

The draft classes are derived from `bot.plan.model`, so a new field of the plan is asked for by itself.
They keep types and choices but no lengths, ranges or patterns; those are checked when the draft becomes a
plan, as findings to repair.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic.fields import FieldInfo

from bot.errors import GroundplanError
from bot.plan import model
from bot.plan.digest import canonical_json
from bot.plan.findings import Finding
from bot.plan.json_findings import Shape, findings_of
from bot.plan.located_json import LocatedJson, read_json
from bot.plan.model import Codebase, Missing, Plan, Provenance

# What only some formats show, by format: the model is asked for it when it is.
FACETS: Mapping[str, frozenset[str]] = {
    "export": frozenset({"requirements", "delivery", "changes"}),
    "functional": frozenset({"requirements", "streams"}),
    "technical": frozenset({"delivery"}),
}
_FACETS = frozenset({"requirements", "streams", "delivery", "changes"})
_LEFT_TO_CODE: Mapping[str, frozenset[str]] = {
    "Plan": frozenset({"issue", "slug", "codebase", "not_produced", "provenance"}),
    "Decision": frozenset({"issue", "answer", "log", "origin"}),
    "Milestone": frozenset({"origin"}),
    "Task": frozenset({"origin"}),
    "Assumption": frozenset({"origin", "resolved"}),
    "Question": frozenset({"origin"}),
}


class DraftRejected(GroundplanError):
    """A draft cannot become a plan; `findings` say where and why, pointers go into the draft."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("; ".join(finding.message for finding in findings[:5]))
        self.findings = findings


class Draft(BaseModel):
    """Base of every draft part: closed; every key must be there, null stands for "the default"."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def left_to_code(part: type[BaseModel], plan_format: str = "roadmap") -> frozenset[str]:
    """The fields of a part that a model is not asked for when the plan is to be shown in this format."""
    of_others = _FACETS - FACETS.get(plan_format, frozenset())
    return _LEFT_TO_CODE.get(part.__name__, frozenset()) | (of_others & part.model_fields.keys())


@cache
def _twin(part: type[BaseModel], plan_format: str) -> type[Draft]:
    left = left_to_code(part, plan_format)
    fields: dict[str, Any] = {
        name: (_asked(info, plan_format), ...) for name, info in part.model_fields.items() if name not in left
    }
    doc = (part.__doc__ or "").strip().split("\n\n")[0]
    return create_model(
        part.__name__ if part is not Plan else "WireDraft", __base__=Draft, __doc__=doc, **fields
    )


def _asked(info: FieldInfo, plan_format: str) -> Any:
    bare = _bare(info.annotation, plan_format)
    return bare if info.is_required() else bare | None


def _bare(annotation: Any, plan_format: str) -> Any:
    """The annotation without constraints, with lists for tuples and drafts for parts."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _bare(args[0], plan_format)
    if origin is tuple:
        return list[_bare(args[0], plan_format)]  # type: ignore[misc]
    if origin in (Union, types.UnionType):
        return Union[tuple(_bare(one, plan_format) for one in args)]  # noqa: UP007
    if origin is Literal or not isinstance(annotation, type) or not issubclass(annotation, BaseModel):
        return annotation
    return _twin(annotation, plan_format)


def wire_draft(plan_format: str = "roadmap") -> type[Draft]:
    """What a model fills for a plan in this format: the core and the facets that the format shows."""
    return _twin(Plan, plan_format)


WireDraft: type[Draft] = wire_draft()


def plan_from_draft(
    draft: BaseModel | Mapping[str, Any],
    *,
    issue: int,
    slug: str,
    provenance: Provenance,
    codebase: Codebase = model.Codebase(),  # noqa: B008 - frozen
    not_produced: tuple[Missing, ...] = (),
) -> Plan:
    """The plan that a draft describes; nulls become defaults. DraftRejected when the draft is no plan."""
    data = dict(draft.model_dump(mode="json") if isinstance(draft, BaseModel) else draft)
    given = {
        "issue": issue,
        "slug": slug,
        "provenance": provenance,
        "codebase": codebase,
        "not_produced": not_produced,
    }
    if foreign := [name for name in given if name in data]:
        raise DraftRejected(tuple(_not_yours(name) for name in foreign))
    try:
        return Plan.model_validate({**without_nulls(data), **given})
    except ValidationError as error:
        raise DraftRejected(_findings(error, data)) from None


def draft_of(plan: Plan, plan_format: str = "roadmap") -> dict[str, Any]:
    """The draft that gives `plan`, as plain data: for examples, tests and revisions."""
    return _only_asked(plan, plan.model_dump(mode="json"), plan_format)


def without_nulls(value: Any) -> Any:
    """`value` without the keys of objects whose value is null."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def _only_asked(part: BaseModel, dumped: dict[str, Any], plan_format: str) -> dict[str, Any]:
    left = left_to_code(type(part), plan_format)
    return {
        name: _inner(getattr(part, name), item, plan_format)
        for name, item in dumped.items()
        if name not in left
    }


def _inner(value: Any, dumped: Any, plan_format: str) -> Any:
    if isinstance(value, BaseModel):
        return _only_asked(value, dumped, plan_format)
    if isinstance(value, tuple):
        return [_inner(*pair, plan_format) for pair in zip(value, dumped, strict=True)]
    return dumped


def _not_yours(name: str) -> Finding:
    return Finding("PLN003", "error", f"/{name}: unknown property '{name}'", f"/{name}")


def _findings(error: ValidationError, data: Mapping[str, Any]) -> tuple[Finding, ...]:
    located = read_json(canonical_json(data))
    if not isinstance(located, LocatedJson):
        return (
            Finding(
                "PLN001",
                "error",
                f"Reply is not one JSON object: {located.reason} at offset {located.offset}",
            ),
        )
    shape = Shape(rule=lambda _, kind: "PLN003" if kind == "extra_forbidden" else "PLN002")
    return findings_of(error, located, "draft", shape)
