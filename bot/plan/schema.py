"""JSON Schemas, generated from the models: full ones (2020-12, all limits) for what is published, and the
one for the wire, which asks a model for a plan in the subset that strict structured output takes everywhere.

What the full schema of a plan accepts, the wire's accepts as well, once `on_the_wire` has mapped it.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from bot.plan.contract import ContractDocument
from bot.plan.draft import left_to_code, wire_draft
from bot.plan.fanout import Fanout
from bot.plan.model import Plan

Kind = Literal["contract", "fanout", "plan", "wire"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MODELS: Mapping[str, tuple[type[BaseModel], str]] = {
    "contract": (ContractDocument, "Planning contract"),
    "fanout": (Fanout, "Planner fan-out"),
    "plan": (Plan, "Plan"),
}
_KEPT = frozenset(
    {"type", "properties", "required", "items", "enum", "const", "anyOf", "$ref", "$defs", "description"}
)


def schema(kind: Kind) -> dict[str, Any]:
    """The full schema of a document, or the wire's, with `$id` groundplan:<kind>."""
    if kind == "wire":
        return {"$schema": _DIALECT, "$id": "groundplan:wire", **wire_schema(), "title": "Plan draft"}
    document, title = _MODELS[kind]
    made = document.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": _DIALECT, "$id": f"groundplan:{kind}", **made, "title": title}


def wire_schema(plan_format: str = "roadmap") -> dict[str, Any]:
    """What a model fills for a plan in this format, in the subset that strict structured output takes
    everywhere.

    Every property is required, an optional one may be null, no object is open; there are no limits,
    patterns or defaults.
    """
    strict = strict_schema(wire_draft(plan_format))
    return {**strict, "description": "A plan for one issue. Use null where a default will do."}


def strict_schema(answer: type[BaseModel]) -> dict[str, Any]:
    """The schema of any answer in the same subset: closed, every property required, no limits."""
    strict: dict[str, Any] = _strict(answer.model_json_schema(mode="validation"))
    return strict


def on_the_wire(plan: Mapping[str, Any], plan_format: str = "roadmap") -> dict[str, Any]:
    """A plan as JSON, valid under the full schema, as the wire has it.

    Left out is what a model is not asked for; null stands for what is not said. Nothing else changes.
    """
    return _mapped(Plan, plan, plan_format)


def _mapped(part: type[BaseModel], value: Mapping[str, Any], plan_format: str) -> dict[str, Any]:
    left = left_to_code(part, plan_format)
    fields = {name: info for name, info in part.model_fields.items() if name not in left}
    return {
        name: _mapped_value(info.annotation, value.get(name), plan_format) for name, info in fields.items()
    }


def _mapped_value(annotation: Any, value: Any, plan_format: str) -> Any:
    origin, args = get_origin(annotation), get_args(annotation)
    if value is None:
        return None
    if origin is Annotated:
        return _mapped_value(args[0], value, plan_format)
    if origin is tuple:
        return [_mapped_value(args[0], one, plan_format) for one in value]
    if origin in (Union, types.UnionType):
        return _mapped_value(next(one for one in args if one is not type(None)), value, plan_format)
    is_part = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return _mapped(annotation, value, plan_format) if is_part else value


def _strict(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    kept = {key: _strict_part(key, value) for key, value in node.items() if key in _KEPT}
    if "$ref" in kept:
        return {"$ref": kept["$ref"]}
    if kept.get("type") == "object":
        kept |= {"required": list(kept.get("properties", {})), "additionalProperties": False}
    if "const" in kept:
        kept = {"type": "string", "enum": [kept["const"]]}
    return kept


def _strict_part(key: str, value: Any) -> Any:
    if key in ("properties", "$defs"):
        return {name: _strict(one) for name, one in value.items()}
    if key == "anyOf":
        return [_strict(one) for one in value]
    return _strict(value) if key == "items" else value
