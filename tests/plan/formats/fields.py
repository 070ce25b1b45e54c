"""The fields of the plan model by name, and the ones some data has: for the test that a format reads back
every field or says that it does not."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel

from bot.plan.formats import Format
from bot.plan.model import Plan


def leaves(model: Any = Plan, prefix: str = "") -> set[str]:
    """Every field of a model that is no part itself, as "tasks.title"."""
    found: set[str] = set()
    for name, info in model.model_fields.items():
        parts = [
            one for one in _inside(info.annotation) if isinstance(one, type) and issubclass(one, BaseModel)
        ]
        found |= leaves(parts[0], f"{prefix}{name}.") if parts else {f"{prefix}{name}"}
    return found


def _inside(annotation: Any) -> list[Any]:
    return [annotation, *(one for part in get_args(annotation) for one in _inside(part))]


def named(value: Any, prefix: str = "") -> set[str]:
    """The names of all values in data, lists left out of the names."""
    if isinstance(value, dict):
        return {name for key, one in value.items() for name in named(one, f"{prefix}.{key}".lstrip("."))}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return {name for one in value for name in named(one, prefix)}
    return {prefix}


def unaccounted(shape: Format, plan: Plan) -> set[str]:
    """Fields that are both read back and listed as not, or neither; listed names that are no field."""
    read, listed = named(shape.shown(plan)), shape.not_read_back
    found = set()
    for field in leaves():
        parents = {field.rsplit(".", cut)[0] for cut in range(field.count(".") + 1)}
        if (field in read) == bool(parents & listed):
            found.add(field)
    return found | {one for one in listed if not any(f"{one}." in f"{field}." for field in leaves())}
