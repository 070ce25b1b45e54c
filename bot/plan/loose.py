"""A plan out of data that may be incomplete or wrong: the same types, without their promises.

What is missing is blank ("", 0, False, no items); what has the wrong type is blank too, but lists keep their
length,
so that a JSON Pointer means the same in the data and in the plan. Rules look for what is blank; nothing else
should
ever be given such a plan.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel

from bot.plan.model import Plan

PartT = TypeVar("PartT", bound=BaseModel)
_Reader = Callable[[Any], Any]


def loosely(value: Mapping[str, Any]) -> Plan:
    """The plan that `value` holds as far as it holds one. Never raises."""
    return loose_part(Plan, value)


def loose_part(part: type[PartT], value: object) -> PartT:
    """One part of a plan, read the same way."""
    data = value if isinstance(value, Mapping) else {}
    return part.model_construct(**{name: read(data.get(name)) for name, read in _readers(part).items()})


@cache
def _readers(part: type[BaseModel]) -> dict[str, _Reader]:
    return {name: _reader(info.annotation) for name, info in part.model_fields.items()}


def _reader(annotation: Any) -> _Reader:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _reader(args[0])
    if origin is tuple:
        return _list_of(_reader(args[0]))
    if origin in (Union, types.UnionType):
        return _or_none(_reader(next(one for one in args if one is not type(None))))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        inner = annotation
        return lambda value: loose_part(inner, value)
    return {int: _number, bool: _flag}.get(annotation, _words)


def _list_of(read: _Reader) -> _Reader:
    return lambda value: tuple(map(read, value)) if isinstance(value, list | tuple) else ()


def _or_none(read: _Reader) -> _Reader:
    return lambda value: None if value is None else read(value)


def _words(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _flag(value: Any) -> bool:
    return value is True
