"""JSON Schemas, generated from the models: published ones (2020-12, all limits) and the
strict one for model replies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel

from bot.plan.contract import ContractDocument
from bot.plan.draft import WireDraft
from bot.plan.fanout import Fanout
from bot.plan.model import Plan

Kind = Literal["contract", "fanout", "plan"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MODELS: Mapping[Kind, tuple[type[BaseModel], str]] = {
    "contract": (ContractDocument, "Planning contract"),
    "fanout": (Fanout, "Planner fan-out"),
    "plan": (Plan, "Plan"),
}
_KEPT = frozenset(
    {"type", "properties", "required", "items", "enum", "const", "anyOf", "$ref", "$defs", "description"}
)


def schema(kind: Kind) -> dict[str, Any]:
    """The full schema of a document, with `$id` groundplan:<kind>."""
    document, title = _MODELS[kind]
    made = document.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": _DIALECT, "$id": f"groundplan:{kind}", **made, "title": title}


def wire_schema() -> dict[str, Any]:
    """What a model fills, in the subset that strict structured output takes everywhere.

    Every property is required, an optional one may be null, no object is open; there are no limits,
    patterns or defaults.
    """
    strict = _strict(WireDraft.model_json_schema(mode="validation"))
    return {**strict, "description": "A plan for one issue. Use null where a default will do."}


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
